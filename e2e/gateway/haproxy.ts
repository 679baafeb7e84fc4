import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '#tools/controlplane/free-port.ts';
import { programPath } from '#tools/testing/programs.ts';
import { accepting } from './accepting.ts';

export type Haproxy = { readonly port: number } & AsyncDisposable;

/** A real haproxy that passes TCP on to `target`, with these words behind its `server` line, such as `send-proxy-v2`. */
export async function startHaproxy(target: number, words: string): Promise<Haproxy> {
  return await run([`  server gateway 127.0.0.1:${target} ${words}`]);
}

/** Where a gateway process serves, or will. */
export interface Balanced {
  readonly port: number;
  readonly adminPort: number;
}

/** Spreads connections over those of `gateways` that say they are ready, as a Service and its endpoints do. */
export async function startBalancer(gateways: readonly Balanced[]): Promise<Haproxy> {
  const servers = gateways.map(
    ({ port, adminPort }, i) =>
      `  server gateway-${i} 127.0.0.1:${port} check port ${adminPort} inter 100ms fall 1 rise 1`,
  );
  return await run(['  balance roundrobin', '  option httpchk GET /readyz', '  option redispatch', ...servers]);
}

async function run(lines: readonly string[]): Promise<Haproxy> {
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
    ...lines,
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
