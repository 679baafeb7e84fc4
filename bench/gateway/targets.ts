import { existsSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gatewayNodeOptions } from '#operator/resources/gateway.ts';
import { freePorts } from '#tools/controlplane/free-port.ts';
import { ManagedProcess } from '#tools/controlplane/managed-process.ts';
import { startWatchdog, type Watchdog } from '#tools/controlplane/watchdog.ts';
import { nodeFlagsOf } from '#tools/images/node-flags.ts';
import { programPath, programRoot } from '#tools/testing/programs.ts';
import { BenchError } from '../errors.ts';
import { type ProcessUse, useOf } from '../machine.ts';
import type { GatewayBenchConfig } from './config.ts';
import { writeEvidence } from './evidence.ts';
import { nginxBackend, nginxLua, nginxProxy } from './nginx.ts';
import { apiKey, basePath, type Variant } from './world.ts';

/** What is measured; the order of the table. */
export const titles = {
  nginx: 'nginx, one worker, forwards',
  policies: 'Simpul: key, leased limits, metrics, access log',
  plain: 'Simpul: routes and forwards',
  routes: 'Simpul with 10,000 APIs',
  splice: 'node:net alone: bytes from socket to socket',
  bare: 'node:http and undici alone',
  lua: 'nginx + Lua: key, limit in Redis, access log',
  caddy: 'Caddy, forwards',
  fastify: 'Fastify: key, limit in Redis, metrics, log',
  express: 'Express Gateway: key, limit in Redis',
} as const;

export type TargetId = keyof typeof titles;
export const targetIds = Object.keys(titles) as TargetId[];

/** Something that forwards calls to the backend, as one process on one core. */
export interface Target {
  readonly id: TargetId;
  /** Without a path. */
  readonly origin: string;
  /** The same over TLS; undefined: it has none. */
  readonly secureOrigin: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  use(): Promise<ProcessUse>;
}

export interface Field {
  readonly targets: ReadonlyMap<TargetId, Target>;
  /** See `evidence.ts`. */
  readonly folder: string;
  close(): Promise<void>;
}

/** What callers of Express Gateway send: it makes keys of two parts. */
const expressKey = 'bench:simpul-bench-0123456789-abcdefghijklmnop';

/** How one program is started, and called. */
interface Plan {
  readonly args: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
  readonly securePort?: number;
}

interface Places {
  readonly folder: string;
  /** For what speaks TLS, too. */
  readonly securePort: number;
  readonly backend: number;
  readonly redis: number;
  readonly profiles: string | undefined;
}

const plans: Readonly<Record<TargetId, (port: number, places: Places) => Plan | Promise<Plan>>> = {
  nginx: async (listen, { folder, backend, securePort }) => ({
    args: [programPath('nginx'), ...(await nginxProxy(folder, { listen, secure: securePort, backend }))],
    securePort,
  }),
  policies: async (port, places) => {
    const plan = await gateway('policies', port, places);
    return { ...plan, args: [...plan.args, String(places.securePort), places.folder], securePort: places.securePort };
  },
  plain: (port, places) => gateway('plain', port, places),
  routes: (port, places) => gateway('routes', port, places),
  splice: (port, places) => ours('splice', port, places),
  bare: (port, places) => ours('bare', port, places),
  lua: async (listen, { folder, backend, redis }) => {
    const root = programRoot();
    const args = await nginxLua(folder, { listen, backend, redis, key: apiKey, root });
    // The module and the nginx that loads it must be of one build.
    return { args: [join(root, '../bin/nginx'), ...args], headers: { 'x-api-key': apiKey } };
  },
  caddy: async (port, { folder, backend }) => {
    const file = join(folder, 'Caddyfile');
    await writeFile(
      file,
      `{\n  admin off\n  auto_https off\n  storage file_system ${folder}/caddy\n}\n` +
        `http://127.0.0.1:${port} {\n  bind 127.0.0.1\n  reverse_proxy 127.0.0.1:${backend}\n}\n`,
    );
    const caddy = ['env', `XDG_CONFIG_HOME=${folder}`, programPath('caddy')];
    return { args: [...caddy, 'run', '--adapter', 'caddyfile', '--config', file] };
  },
  fastify: (port, { backend, redis }) => ({
    args: [process.execPath, peer('fastify.mjs'), String(port), urlOf(backend), String(redis), apiKey],
    headers: { 'x-api-key': apiKey },
  }),
  express: (port, { folder, backend, redis }) => ({
    args: [
      ...[process.execPath, '--no-deprecation', peer('express-gateway.mjs'), String(port), urlOf(backend)],
      ...[String(redis), join(folder, 'express'), expressKey],
    ],
    headers: { authorization: `apiKey ${expressKey}` },
  }),
};

