import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { until } from '#e2e/operator/waiting.ts';
import { anAuthority, type TestAuthority } from '#gateway/testing/authority.ts';
import { compiledNamespaceOf } from '#operator/resources/gateway.ts';
import { home, type NodeCluster } from '../cluster.ts';
import { openApi } from './api.ts';
import { type Fault, secondsSince, times } from './fault.ts';

const name = 'sandi';
const place = [`apigateways.simpul.id/${name}`, '-n', home];
const namespace = compiledNamespaceOf({ metadata: { name, namespace: home } });

export const certificateExpires: Fault = {
  name: 'certificate-expires',
  what: 'the certificate of an HTTPS listener is about to expire, and another is written into its Secret',
  asserts:
    'a Warning says so 21 days before, and goes with it; new connections are shown the new one; no pod is restarted',
  prepare: async (cluster) => {
    await using authority = await anAuthority();
    await writeCertificate(cluster, authority, 10);
    await cluster.apply(gateway(), openApi(name, { gatewayRefs: [{ name, namespace: home }] }));
    await cluster.untilReady(`apiservices.simpul.id/${name}`, '-n', 'banten');
    await cluster.kubectl(['rollout', 'status', `deployment/${name}`, '-n', namespace, '--timeout=60s']);
    return { path: `/banten/${name}/1`, origin: await cluster.origin(name) };
  },
  happen: async (cluster) => {
    await using authority = await anAuthority();
    const pods = await cluster.podsOf(namespace, 'simpul-gateway');
    assert.equal(await untilWarned(cluster, true), 'CertificateExpiring');
    const took: string[] = [];
    for (let round = 0; round < times(10, 2); round++) {
      const began = performance.now();
      const serial = await writeCertificate(cluster, authority, 90);
      for (const { metadata } of pods) await untilShown(cluster, metadata.name, serial);
      took.push(secondsSince(began));
    }
    await untilWarned(cluster, false);
    const now = await cluster.podsOf(namespace, 'simpul-gateway');
    const ids = (list: typeof pods) =>
      list.map(({ metadata, status }) => [metadata.uid, status.containerStatuses?.[0]?.restartCount]);
    assert.deepEqual(ids(now), ids(pods));
    return `shown by all pods after ${took.sort().at(-1)} at most`;
  },
  undo: async ({ kubectl }) => {
    await kubectl(['delete', `apiservices.simpul.id/${name}`, '-n', 'banten', '--ignore-not-found']);
    await kubectl(['delete', ...place, '--ignore-not-found', '--wait=false']);
    await kubectl(['delete', 'secret', `${name}-tls`, '-n', home, '--ignore-not-found']);
  },
};

function gateway(): object {
  const tls = { certificateRefs: [{ name: `${name}-tls` }] };
  return {
    ...{ apiVersion: 'simpul.id/v1alpha1', kind: 'ApiGateway', metadata: { name, namespace: home } },
    spec: {
      replicas: 2,
      listeners: [{ name: 'https', protocol: 'HTTPS', port: 8443, tls }],
      tenants: { from: 'All' },
    },
  };
}

/** Gives its serial number. */
async function writeCertificate(cluster: NodeCluster, authority: TestAuthority, days: number): Promise<string> {
  const { certificate, privateKey } = await authority.issue(name, { names: `DNS:${name}.test`, days });
  const metadata = { name: `${name}-tls`, namespace: home };
  const stringData = { 'tls.crt': certificate, 'tls.key': privateKey };
  await cluster.apply({ apiVersion: 'v1', kind: 'Secret', type: 'kubernetes.io/tls', metadata, stringData });
  return new X509Certificate(certificate).serialNumber;
}

/** Gives the reason of the Warning. */
async function untilWarned(cluster: NodeCluster, isWarned: boolean): Promise<string | undefined> {
  interface Gateway {
    readonly status: { readonly conditions: readonly { readonly type: string; readonly reason: string }[] };
  }
  let warning: string | undefined;
  await until(`the ApiGateway ${isWarned ? 'warns' : 'warns no more'}`, async () => {
    const { status } = await cluster.get<Gateway>(...place);
    warning = status.conditions.find(({ type }) => type === 'Warning')?.reason;
    return (warning !== undefined) === isWarned;
  });
  return warning;
}

/** What a new connection to one pod is shown. */
async function untilShown(cluster: NodeCluster, pod: string, serial: string): Promise<void> {
  const script = `
const socket = require('node:tls').connect({ port: 8443, rejectUnauthorized: false }, () => {
  console.log(JSON.stringify(socket.getPeerCertificate().serialNumber));
  socket.destroy();
});`;
  await until(
    `${pod} shows ${serial}`,
    async () => (await cluster.evaluate<string>(namespace, pod, script)) === serial,
  );
}
