import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Lease, leaseAnnotations, type Refusal } from '#api/compiled/lease.ts';
import type { KubeObject } from '#api/object.ts';
import { parseId } from '#api/object.ts';
import type { ApiServerStore } from '#kube/api-server-store.ts';
import { compiledNamespaceOf, gatewayServiceAccount } from '#operator/resources/gateway.ts';
import type { GatewayProgram } from './gateway-program.ts';
import { conditionOf, Installation, openAs } from './harness.ts';
import { type ApiSpec, apiGateway, apiService, tenant } from './objects.ts';
import { until } from './waiting.ts';

const namespace = compiledNamespaceOf({ metadata: parseId('simpul-system/public') });
const owner = tenant('owner', { paths: ['/owner'] });

let installation: Installation;
let first: GatewayProgram;
let second: GatewayProgram;
/** Acts as a pod of the fleet: what it writes into its Lease is its own word. */
let pod: ApiServerStore;

before(async () => {
  installation = await Installation.start();
  await installation.keepOperator();
  await installation.apply(apiGateway(), owner);
  await installation.untilCondition(owner, 'Ready', { status: 'True' });
});
after(async () => {
  await pod?.close();
  await installation?.stop();
});

function api(name: string, spec: ApiSpec = {}): KubeObject {
  return apiService('owner', name, { backendUrl: installation.backend, ...spec });
}

async function versionOf(object: KubeObject): Promise<string | undefined> {
  return (await installation.get(object))?.metadata.resourceVersion;
}

interface Word {
  readonly version?: string;
  readonly ready?: boolean;
  readonly refused?: readonly Refusal[];
  /** How long ago it was said, by the pod's clock. */
  readonly agoMs?: number;
  /** How long it holds. */
  readonly seconds?: number;
}

async function say(name: string, word: Word): Promise<void> {
  const { version = '1', ready = true, refused = [], agoMs = 0, seconds = 30 } = word;
  const time = new Date(Date.now() - agoMs).toISOString().replace('Z', '000Z');
  const lease: Lease = {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: {
      ...{ namespace, name },
      annotations: {
        [leaseAnnotations.servedVersion]: version,
        [leaseAnnotations.listEpoch]: '1',
        [leaseAnnotations.ready]: String(ready),
        [leaseAnnotations.refused]: JSON.stringify(refused),
        [leaseAnnotations.refusedCount]: String(refused.length),
      },
    },
    spec: { holderIdentity: name, leaseDurationSeconds: seconds, acquireTime: time, renewTime: time },
  };
  await pod.apply(lease, { fieldManager: 'simpul-gateway', force: true });
}

async function forget(name: string): Promise<void> {
  await pod.delete(
    { group: 'coordination.k8s.io', version: 'v1', kind: 'Lease', plural: 'leases', namespaced: true },
    { namespace, name },
  );
}

