import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '#tools/controlplane/free-port.ts';
import { programPath } from '#tools/testing/programs.ts';
import { accepting } from './accepting.ts';

/** A real haproxy that passes TCP on to `target`, with these words behind its `server` line, such as `send-proxy-v2`. */
export async function startHaproxy(
  target: number,
  words: string,
): Promise<{ readonly port: number } & AsyncDisposable> {
  const home = await mkdtemp(join(tmpdir(), 'simpul-haproxy-'));
  const [port = 0] = await freePorts(1);
  const config = [
    'defaults',
    '  mode tcp',
    '  timeout connect 5s',
    '  timeout client 30s',
    '  timeout server 30s',
    'listen gateway',
    `  bind 127.0.0.1:${port}`,
    `  server gateway 127.0.0.1:${target} ${words}`,
  ];
  await writeFile(join(home, 'haproxy.cfg'), `${config.join('\n')}\n`);
  const child = spawn(programPath('haproxy'), ['-db', '-q', '-f', join(home, 'haproxy.cfg')], { stdio: 'inherit' });
  await accepting(port);
  return {
    port,
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      await rm(home, { recursive: true });
    },
  };
}
