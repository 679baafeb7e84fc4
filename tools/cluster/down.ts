import { existsSync, readdirSync, rmdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ClusterError } from './errors.ts';
import { clusterFolder, hostInterface } from './layout.ts';
import { run } from './run.ts';
import { isRunning, readRunning, restoreKernel } from './running.ts';
import { findTraces, pidNamespaceOf } from './traces.ts';

const patienceMs = 30_000;

/** Ends a cluster, however it was left, removes every trace of it, and looks that none is left. Without one it does nothing. */
export async function down(): Promise<void> {
  const folder = clusterFolder(process.env);
  const running = readRunning(folder);
  const pidNamespace = isRunning(running) ? pidNamespaceOf(running.pid) : undefined;
  if (isRunning(running)) {
    process.kill(running.pid, 'SIGKILL');
    await until('the node ends', () => !isRunning(running));
  }
  // The kernel would take the line away with the network, but that outlives its processes for as long as it has
  // something left to send on their connections.
  if (existsSync(`/sys/class/net/${hostInterface}`)) await run('ip', ['link', 'delete', hostInterface]);
  if (running !== undefined) {
    restoreKernel(running.kernel);
    await until('its cgroups are empty', removeCgroups);
  }
  await rm(folder.root, { recursive: true, force: true, maxRetries: 5 });
  let traces: readonly string[] = [];
  const isClean = async () => {
    traces = await findTraces(folder, { kernel: running?.kernel ?? {}, pidNamespace });
    return traces.length === 0;
  };
  await until('nothing is left of it', isClean, () => traces.join(', '));
}

async function until(what: string, look: () => boolean | Promise<boolean>, seen = () => ''): Promise<void> {
  const giveUpMs = performance.now() + patienceMs;
  while (!(await look())) {
    if (performance.now() > giveUpMs)
      throw new ClusterError(`waited ${patienceMs / 1000} s in vain until ${what}${seen() && `: ${seen()}`}`);
    await delay(50);
  }
}

/** Groups of pods, in each hierarchy (version 1) or the only one (version 2). False: some are still in use. */
function removeCgroups(): boolean {
  const root = '/sys/fs/cgroup';
  const hierarchies = ['', ...readdirSync(root)];
  return hierarchies.map((name) => join(root, name, 'kubepods')).every((group) => removeGroup(group));
}

/** A group can be removed once no process and no other group is in it; its files go with it. */
function removeGroup(path: string): boolean {
  if (!existsSync(path)) return true;
  const children = readdirSync(path, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  if (!children.map(({ name }) => removeGroup(join(path, name))).every(Boolean)) return false;
  try {
    rmdirSync(path);
    return true;
  } catch {
    return false;
  }
}
