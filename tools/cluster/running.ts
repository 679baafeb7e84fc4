import { readFileSync, writeFileSync } from 'node:fs';
import type { ClusterFolder } from './layout.ts';

/** What `up` leaves for `down`. */
export interface Running {
  /** The process that holds the node's namespaces: with it all of them end. */
  readonly pid: number;
  /** In ticks since boot: the number of a process may belong to another one by now. */
  readonly startTime: string | undefined;
  /** Settings of the kernel as they were before the kubelet set its own. */
  readonly kernel: Readonly<Record<string, string>>;
}

export function readRunning(folder: ClusterFolder): Running | undefined {
  try {
    return JSON.parse(readFileSync(folder.running, 'utf8')) as Running;
  } catch {
    return undefined;
  }
}

export function isRunning(running: Running | undefined): running is Running {
  return running?.startTime !== undefined && startTimeOf(running.pid) === running.startTime;
}

/** Undefined when there is no such process, or only its remains that nobody has asked for yet. */
export function startTimeOf(pid: number): string | undefined {
  try {
    // The name of the program may hold anything, but it ends with the last parenthesis (proc(5)).
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

/** What a kubelet sets for the whole machine, because these know no namespaces. */
const kernelSettings = [
  ...['vm/overcommit_memory', 'vm/panic_on_oom', 'kernel/panic', 'kernel/panic_on_oops'],
  ...['kernel/keys/root_maxkeys', 'kernel/keys/root_maxbytes'],
];

export function readKernel(): Record<string, string> {
  return Object.fromEntries(kernelSettings.map((name) => [name, readFileSync(`/proc/sys/${name}`, 'utf8').trim()]));
}

export function restoreKernel(settings: Running['kernel']): void {
  for (const [name, value] of Object.entries(settings)) writeFileSync(`/proc/sys/${name}`, value);
}
