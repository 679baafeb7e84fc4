import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { until } from '#e2e/operator/waiting.ts';
import { nodePrograms } from '#tools/cluster/layout.ts';
import { gatewayNamespace, home, type NodeCluster } from '../cluster.ts';
import { type Fault, times } from './fault.ts';

/** Minutes that the clock of each further pod is off. */
const skews = [-5, 5];
const serveMs = times(60_000, 15_000);

/**
 * Two more gateway pods whose clocks are set by libfaketime. They are no part of the Deployment, which the operator would
 * put right at once, but the Service and the operator find them like any other.
 */
export const clockSkew: Fault = {
  name: 'clock-skew',
  what: 'the clock of one gateway pod is 5 minutes behind, that of another 5 minutes ahead',
  asserts:
    'both count as ready and are waited for when an API changes; both serve; once they are gone nobody waits for them',
  inNode: true,
  // Its pods are none of the Deployment's: it shows less of an installation than the others for the time that it takes.
  onlyInFull: true,
  prepare: async (cluster) => {
    await cluster.apply(libraryObject(), ...(await Promise.all(skews.map((minutes) => skewedPod(cluster, minutes)))));
    for (const minutes of skews) await untilServes(cluster, nameOf(minutes));
    await untilCounted(cluster, 2 + skews.length);
    return {};
  },
  happen: async (cluster) => {
    await cluster.changeAndWait('ramai');
    await delay(serveMs); // longer than a Lease lasts in full
    await untilCounted(cluster, 2 + skews.length);
    const counts: string[] = [];
    for (const minutes of skews) counts.push(await servedBy(cluster, minutes));
    await removePods(cluster);
    await untilCounted(cluster, 2);
    await cluster.changeAndWait('ramai');
    return counts.join('; ');
  },
  undo: async (cluster) => {
    await removePods(cluster);
    await cluster.kubectl(['delete', 'configmap/faketime', '-n', gatewayNamespace, '--ignore-not-found']);
  },
};

function nameOf(minutes: number): string {
  return minutes < 0 ? 'behind' : 'ahead';
}

function libraryObject(): object {
  const platform = `${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu`;
  const file = join(nodePrograms(process.env).root, 'usr/lib', platform, 'faketime/libfaketime.so.1');
  const binaryData = { 'libfaketime.so': readFileSync(file).toString('base64') };
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'faketime', namespace: gatewayNamespace },
    binaryData,
  };
}

interface Template {
  readonly metadata: { readonly labels: Readonly<Record<string, string>> };
  readonly spec: { readonly containers: readonly { readonly env: readonly object[] }[] };
}

/** A pod like those of the Deployment, but with another clock. */
async function skewedPod(cluster: NodeCluster, minutes: number): Promise<object> {
  const { spec } = await cluster.get<{ spec: { template: Template } }>('deployment/public', '-n', gatewayNamespace);
  const { metadata, spec: podSpec } = spec.template;
  const faked = [
    { name: 'LD_PRELOAD', value: '/faketime/libfaketime.so' },
    { name: 'FAKETIME', value: `${minutes < 0 ? '' : '+'}${minutes}m` },
    { name: 'FAKETIME_DONT_FAKE_MONOTONIC', value: '1' }, // a clock that is off still runs
  ];
  const volumeMounts = [{ name: 'faketime', mountPath: '/faketime' }];
  const containers = podSpec.containers.map((each) => ({ ...each, env: [...each.env, ...faked], volumeMounts }));
  const volumes = [{ name: 'faketime', configMap: { name: 'faketime' } }];
  return {
    ...{ apiVersion: 'v1', kind: 'Pod' },
    metadata: { name: nameOf(minutes), namespace: gatewayNamespace, labels: metadata.labels },
    spec: { ...podSpec, containers, volumes },
  };
}

async function untilServes(cluster: NodeCluster, pod: string): Promise<void> {
  await cluster.kubectl(['wait', `pod/${pod}`, '-n', gatewayNamespace, '--for=condition=Ready', '--timeout=60s']);
}

async function untilCounted(cluster: NodeCluster, pods: number): Promise<void> {
  interface Gateway {
    readonly status: { readonly readyGateways: number };
  }
  let seen = -1;
  const look = async () => {
    seen = (await cluster.get<Gateway>('apigateways.simpul.id/public', '-n', home)).status.readyGateways;
    return seen === pods;
  };
  await until(`${pods} gateways are ready`, look, { seen: () => seen });
}

/** By how much its clock is really off, and how many calls it has served. */
async function servedBy(cluster: NodeCluster, minutes: number): Promise<string> {
  const name = nameOf(minutes);
  const offMs = (await cluster.evaluate<number>(gatewayNamespace, name, 'console.log(Date.now())')) - Date.now();
  assert.equal(Math.round(offMs / 60_000), minutes);
  const path = `/api/v1/namespaces/${gatewayNamespace}/pods/${name}:8081/proxy/metrics`;
  const text = await cluster.kubectl(['get', '--raw', path]);
  const calls = [...text.matchAll(/^simpul_gateway_calls_total\{.*\} (\d+)$/gm)].reduce(
    (sum, [, n]) => sum + Number(n),
    0,
  );
  assert.ok(calls > 0, `${name} has served nothing`);
  return `${calls} calls by the one ${name}`;
}

async function removePods({ kubectl }: NodeCluster): Promise<void> {
  await kubectl(['delete', 'pods', '-n', gatewayNamespace, ...skews.map(nameOf), '--ignore-not-found']);
}
