import assert from 'node:assert/strict';
import { clusterFolder, nodePrograms } from '#tools/cluster/layout.ts';
import { run } from '#tools/cluster/run.ts';
import { helm } from '#tools/helm/helm.ts';
import { imageRegistry } from '#tools/images/images.ts';
import { home, type NodeCluster } from '../cluster.ts';
import { installRelease } from '../release.ts';
import { type Fault, secondsSince } from './fault.ts';

export const upgrade: Fault = {
  name: 'upgrade',
  what: 'helm upgrade to images of another version, and helm rollback',
  asserts:
    'the Job of CRDs runs before it; every operator and gateway pod is of the new version, and of the old one again',
  inNode: true,
  prepare: async (cluster) => {
    for (const program of ['operator', 'gateway'] as const) await tagImage(cluster, program);
    return {};
  },
  happen: async (cluster) => {
    const upgraded = performance.now();
    await installRelease(cluster, `images.tag=${nextTag(cluster)}`);
    await cluster.untilGatewaysRun(`${imageRegistry}/simpul-gateway:${nextTag(cluster)}`);
    const up = secondsSince(upgraded);
    assert.ok(await hasCompleted(cluster, 'simpul-crd-upgrade'), 'the Job of CRDs has not run');
    const rolledBack = performance.now();
    await helm(['rollback', 'simpul', '--namespace', home, '--wait', '--timeout=3m'], cluster.target.kubeconfig);
    await cluster.untilGatewaysRun(cluster.image('gateway').reference);
    return `upgraded in ${up}, rolled back in ${secondsSince(rolledBack)}`;
  },
  undo: async (cluster) => {
    await installRelease(cluster);
    await cluster.untilGatewaysRun(cluster.image('gateway').reference);
  },
};

function nextTag(cluster: NodeCluster): string {
  return `${cluster.image('gateway').tag}-next`;
}

/** The same content under the tag of a version to come. */
async function tagImage(cluster: NodeCluster, program: 'operator' | 'gateway'): Promise<void> {
  const ctr = nodePrograms(process.env).bin.concat('/ctr');
  const node = ['--address', clusterFolder(process.env).containerd, '--namespace', 'k8s.io'];
  const next = `${imageRegistry}/simpul-${program}:${nextTag(cluster)}`;
  await run(ctr, [...node, 'images', 'tag', '--force', cluster.image(program).reference, next]);
}

/** Helm removes a Job that has succeeded; its Event stays for an hour. */
async function hasCompleted(cluster: NodeCluster, job: string): Promise<boolean> {
  interface Events {
    readonly items: readonly { readonly reason: string; readonly involvedObject: { readonly name: string } }[];
  }
  const { items } = await cluster.get<Events>('events', '-n', home);
  return items.some(({ reason, involvedObject }) => reason === 'Completed' && involvedObject.name === job);
}
