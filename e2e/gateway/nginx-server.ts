import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '#tools/controlplane/free-port.ts';
import { programPath } from '#tools/testing/programs.ts';
import { accepting } from './accepting.ts';

/** A real nginx of one process. */
export interface NginxServer extends AsyncDisposable {
  readonly port: number;
  readonly url: string;
  /** What its access log says by now: `METHOD URI LENGTH` of each request, the length of its body. */
  requests(): Promise<readonly string[]>;
}

/**
 * Starts nginx on a free port. `locations`: what stands in its server block. Without them it answers every request with
 * `<METHOD URI>`.
 */
export async function startNginx(locations: string = echo): Promise<NginxServer> {
  const home = await mkdtemp(join(tmpdir(), 'simpul-nginx-'));
  const [port = 0] = await freePorts(1);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  await Promise.all(temporary.map((name) => mkdir(join(home, name))));
  const log = join(home, 'access.log');
  const lines = [
    `daemon off; master_process off; pid ${home}/pid; error_log ${home}/error.log;`,
    'events { worker_connections 1024; }',
    'http {',
    ...temporary.map((name) => `${name}_temp_path ${home}/${name};`),
    "log_format short '$request_method $request_uri $content_length';",
    `access_log ${log} short; keepalive_requests 100000;`,
    `server { listen 127.0.0.1:${port}; ${locations} }`,
    '}',
  ];
  await writeFile(join(home, 'nginx.conf'), `${lines.join('\n')}\n`);
  const child = spawn(programPath('nginx'), ['-p', home, '-c', join(home, 'nginx.conf')], { stdio: 'inherit' });
  await accepting(port);
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    requests: async () => (await readFile(log, 'utf8')).split('\n').filter((line) => line !== ''),
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      await rm(home, { recursive: true });
    },
  };
}

const echo = "location / { default_type text/plain; return 200 '<$request_method $request_uri>'; }";
