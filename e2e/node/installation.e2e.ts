import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { until } from '#e2e/operator/waiting.ts';
import { nodeFlagsOf } from '#tools/images/node-flags.ts';
import { gatewayNamespace, gatewayUrl, home, NodeCluster } from './cluster.ts';
import { mainProcessOf, secondsOfLife } from './faults/node-processes.ts';

interface Confinement {
  /** Command line of the first process; flags of the program itself come last. */
  readonly init: readonly string[];
}

/** What a process finds out about itself: user, groups of rights, and whether it can write where its program lies. */
const lookAround = `
const fs = require('node:fs');
const status = Object.fromEntries(fs.readFileSync('/proc/self/status', 'utf8').trim().split('\\n').map((l) => l.split(/:\\s+/)));
const write = (path) => { try { fs.writeFileSync(path, ''); return 'written'; } catch (error) { return error.code; } };
console.log(JSON.stringify({
  uid: process.getuid(), capabilities: status.CapEff, noNewPrivileges: status.NoNewPrivs, seccomp: status.Seccomp,
  app: write('/app/x'), root: write('/x'), init: fs.readFileSync('/proc/1/cmdline', 'utf8').split('\\0').filter(Boolean),
}));`;

const confined = {
  uid: 65532,
  capabilities: '0000000000000000',
  noNewPrivileges: '1',
  seccomp: '2', // a filter: RuntimeDefault
  app: 'EROFS',
  root: 'EROFS',
};

/** Kinds that the operator writes, or that show what it does to them. */
const written = [
  ...['deployments', 'services', 'pods', 'configmaps', 'secrets', 'serviceaccounts', 'roles', 'rolebindings'],
  ...['networkpolicies', 'poddisruptionbudgets', 'horizontalpodautoscalers', 'resourcequotas'],
];

/** `kind namespace/name version` of all Simpul objects, and of whatever else lies where the installation writes. */
async function versions({ kubectl }: NodeCluster): Promise<readonly string[]> {
  const line = '{.kind} {.metadata.namespace}/{.metadata.name} {.metadata.resourceVersion}';
  const output = ['-o', `jsonpath={range .items[*]}${line}{"\\n"}{end}`];
  const texts = [await kubectl(['get', 'simpul', '--all-namespaces', ...output])];
  for (const namespace of [home, gatewayNamespace, 'banten', 'tangerang']) {
    texts.push(await kubectl(['get', written.join(), '-n', namespace, ...output]));
  }
  return texts.flatMap((text) => text.trim().split('\n')).sort();
}

describe('Simpul on a real node', () => {
  let cluster: NodeCluster;

  before(async () => {
    cluster = await NodeCluster.open();
  });
  after(async () => {
    await cluster?.close();
  });

  for (const { program, namespace } of [
    { program: 'operator', namespace: home },
    { program: 'gateway', namespace: gatewayNamespace },
  ] as const) {
    test(`every ${program} pod runs as nobody, without rights, on a root that cannot be written`, async () => {
      const pods = await cluster.podsOf(namespace, `simpul-${program}`);
      assert.equal(pods.length, 2);
      for (const { metadata } of pods) {
        const init = ['/usr/local/bin/node', ...(await nodeFlagsOf(program)), `/app/${program}.mjs`];
        const { init: started, ...seen } = await cluster.evaluate<Confinement>(namespace, metadata.name, lookAround);
        assert.deepEqual({ ...seen, init: started.slice(0, init.length) }, { ...confined, init });
      }
    });

    test(`a pod that wants more is refused beside the ${program}`, async () => {
      const args = ['run', 'greedy', '--image=x', '--privileged', '--dry-run=server', '-n', namespace];
      await assert.rejects(cluster.kubectl(args), /violates PodSecurity "restricted:latest"/);
    });
  }

  test('examples/banten is served through the Service, to who has a key', async () => {
    const key = await cluster.key('tangerang', 'perizinan-utama');
    const [pod = ''] = await cluster.gatewayNames();
    const script = `
const ask = async (headers) => { const r = await fetch('${gatewayUrl}/banten/situs/v1', { headers }); return [r.status, (await r.json()).length]; };
(async () => console.log(JSON.stringify([await ask({ 'x-api-key': '${key}' }), await ask({})])))();`;
    const [served, refused] = await cluster.evaluate<[number, number?][]>(gatewayNamespace, pod, script);
    assert.deepEqual(served, [200, 100]);
    assert.equal(refused?.[0], 401);
  });

  test('in a minute in which nothing happens nothing is written but Leases', async () => {
    let before = await versions(cluster);
    await until('all is at rest', async () => {
      await delay(3000);
      const now = await versions(cluster);
      const isAtRest = isDeepStrictEqual(now, before);
      before = now;
      return isAtRest;
    });
    assert.ok(before.length > 30, before.join('\n'));
    await delay(60_000); // the promise is about a time in which nothing happens
    assert.deepEqual(await versions(cluster), before);
  });

  test('a gateway pod is ready at most 1.5 s after its program has started', async (t) => {
    if (!cluster.target.isOwn) return t.skip('it looks at processes of the node of make cluster');
    const before = await cluster.gatewayNames();
    await cluster.kubectl(['delete', 'pod', before[0] ?? '', '-n', gatewayNamespace, '--wait=false']);
    const fresh = await until('another pod runs', async () =>
      (await cluster.gatewayPods()).find(({ metadata }) => !before.includes(metadata.name)),
    );
    const { pid } = mainProcessOf(fresh, 'gateway') ?? assert.fail('it runs no gateway');
    const ask = () => fetch(`http://${fresh.status.podIP}:8081/readyz`).then(({ status }) => status === 200);
    await until('it is ready', () => ask().catch(() => false));
    const seconds = secondsOfLife(pid);
    t.diagnostic(`ready ${seconds.toFixed(2)} s after its start`);
    assert.ok(seconds < 1.5, `${seconds} s`);
    await cluster.kubectl(['rollout', 'status', '-n', gatewayNamespace, 'deployment/public', '--timeout=60s']);
  });

  test('a new leader takes over when the leading operator pod is deleted, and what changes meanwhile is served', async () => {
    const operators = ['-n', home, '-l', 'app.kubernetes.io/name=simpul-operator'];
    await cluster.kubectl(['delete', 'pods', ...operators, '--wait=false']);
    await cluster.changeAndWait('ramai');
    await cluster.kubectl(['rollout', 'status', '-n', home, 'deployment/simpul-operator', '--timeout=60s']);
  });
});
