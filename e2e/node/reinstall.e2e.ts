import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { until } from '#e2e/operator/waiting.ts';
import { helm } from '#tools/helm/helm.ts';
import { gatewayNamespace, home, NodeCluster, type Pod } from './cluster.ts';
import { installRelease } from './release.ts';

/** How long the Lease of an operator that was removed keeps others from leading (`--lease-duration`). */
const leaseSeconds = 15;
/** From `helm install` to the first served call, with images that the node has: several times what it takes at rest. */
const patienceSeconds = 45;

let cluster: NodeCluster;

before(async () => {
  cluster = await NodeCluster.open();
});
after(async () => {
  await cluster?.close();
});

test('helm install serves the first call within seconds', async (t) => {
  await uninstall();
  // As where it has never been installed: nobody waits for the Lease of an operator that is no more.
  await cluster.kubectl(['delete', 'lease', 'simpul-operator', '-n', home, '--ignore-not-found']);
  const served = await installAndCall();
  t.diagnostic(`the first call is served ${served.toFixed(1)} s after helm install began`);
  assert.ok(served < patienceSeconds, `${served} s`);
});

test('an installation that is removed takes its gateways with it; made again, it serves what was there, to the same keys', async (t) => {
  t.diagnostic(`nothing is left ${(await uninstall()).toFixed(1)} s after helm uninstall began`);
  const served = await installAndCall();
  t.diagnostic(`the first call is served ${served.toFixed(1)} s after helm install began anew`);
  assert.ok(served < leaseSeconds + patienceSeconds, `${served} s`);
  for (const kind of ['apigateways', 'tenants', 'apiservices', 'subscriptions', 'approvals']) {
    const all = ['--all', '--all-namespaces', `${kind}.simpul.id`];
    await cluster.kubectl(['wait', '--for=condition=Ready', '--timeout=60s', ...all]);
  }
});

/** Gives the seconds until nothing runs of it any more. Gateways drain for 10 s; then little may be left to wait for. */
async function uninstall(): Promise<number> {
  const began = performance.now();
  await helm(['uninstall', 'simpul', '--namespace', home, '--wait', '--timeout=3m'], cluster.target.kubeconfig);
  await until('the namespace of its gateway is gone', async () => {
    const found = await cluster.kubectl(['get', 'namespace', gatewayNamespace, '--ignore-not-found', '-o', 'name']);
    return found === '';
  });
  await until('no pod of it is left', async () => {
    const { items } = await cluster.get<{ items: readonly Pod[] }>('pods', '-n', home);
    return items.length === 0;
  });
  const seconds = (performance.now() - began) / 1000;
  assert.ok(seconds < 60, `it took ${seconds} s`);
  return seconds;
}

/** Gives the seconds from the begin of `helm install` until a call with a key of before is served. */
async function installAndCall(): Promise<number> {
  const key = await cluster.key('tangerang', 'perizinan-utama');
  const began = performance.now();
  const installed = installRelease(cluster);
  installed.catch(() => undefined); // heard below
  const origin = await until('there is a gateway', () => cluster.origin().catch(() => undefined));
  const status = await callUntilServed(`${origin}/banten/situs/v1`, key);
  const seconds = (performance.now() - began) / 1000;
  if (status !== 200) assert.fail(`the last call was answered ${status}\n${await lookAround()}`);
  await installed;
  return seconds;
}

/** Calls again and again from a pod of the backend, as there is none of a gateway yet. Gives the last status. */
async function callUntilServed(url: string, key: string): Promise<number> {
  const pods = await cluster.get<{ items: readonly Pod[] }>('pods', '-n', 'banten', '-l', 'app=situs');
  const script = `
const ask = () => fetch('${url}', { headers: { 'x-api-key': '${key}' }, signal: AbortSignal.timeout(2000) })
  .then(({ status }) => status, () => 0);
(async () => {
  const end = Date.now() + 60_000;
  let status = 0;
  while ((status = await ask()) !== 200 && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 20));
  console.log(JSON.stringify(status));
})();`;
  return await cluster.evaluate<number>('banten', pods.items[0]?.metadata.name ?? '', script);
}

/** What a person would look at first. */
async function lookAround(): Promise<string> {
  const looks = [
    ['get', 'simpul', '-A', '-o', 'wide'],
    ['get', 'secrets,pods,services,leases', '-n', gatewayNamespace],
    [
      'get',
      'apiservices.simpul.id,tenants.simpul.id,apigateways.simpul.id',
      '-A',
      '-o',
      'jsonpath={range .items[*]}{.kind} {.metadata.name} {.status}{"\\n"}{end}',
    ],
    ['logs', '-n', home, '-l', 'app.kubernetes.io/name=simpul-operator', '--prefix', '--tail=40'],
    ['logs', '-n', gatewayNamespace, '-l', 'app.kubernetes.io/name=simpul-gateway', '--prefix', '--tail=20'],
  ];
  const said = await Promise.all(looks.map((args) => cluster.kubectl(args).catch(String)));
  return said.join('\n');
}
