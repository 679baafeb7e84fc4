import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { until } from '#e2e/operator/waiting.ts';
import { gatewayNamespace, isPodReady, type NodeCluster, type Pod } from '../cluster.ts';
import { openApi } from './api.ts';
import { type Fault, times } from './fault.ts';
import { folder, mainProcessOf } from './node-processes.ts';

/** 250 lines of 6 KiB each second fill the 16 MiB that may wait in some 11 s. */
const stallMs = times(60_000, 30_000);
const metric = 'simpul_gateway_access_log_lost_total';

export const logReaderStalled: Fault = {
  name: 'log-reader-stalled',
  what: `nobody reads the log of a gateway for ${stallMs / 1000} s, while every call writes 6 KiB to it`,
  asserts: 'the pod stays ready; the log says how many lines are missing where they are, and so does the metric',
  inNode: true,
  prepare: async (cluster) => {
    await cluster.apply(openApi('panjang', { logging: { target: 'Masked' } }));
    await cluster.untilReady('apiservices.simpul.id/panjang', '-n', 'banten');
    const query = Array.from({ length: 24 }, (_, i) => `beban${i}=${'x'.repeat(250)}`).join('&');
    return { path: `/banten/panjang/1?${query}` };
  },
  happen: async (cluster) => {
    const [pod] = await cluster.gatewayPods();
    assert.ok(pod);
    // What copies the log stands between the process and containerd, and is the parent of the process.
    const shim = mainProcessOf(pod, 'gateway')?.parent;
    assert.ok(shim);
    process.kill(shim, 'SIGSTOP');
    try {
      await delay(stallMs);
      const ready = (await cluster.gatewayPods()).filter(isPodReady).map(({ metadata }) => metadata.uid);
      assert.ok(ready.includes(pod.metadata.uid));
    } finally {
      process.kill(shim, 'SIGCONT');
    }
    const seen = { gaps: [] as readonly number[], lost: 0 };
    const isTold = async () => {
      seen.lost = await lostOf(cluster, pod);
      seen.gaps = gapsIn(pod);
      return seen.lost > 0 && seen.gaps.reduce((sum, gap) => sum + gap, 0) === seen.lost;
    };
    await until('the log tells of all lines that were lost', isTold, { seen: () => seen });
    return `${seen.lost} lines lost and counted, in ${seen.gaps.length} ${seen.gaps.length === 1 ? 'gap' : 'gaps'}`;
  },
  undo: async ({ kubectl }) => {
    await kubectl(['delete', 'apiservices.simpul.id/panjang', '-n', 'banten', '--ignore-not-found']);
  },
};

/** How many lines each gap in a pod's log says are missing. */
function gapsIn({ metadata }: Pod): readonly number[] {
  const logs = join(folder.varLog, 'pods', `${gatewayNamespace}_${metadata.name}_${metadata.uid}`, 'gateway');
  const files = existsSync(logs) ? readdirSync(logs).map((name) => join(logs, name)) : [];
  return files.flatMap((file) => {
    const bytes = readFileSync(file);
    const text = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('latin1');
    return [...text.matchAll(/"msg":"gap","lost":(\d+)/g)].map(([, lost]) => Number(lost));
  });
}

async function lostOf({ kubectl }: NodeCluster, { metadata }: Pod): Promise<number> {
  const path = `/api/v1/namespaces/${gatewayNamespace}/pods/${metadata.name}:8081/proxy/metrics`;
  const text = await kubectl(['get', '--raw', path]);
  return Number(new RegExp(`^${metric} (\\d+)$`, 'm').exec(text)?.[1]);
}
