import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, readlinkSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ClusterError } from './errors.ts';
import { addresses, type ClusterFolder, clusterFolder, hostInterface, nodePrograms } from './layout.ts';
import { run } from './run.ts';
import { isRunning, readKernel, readRunning, startTimeOf } from './running.ts';

const readyTimeoutMs = 180_000;

/**
 * Starts a cluster of one node. All of it lives in mount, network and process namespaces of its own, so it ends, whole,
 * with the one process that holds them:
 *
 *   unshare ── tini (process 1) ── node.ts ─┬─ etcd, kube-apiserver, …, kubelet
 *      │                                    └─ containerd ── the containers
 *      └─ eth0 of the node ═══ simpul-node of the machine, with routes to pods and Services
 */
export async function up(): Promise<ClusterFolder> {
  const folder = clusterFolder(process.env);
  if (isRunning(readRunning(folder))) {
    if (existsSync(folder.ready)) return folder;
    throw new ClusterError(
      `a cluster is being started in ${folder.root}, or could not be: run "make cluster-down" first`,
    );
  }
  if (existsSync(folder.root))
    throw new ClusterError(`${folder.root} is left of another cluster: run "make cluster-down" first`);
  await mkdir(folder.logs, { recursive: true });
  const kernel = readKernel();
  const log = join(folder.logs, 'node.log');
  const pid = startNode(log);
  await writeFile(folder.running, JSON.stringify({ pid, startTime: startTimeOf(pid), kernel }));
  const died = () => !isRunning(readRunning(folder));
  await connectTo(pid, () => died() && fail(log));
  const giveUpMs = performance.now() + readyTimeoutMs;
  while (!existsSync(folder.ready)) {
    if (died() || performance.now() > giveUpMs) fail(log);
    await delay(50);
  }
  return folder;
}

function startNode(log: string): number {
  const { bin } = nodePrograms(process.env);
  const output = openSync(log, 'a');
  const inside = fileURLToPath(new URL('./node.ts', import.meta.url));
  const child = spawn(
    'unshare',
    [
      ...['--mount', '--propagation=private', '--net', '--pid', '--fork', '--kill-child', '--mount-proc'],
      ...[join(bin, 'tini'), '--', process.execPath, inside],
    ],
    { detached: true, stdio: ['ignore', output, output], cwd: '/' },
  );
  closeSync(output);
  child.unref();
  if (child.pid === undefined) throw new ClusterError('unshare (Debian: util-linux) cannot be started');
  return child.pid;
}

/** Makes the machine's end of the line, once the node's network is there. */
async function connectTo(pid: number, check: () => void): Promise<void> {
  const own = readNetwork('self');
  for (let seen = own; seen === own || seen === undefined; seen = readNetwork(pid)) {
    check();
    await delay(20);
  }
  await run('ip', ['link', 'add', hostInterface, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', String(pid)]);
  await run('ip', ['addr', 'add', `${addresses.host}/30`, 'dev', hostInterface]);
  await run('ip', ['link', 'set', hostInterface, 'up']);
  for (const network of [addresses.pods, addresses.services]) {
    await run('ip', ['route', 'add', network, 'via', addresses.node]);
  }
}

function readNetwork(pid: number | 'self'): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/net`);
  } catch {
    return undefined;
  }
}

function fail(log: string): never {
  const said = readFileSync(log, 'utf8').trim().split('\n').slice(-15).join('\n');
  throw new ClusterError(
    `the node did not become ready. What it said last (all logs: ${log.replace(/[^/]*$/, '')}):\n${said}`,
  );
}
