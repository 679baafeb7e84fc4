import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { parseId } from '#api/object.ts';
import { compiledNamespaceOf } from '#operator/resources/gateway.ts';
import { Installation } from './harness.ts';
import { apiGateway, apiService, namespace, tenant } from './objects.ts';
import type { OperatorProgram } from './operator-program.ts';
import { until } from './waiting.ts';

const name = compiledNamespaceOf({ metadata: parseId('simpul-system/public') });
const apis = Array.from({ length: 12 }, (_, i) => apiService('banten', `api-${i}`));
/** Long enough for back-offs of many seconds. */
const stuckMs = 10_000;
/** From the end of a namespace until all that was in it is written again: one visit of each object, on a busy machine. */
const backWithinMs = 3_000;

/** A real API server, and the controller that empties namespaces. */
describe('a compiled namespace that somebody deletes', () => {
  let installation: Installation;
  let operator: OperatorProgram;

  before(async () => {
    installation = await Installation.start({ controllerManager: true });
    operator = await installation.startOperator();
    await installation.apply(apiGateway(), tenant('banten', { paths: ['/banten'] }));
    await installation.untilNamespace('banten');
    await installation.apply(...apis);
    for (const api of apis) await installation.untilCondition(api, 'Ready', { reason: 'NoGateways' });
  });
  after(() => installation?.stop());

  const sources = async () =>
    (await installation.compiled()).map(({ metadata }) => metadata.annotations?.['simpul.id/source']).sort();
  const failures = () => operator.metric('simpul_operator_reconcile_total', 'kind="ApiService",outcome="failed"');
  /** Keeps the namespace from going until it is taken away. */
  const holder = (finalizers: readonly string[]) => {
    const metadata = { namespace: name, name: 'holder', finalizers };
    return installation.cluster.kubectl(
      finalizers.length === 0
        ? [
            'patch',
            'configmap',
            'holder',
            '-n',
            name,
            '--type=merge',
            '-p',
            JSON.stringify({ metadata: { finalizers } }),
          ]
        : ['create', '-f', '-'],
      JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata }),
    );
  };

  test('is told of while it does not go, and then made anew at once, with all that was in it', async (t) => {
    const before = await sources();
    assert.ok(before.length > apis.length, String(before));
    const failed = await failures();
    const uid = (await installation.get(namespace(name)))?.metadata.uid;
    await holder(['example.org/stuck']);
    await installation.cluster.kubectl(['delete', 'namespace', name, '--wait=false']);
    await installation.untilCondition(apiGateway(), 'Ready', {
      reason: 'ReconcileFailed',
      message: /is being deleted/,
    });
    await until('it is empty', async () => (await sources()).length === 0);
    await delay(stuckMs);
    await holder([]);
    await until('there is another', async () => {
      const found = await installation.get(namespace(name));
      return found !== undefined && found.metadata.uid !== uid;
    });
    const began = performance.now();
    await until('all is written again', async () => JSON.stringify(await sources()) === JSON.stringify(before));
    const tookMs = Math.round(performance.now() - began);
    t.diagnostic(`all is back ${tookMs} ms after the namespace`);
    assert.ok(tookMs < backWithinMs, `${tookMs} ms`);
    await installation.untilCondition(apiGateway(), 'Ready', { reason: 'NoGateways' });
    assert.equal(await failures(), failed, 'nobody has tried to write into it meanwhile');
  });
});
