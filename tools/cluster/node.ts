import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { locatePrograms } from '#tools/controlplane/binaries.ts';
import { type Kubectl, runKubectl } from '#tools/controlplane/kubectl.ts';
import { aggregatedObjects } from './aggregated-server.ts';
import { writeCredentials } from './credentials.ts';
import { ClusterError } from './errors.ts';
import { type ClusterFolder, clusterFolder, nodeName } from './layout.ts';
import { ensureMounts, findSnapshotter, setUpNetwork } from './machine.ts';
import { metricsApi } from './metrics-server.ts';
import { controlPlaneProcesses, type NodeProcess, nodeProcesses } from './processes.ts';

/**
 * The node, from inside of its namespaces: starts everything in order, says so in `ready`, and starts anew what ends.
 * It is started by `up.ts`. When it ends, whatever it started ends with it.
 *
 *   mounts, network ──▶ certificates ──▶ etcd, kube-apiserver ──▶ containerd, DNS, scheduler, … metrics-server ──▶ ready
 */
async function main(): Promise<void> {
  const folder = clusterFolder(process.env);
  await ensureMounts(folder);
  const env = await setUpNetwork(folder);
  const programs = locatePrograms(process.env, [
    ...(['etcd', 'kube-apiserver', 'kubectl', 'kube-controller-manager'] as const),
    ...(['kube-scheduler', 'kubelet', 'kube-proxy', 'coredns'] as const),
  ]);
  const site = { folder, programs, credentials: await writeCredentials(folder), env };

  const control = controlPlaneProcesses(site);
  await startInOrder(control);
  const kubectl: Kubectl = (args, stdin) => runKubectl(programs.kubectl, folder.kubeconfig, args, stdin);
  for (const file of ['dns.yaml', 'metrics-server.yaml']) {
    await kubectl(['apply', '--server-side', '-f', new URL(file, import.meta.url).pathname]);
  }
  const node = await nodeProcesses(site, await findSnapshotter(folder));
  await startInOrder(node);
  // Only now that it answers: the API server would not try again for a while.
  await kubectl(['apply', '--server-side', '-f', '-'], JSON.stringify(aggregatedObjects(metricsApi(site.credentials))));
  await kubectl(['wait', '--for=create', '--timeout=60s', 'node', nodeName]);
  await kubectl(['wait', '--for=condition=Ready', '--timeout=60s', 'node', nodeName]);
  await kubectl(['wait', '--for=create', '--timeout=60s', 'serviceaccount/default', '-n', 'default']);
  await writeFile(folder.ready, '');
  await keep([...control, ...node], folder);
}

async function startInOrder(processes: readonly NodeProcess[]): Promise<void> {
  for (const { process, after } of processes) {
    await process.start();
    await after?.();
  }
}

/** As an init system would: what ends is started again after a second, unless somebody holds it back. */
async function keep(processes: readonly NodeProcess[], { held }: ClusterFolder): Promise<never> {
  for (;;) {
    await delay(1000);
    for (const { name, process } of processes) {
      if (process.pid !== undefined || existsSync(join(held, name))) continue;
      console.error(`${name} has ended and is started again`);
      process.launch();
    }
  }
}

await main().catch((error: unknown) => {
  console.error(error instanceof ClusterError ? error.message : error);
  process.exit(1);
});
