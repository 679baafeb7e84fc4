import { existsSync, readdirSync, rmdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ClusterError } from './errors.ts';
import { clusterFolder, hostInterface } from './layout.ts';
import { run } from './run.ts';
import { isRunning, readRunning, restoreKernel } from './running.ts';

const patienceMs = 30_000;

/** Ends a cluster, however it was left, and removes every trace of it. Without one it does nothing. */
export async function down(): Promise<void> {
  const folder = clusterFolder(process.env);
  const running = readRunning(folder);
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
}

async function until(what: string, look: () => boolean): Promise<void> {
  const giveUpMs = performance.now() + patienceMs;
  while (!look()) {
    if (performance.now() > giveUpMs) throw new ClusterError(`waited ${patienceMs / 1000} s in vain until ${what}`);
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