/** With the flags of its image and of its pods. */
async function gateway(variant: Variant, port: number, places: Places): Promise<Plan> {
  const flags = [...(await nodeFlagsOf('gateway')), ...gatewayNodeOptions.split(' ')];
  const plan = ours(variant, port, places, flags);
  return variant === 'plain' ? plan : { ...plan, headers: { 'x-api-key': apiKey } };
}

function ours(
  variant: Variant | 'bare' | 'splice',
  port: number,
  { backend, redis, profiles }: Places,
  flags: readonly string[] = [],
): Plan {
  const profiling = profiles === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profiles}`];
  const program = fileURLToPath(new URL('main.ts', import.meta.url));
  return {
    args: [
      ...[process.execPath, ...flags, ...profiling, program],
      ...['serve', variant, String(port), urlOf(backend), String(redis)],
    ],
  };
}

function peer(file: string): string {
  const folder = fileURLToPath(new URL('peers/', import.meta.url));
  if (existsSync(join(folder, 'node_modules'))) return join(folder, file);
  throw new BenchError(
    `the other gateways are not installed: run make bench-gateway, or npm ci --ignore-scripts in ${folder}`,
  );
}

function urlOf(port: number): string {
  return `http://127.0.0.1:${port}`;
}

/** Starts backend and Redis on the core of the load, and everything that is measured on the other core. */
export async function openField(config: GatewayBenchConfig): Promise<Field> {
  const folder = await mkdtemp(join(tmpdir(), 'simpul-bench-'));
  const watchdog = startWatchdog(folder);
  const [measured, loading] = config.cores;
  const { targets: wanted } = config;
  const [backend = 0, redis = 0, ...ports] = await freePorts(2 + wanted.length * 2);
  const started: ManagedProcess[] = [];
  const start = async (name: string, core: number, { args, ready }: Startable): Promise<ManagedProcess> => {
    const process = onCore({ name, core, args, ready, reader: loading }, { folder, watchdog });
    started.push(process);
    await process.start();
    return process;
  };
  const close = async (): Promise<void> => {
    for (const process of started) await process.terminate();
    await watchdog.stop();
  };
  try {
    await writeEvidence(folder);
    const backendArgs = [programPath('nginx'), ...(await nginxBackend(folder, backend))];
    await start('backend', loading, { args: backendArgs, ready: () => answers(urlOf(backend), {}) });
    const redisArgs = [programPath('redis-server'), '--port', String(redis), '--save', '', '--bind', '127.0.0.1'];
    await start('redis', loading, { args: redisArgs, ready: async () => true });
    const targets = new Map<TargetId, Target>();
    for (const [i, id] of wanted.entries()) {
      const [port = 0, securePort = 0] = ports.slice(i * 2);
      const { profiles } = config;
      const plan = await plans[id](port, { folder, backend, redis, securePort, profiles });
      const { args, headers = {} } = plan;
      const ready = (): Promise<boolean> => answers(`${urlOf(port)}${basePath}/`, headers);
      const process = await start(id, measured, { args, ready });
      const secureOrigin = plan.securePort === undefined ? undefined : `https://127.0.0.1:${plan.securePort}`;
      targets.set(id, { id, origin: urlOf(port), secureOrigin, headers, use: () => useOfProcess(id, process) });
    }
    return { targets, folder, close };
  } catch (error) {
    await close();
    throw error;
  }
}

interface Startable {
  readonly args: readonly string[];
  readonly ready: () => Promise<boolean>;
}

/** A process bound to one core, its output in a pipe, as containers have it; what reads the pipe has another core. */
function onCore(
  { name, core, args, ready, reader }: Startable & { name: string; core: number; reader: number },
  { folder, watchdog }: { folder: string; watchdog: Watchdog },
): ManagedProcess {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell fills it in
  const piped = ['-c', 'exec "${@:2}" > >(exec taskset -c "$1" cat > /dev/null)', 'bash', String(reader)];
  return new ManagedProcess({
    ...{ name, command: 'bash', args: [...piped, 'taskset', '-c', String(core), ...args], watchdog, ready },
    logFile: join(folder, `${name}.log`),
  });
}

async function useOfProcess(id: TargetId, process: ManagedProcess): Promise<ProcessUse> {
  const { pid } = process;
  if (pid === undefined) throw new BenchError(`${id} ended by itself: ${process.log().slice(-1000)}`);
  return await useOf(pid);
}

async function answers(url: string, headers: Readonly<Record<string, string>>): Promise<boolean> {
  return await fetch(url, { headers }).then(
    ({ ok }) => ok,
    () => false, // not listening yet
  );
}
