import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { addresses, type ClusterFolder, hostInterface } from './layout.ts';
import { run } from './run.ts';
import { type Running, readKernel } from './running.ts';

/** Of a cluster that has ended, as it was remembered before. */
export interface Ended {
  readonly kernel: Running['kernel'];
  /** Of its processes; undefined: it had none any more. */
  readonly pidNamespace: string | undefined;
}

/**
 * What it left on the machine; empty: nothing. Its rules of iptables were those of its own network, which is gone with
 * its last process.
 */
export async function findTraces(folder: ClusterFolder, ended: Ended): Promise<readonly string[]> {
  const routes = await run('ip', ['-o', 'route']);
  const kernel = readKernel();
  const set = Object.entries(ended.kernel).filter(([name, value]) => kernel[name] !== value);
  const networks = [addresses.pods, addresses.services].filter((network) => routes.includes(network));
  return [
    ...processesIn(ended.pidNamespace).map((pid) => `process ${pid}`),
    ...mountsBelow(folder.root).map((place) => `mount ${place}`),
    ...(existsSync(`/sys/class/net/${hostInterface}`) ? [`interface ${hostInterface}`] : []),
    ...networks.map((network) => `route ${network}`),
    ...set.map(([name, value]) => `/proc/sys/${name}, which was ${value}`),
    ...(existsSync(folder.root) ? [folder.root] : []),
  ];
}

/** The namespace that all processes live in which a process starts from now on; undefined when it is gone. */
export function pidNamespaceOf(pid: number): string | undefined {
  return targetOf(`/proc/${pid}/ns/pid_for_children`);
}

function processesIn(pidNamespace: string | undefined): string[] {
  if (pidNamespace === undefined) return [];
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.filter((pid) => targetOf(`/proc/${pid}/ns/pid`) === pidNamespace);
}

function mountsBelow(path: string): string[] {
  const lines = readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
  const places = lines.map((line) => line.split(' ')[4] ?? '');
  return places.filter((place) => place === path || place.startsWith(`${path}/`));
}

/** Of a link of the kernel; undefined when its process has ended. */
function targetOf(link: string): string | undefined {
  try {
    return readlinkSync(link);
  } catch {
    return undefined;
  }
}
