import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { until } from '#e2e/operator/waiting.ts';
import { clusterFolder } from '#tools/cluster/layout.ts';
import { startTimeOf } from '#tools/cluster/running.ts';
import type { Pod } from '../cluster.ts';

/** Programs of the node that faults stop; `tools/cluster/node.ts` starts them. */
export type NodeProgram = 'kube-apiserver' | 'coredns';

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly command: readonly string[];
  readonly cgroup: string;
}

/** The cluster of `make cluster`; its processes are the machine's. */
export const folder = clusterFolder(process.env);

/** Kills a program of the node, which then stays away. */
export async function takeAway(program: NodeProgram): Promise<void> {
  await mkdir(folder.held, { recursive: true });
  await writeFile(join(folder.held, program), '');
  const pid = pidOf(program);
  process.kill(pid, 'SIGKILL');
  await until(`${program} ends`, () => startTimeOf(pid) === undefined);
}

/** Lets the node start it again, which takes a second and what the program itself needs. */
export async function giveBack(program: NodeProgram): Promise<void> {
  await rm(join(folder.held, program), { force: true });
}

export function pidOf(program: NodeProgram): number {
  const ours = ({ command }: Process) => command.some((word) => word.includes(folder.root));
  const found = processes().find((each) => basename(each.command[0] ?? '') === program && ours(each));
  assert.ok(found, `${program} of the node does not run`);
  return found.pid;
}

/** The process that a container of ours runs, as the machine numbers it; undefined while there is none. */
export function mainProcessOf(pod: Pod, program: 'gateway' | 'operator' | 'redis'): Process | undefined {
  const file = program === 'redis' ? 'redis-server' : `/app/${program}.mjs`;
  const inPod = processes().filter(({ cgroup }) => cgroup.includes(`pod${pod.metadata.uid}`));
  const found = inPod.filter(({ command }) => command.some((word) => word.includes(file)));
  // A program's own workers have it as their parent.
  return found.find(({ parent }) => !found.some(({ pid }) => pid === parent));
}

/** How long a process has run, in seconds. */
export function secondsOfLife(pid: number): number {
  const ticksPerSecond = 100; // on every platform that Node runs on
  const [uptime] = readFileSync('/proc/uptime', 'utf8').split(' ');
  return Number(uptime) - Number(startTimeOf(pid)) / ticksPerSecond;
}

function processes(): Process[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const read = (file: string) => readFileSync(`/proc/${name}/${file}`, 'utf8');
      const parent = Number(/^PPid:\s*(\d+)$/m.exec(read('status'))?.[1]);
      const command = read('cmdline').split('\0').filter(Boolean);
      return [{ pid: Number(name), parent, command, cgroup: read('cgroup') }];
    } catch {
      return []; // it has ended meanwhile
    }
  });
}
