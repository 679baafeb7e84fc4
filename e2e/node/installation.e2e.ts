import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { nodeFlagsOf } from '#tools/images/node-flags.ts';
import { gatewayNamespace, gatewayUrl, NodeCluster } from './cluster.ts';

interface Pods {
  readonly items: readonly {
    readonly metadata: { readonly name: string; readonly deletionTimestamp?: string };
    readonly status: { readonly phase: string };
  }[];
}

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

describe('Simpul on a real node', () => {
  let cluster: NodeCluster;

  before(async () => {
    cluster = await NodeCluster.open();
  });
  after(async () => {
    await cluster?.close();
  });

  const podsOf = async (namespace: string, name: string): Promise<string[]> => {
    const label = `app.kubernetes.io/name=${name}`;
    const { items } = await cluster.get<Pods>('pods', '-n', namespace, '-l', label);
    const running = items.filter(({ metadata, status }) => status.phase === 'Running' && !metadata.deletionTimestamp);
    return running.map(({ metadata }) => metadata.name);
  };

  for (const { program, namespace } of [
    { program: 'operator', namespace: 'simpul-system' },
    { program: 'gateway', namespace: gatewayNamespace },
  ]) {
    test(`every ${program} pod runs as nobody, without rights, on a root that cannot be written`, async () => {
      const pods = await podsOf(namespace, `simpul-${program}`);
      assert.equal(pods.length, 2);
      for (const pod of pods) {
        const init = ['/usr/local/bin/node', ...(await nodeFlagsOf(program)), `/app/${program}.mjs`];
        const { init: started, ...seen } = await cluster.evaluate<Confinement>(namespace, pod, lookAround);
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
    const [pod = ''] = await podsOf(gatewayNamespace, 'simpul-gateway');
    const script = `
const ask = async (headers) => { const r = await fetch('${gatewayUrl}/banten/situs/v1', { headers }); return [r.status, (await r.json()).length]; };
(async () => console.log(JSON.stringify([await ask({ 'x-api-key': '${key}' }), await ask({})])))();`;
    const [served, refused] = await cluster.evaluate<[number, number?][]>(gatewayNamespace, pod, script);
    assert.deepEqual(served, [200, 100]);
    assert.equal(refused?.[0], 401);
  });

  test('all gateways are replaced one after the other under 500 calls a second: no call fails', async (t) => {
    const before = await podsOf(gatewayNamespace, 'simpul-gateway');
    const caller = await cluster.startCaller('rolling-restart', '/banten/ramai/1', { rate: 500, seconds: 60 });
    const began = performance.now();
    await cluster.kubectl(['rollout', 'restart', '-n', gatewayNamespace, 'deployment/public']);
    await cluster.kubectl(['rollout', 'status', '-n', gatewayNamespace, 'deployment/public', '--timeout=50s']);
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    const tally = await caller.ended();
    t.diagnostic(`replaced in ${seconds} s; ${JSON.stringify(tally)}`);
    assert.deepEqual(Object.keys(tally.answers), ['200']);
    assert.ok(tally.calls >= 20_000, `only ${tally.calls} calls`);
    const now = await podsOf(gatewayNamespace, 'simpul-gateway');
    assert.deepEqual(
      now.filter((pod) => before.includes(pod)),
      [],
    );
  });

  test('a new leader takes over when the leading operator pod is deleted, and what changes meanwhile is served', async () => {
    await cluster.kubectl([
      'delete',
      'pods',
      '-n',
      'simpul-system',
      '-l',
      'app.kubernetes.io/name=simpul-operator',
      '--wait=false',
    ]);
    const patch = JSON.stringify({ spec: { displayName: `Situs ${Date.now()}` } });
    await cluster.kubectl(['patch', 'apiservices.simpul.id', 'ramai', '-n', 'banten', '--type=merge', '-p', patch]);
    const { metadata } = await cluster.get<{ metadata: { generation: number } }>(
      'apiservices.simpul.id/ramai',
      '-n',
      'banten',
    );
    const done = `--for=jsonpath={.status.observedGeneration}=${metadata.generation}`;
    await cluster.kubectl(['wait', 'apiservices.simpul.id/ramai', '-n', 'banten', done, '--timeout=60s']);
    await cluster.kubectl(['rollout', 'status', '-n', 'simpul-system', 'deployment/simpul-operator', '--timeout=60s']);
  });
});
