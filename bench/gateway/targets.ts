import { execFile } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { freePorts } from '#tools/controlplane/free-port.ts';
import { ManagedProcess } from '#tools/controlplane/managed-process.ts';
import { startWatchdog } from '#tools/controlplane/watchdog.ts';
import { BenchError } from '../errors.ts';
import { type ProcessUse, useOf } from '../machine.ts';
import type { GatewayBenchConfig } from './config.ts';
import { nginxBackend, nginxProxy } from './nginx.ts';
import { apiKey, basePath, type Variant } from './served-gateway.ts';

const run = promisify(execFile);
const program = fileURLToPath(new URL('main.ts', import.meta.url));

/** Something that forwards calls to the backend, as one process on one core. */
export interface Target {
  readonly name: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  use(): Promise<ProcessUse>;
}

export interface Field {
  /** The peer. */
  readonly nginx: Target;
  readonly policies: Target;
  readonly plain: Target;
  /** node:http and undici with nothing of ours. */
  readonly bare: Target;
  close(): Promise<void>;
}

/** Fails with the command that installs what is missing; the benchmark itself installs nothing. */
export async function checkPrograms(): Promise<void> {
  const needed = { nginx: 'nginx', wrk: 'wrk', taskset: 'util-linux' };
  const missing: string[] = [];
  for (const [command, debianPackage] of Object.entries(needed)) {
    await run('sh', ['-c', 'command -v "$1"', 'sh', command]).catch(() => missing.push(debianPackage));
  }
  if (missing.length === 0) return;
  throw new BenchError(`${missing.join(' and ')} must be installed first: apt-get install -y ${missing.join(' ')}`);
}

/** Starts the backend on the core of the load, and everything that is measured on the other core. */
export async function openField(config: GatewayBenchConfig): Promise<Field> {
  const folder = await mkdtemp(join(tmpdir(), 'simpul-bench-'));
  const watchdog = startWatchdog(folder);
  const [measured, loading] = config.cores;
  const [backend = 0, nginx = 0, policies = 0, plain = 0, bare = 0] = await freePorts(5);
  const processes: ManagedProcess[] = [];
  const start = async (name: string, place: { core: number; port: number }, args: readonly string[]) => {
    const path = name === 'backend' || name === 'nginx' ? '/' : `${basePath}/`;
    const process = new ManagedProcess({
      ...{ name, command: 'bash', args: [...piped(loading), 'taskset', '-c', String(place.core), ...args], watchdog },
      logFile: join(folder, `${name}.log`),
      ready: () => answers(place.port, path),
    });
    processes.push(process);
    await process.start();
    return target({ name, port: place.port, path }, process);
  };
  const gateway = (variant: Variant | 'bare', port: number): Promise<Target> => {
    const { profiles } = config;
    const profiling = profiles === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profiles}`];
    const serve = ['serve', variant, String(port), `http://127.0.0.1:${backend}`];
    return start(variant, { core: measured, port }, [process.execPath, ...profiling, program, ...serve]);
  };
  const close = async (): Promise<void> => {
    for (const process of processes) await process.terminate();
    await watchdog.stop();
  };
  try {
    await start('backend', { core: loading, port: backend }, ['nginx', ...(await nginxBackend(folder, backend))]);
    const proxy = await nginxProxy(folder, { listen: nginx, backend });
    return {
      nginx: await start('nginx', { core: measured, port: nginx }, ['nginx', ...proxy]),
      policies: await gateway('policies', policies),
      plain: await gateway('plain', plain),
      bare: await gateway('bare', bare),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Arguments of bash that run the rest with its output in a pipe, as containers do; what reads it has another core. */
function piped(core: number): string[] {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell fills it in
  return ['-c', 'exec "${@:2}" > >(exec taskset -c "$1" cat > /dev/null)', 'bash', String(core)];
}

function target(at: { name: string; port: number; path: string }, process: ManagedProcess): Target {
  return {
    name: at.name,
    url: `http://127.0.0.1:${at.port}${at.path}`,
    headers: at.name === 'policies' ? { 'x-api-key': apiKey } : {},
    use: async () => {
      const { pid } = process;
      if (pid === undefined) throw new BenchError(`${at.name} ended by itself: ${process.log().slice(-1000)}`);
      return await useOf(pid);
    },
  };
}

async function answers(port: number, path: string): Promise<boolean> {
  const headers = { 'x-api-key': apiKey };
  return await fetch(`http://127.0.0.1:${port}${path}`, { headers }).then(
    ({ ok }) => ok,
    () => false, // not listening yet
  );
}