describe('Programmed', () => {
  test('is Unknown while there is no gateway, and True once one serves it', async () => {
    const lonely = api('lonely');
    await installation.apply(lonely);
    const nobody = { status: 'Unknown', reason: 'NoGateways', message: /"simpul-system\/public"/ } as const;
    await installation.untilCondition(lonely, 'Programmed', nobody);
    await installation.untilCondition(lonely, 'Ready', nobody);
    first = await installation.startGateway('first');
    await installation.untilReady(lonely, apiGateway());
    assert.equal((await first.call('/owner/lonely')).status, 200);
  });

  test('stays True, without a write, when a gateway joins, restarts or leaves', async () => {
    const before = await versionOf(api('lonely'));
    second = await installation.startGateway('second');
    const third = await installation.startGateway('third');
    await third.kill();
    await (await installation.startGateway('third')).stop();
    const count = async (): Promise<unknown> => (await installation.get(apiGateway()))?.status?.['readyGateways'];
    await until('two are counted', async () => (await count()) === 2);
    assert.equal(await versionOf(api('lonely')), before);
  });

  test('waits for every ready gateway, names who is late, and is True once that one has caught up', async () => {
    const late = api('late');
    await installation.apply(late);
    await installation.untilReady(late);
    second.send('SIGSTOP');
    const changed = api('late', { basePath: '/owner/late/v2' });
    await installation.apply(changed);
    await first.untilStatus(200, '/owner/late/v2');
    const named = { status: 'False', reason: 'Pending', message: /1 of 2 pods serve it, not yet second/ } as const;
    const seen = await installation.untilCondition(changed, 'Programmed', named, { withinMs: 25_000 });
    assert.deepEqual(seen.status?.['gateways'], [
      { gateway: 'simpul-system/public', acknowledged: 1, expected: 2, laggards: ['second'] },
    ]);
    second.send('SIGCONT');
    await installation.untilReady(changed);
    assert.equal((await installation.get(changed))?.status?.['gateways'], undefined);
    assert.equal((await second.call('/owner/late/v2')).status, 200);
  });

  test('of a new object is Unknown at first, not False', async () => {
    second.send('SIGSTOP');
    const fresh = api('fresh');
    await installation.apply(fresh);
    await installation.untilCondition(fresh, 'Programmed', { status: 'Unknown', reason: 'Pending' });
    second.send('SIGCONT');
    await installation.untilReady(fresh);
  });

  describe('by the word of a pod', () => {
    before(async () => {
      const token = await installation.cluster.serviceAccountToken(namespace, gatewayServiceAccount);
      pod = await openAs(await installation.cluster.kubeconfigFor({ token }));
    });

    test('is False, with pod and reason, when one refuses it; the others serve on', async () => {
      await say('refuser', {});
      const odd = api('odd');
      await installation.apply(odd);
      const { secret } = await until('it is compiled', () => installation.compiledOf('ApiService/owner/odd'));
      const hash = secret.metadata.annotations?.['simpul.id/content-hash']?.slice(0, 16) ?? '';
      const refusal = { name: secret.metadata.name, hash, reason: 'backend.endpoints.0.url must match pattern' };
      await say('refuser', { version: secret.metadata.resourceVersion ?? '', refused: [refusal] });
      const named = {
        status: 'False',
        reason: 'RefusedByGateway',
        message: /pod "refuser".*must match pattern/,
      } as const;
      await installation.untilCondition(odd, 'Ready', named);
      assert.equal((await first.call('/owner/odd')).status, 200);
      await forget('refuser');
      await installation.untilReady(odd);
    });

    test('does not wait for one whose Lease has run out', async () => {
      await say('dying', { seconds: 10 });
      const patient = api('patient');
      await installation.apply(patient);
      const named = { status: 'False', reason: 'Pending', message: /not yet dying/ } as const;
      await installation.untilCondition(patient, 'Programmed', named);
      await installation.untilReady(patient);
      await forget('dying');
    });

    test('waits for those whose clocks are 5 minutes behind or ahead, until their Leases have run out', async () => {
      await say('behind', { agoMs: 300_000, seconds: 10 });
      await say('ahead', { agoMs: -300_000, seconds: 10 });
      const skewed = api('skewed');
      await installation.apply(skewed);
      const named = { status: 'False', reason: 'Pending', message: /not yet ahead, behind/ } as const;
      await installation.untilCondition(skewed, 'Programmed', named);
      await installation.untilReady(skewed);
      await forget('behind');
      await forget('ahead');
    });

    test('does not believe a version that the API server has not reached', async () => {
      await say('boaster', { version: '999999999' });
      const doubted = api('doubted');
      await installation.apply(doubted);
      await installation.untilCondition(doubted, 'Programmed', { status: 'False', message: /not yet boaster/ });
      await forget('boaster');
      await installation.untilReady(doubted);
    });

    test('does not count one that is not ready', async () => {
      await say('drained', { ready: false });
      const calm = api('calm');
      await installation.apply(calm);
      await installation.untilReady(calm);
      await forget('drained');
    });

    test('the Lease of a pod that is long dead is removed', async () => {
      await say('forgotten', { agoMs: 3_600_000 });
      const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { namespace, name: 'forgotten' } };
      await installation.untilGone(lease);
    });
  });

  test('survives a list in between: the API server starts anew while gateways catch up', async () => {
    second.send('SIGSTOP');
    const torn = api('torn');
    await installation.apply(torn);
    await first.untilStatus(200, '/owner/torn');
    await installation.cluster.apiServer.restart();
    await installation.untilCondition(torn, 'Programmed', { status: 'False', message: /not yet second/ });
    second.send('SIGCONT');
    await installation.untilReady(torn);
  });

  test('is true again after etcd went back to an older state', async () => {
    const kept = api('kept');
    await installation.apply(kept);
    await installation.untilReady(kept);
    const snapshot = await installation.cluster.etcd.snapshot();
    const lost = api('lost');
    await installation.apply(lost, api('kept', { basePath: '/owner/kept/v2' }));
    await installation.untilReady(lost, kept);
    await first.untilStatus(200, '/owner/lost');
    await first.untilStatus(200, '/owner/kept/v2');
    await installation.cluster.restoreEtcd(snapshot);

    for (const gateway of [first, second]) {
      await gateway.untilStatus(404, '/owner/lost', {});
      await gateway.untilStatus(200, '/owner/kept', {});
      assert.equal(
        (await gateway.call('/owner/kept/v2')).text.includes('/v2'),
        true,
        'it is a path under the old one now',
      );
    }
    const after = api('after');
    await installation.apply(after, api('kept', { basePath: '/owner/kept/v3' }));
    await installation.untilReady(after, kept);
    for (const gateway of [first, second]) {
      assert.equal((await gateway.call('/owner/after')).status, 200);
      assert.equal((await gateway.call('/owner/kept/v3')).status, 200);
    }
    assert.equal(conditionOf(await installation.get(after), 'Programmed')?.status, 'True');
  });
});
