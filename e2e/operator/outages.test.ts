import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Caller } from './caller.ts';
import type { GatewayProgram } from './gateway-program.ts';
import { Installation } from './harness.ts';
import { apiGateway, apiService, keyedApi, subscription, tenant } from './objects.ts';
import type { OperatorProgram } from './operator-program.ts';

const owner = tenant('owner', { paths: ['/owner'] });
const outageMs = 30_000;

describe('gateways serve on', () => {
  let installation: Installation;
  let operator: OperatorProgram;
  let gateway: GatewayProgram;
  let key: string;
  const open = (): ReturnType<typeof apiService> => apiService('owner', 'open', { backendUrl: installation.backend });

  before(async () => {
    installation = await Installation.start();
    operator = await installation.startOperator();
    await installation.apply(apiGateway(), owner);
    gateway = await installation.startGateway('steady');
    await installation.untilReady(owner);
    const keyed = keyedApi('owner', 'keyed', { backendUrl: installation.backend });
    const caller = subscription('owner', 'caller', [{ name: 'keyed', namespace: 'owner' }]);
    await installation.apply(open(), keyed, caller);
    await installation.untilReady(open(), keyed, caller);
    key = await installation.keyIn('owner', 'caller-main');
    await gateway.untilStatus(200, '/owner/keyed', { key });
  });
  after(() => installation?.stop());

  test('while the API server is away for 30 s, without one error; and all goes on by itself after it', async (context) => {
    const callers = [
      new Caller(() => gateway.call('/owner/open')),
      new Caller(() => gateway.call('/owner/keyed', { key })),
      new Caller(() => gateway.call('/owner/keyed', { key: 'wrong' })),
    ];
    context.after(() => Promise.all(callers.map((caller) => caller.stop())));
    await installation.cluster.apiServer.kill();
    await delay(outageMs); // the promise is about this time
    assert.equal((await gateway.adminPage('/readyz'))?.status, 200);
    await installation.cluster.apiServer.start();
    // The operator could not renew its Lease, so it has ended; its Deployment starts it anew.
    assert.equal((await operator.ended).code, 1);
    operator = installation.startOperatorAsBefore();
    const changed = apiService('owner', 'open', { basePath: '/owner/opened', backendUrl: installation.backend });
    await installation.apply(changed);
    await gateway.untilStatus(200, '/owner/opened');
    await installation.apply(open());
    await installation.untilReady(open());
    const [opened = {}, keyed = {}, wrong = {}] = await Promise.all(callers.map((caller) => caller.stop()));
    context.diagnostic(JSON.stringify([opened, keyed, wrong]));
    assert.deepEqual(
      Object.keys(opened).filter((status) => status !== '200' && status !== '404'),
      [],
    );
    assert.deepEqual(Object.keys(keyed), ['200']);
    assert.deepEqual(Object.keys(wrong), ['401']);
  });

  test('while the operator is away, and one that starts meanwhile serves as well', async () => {
    await operator.kill();
    const late = await installation.startGateway('late');
    assert.equal((await late.call('/owner/open')).status, 200);
    assert.equal((await late.call('/owner/keyed', { key })).status, 200);
    assert.equal((await late.call('/owner/keyed')).status, 401);
    assert.equal((await gateway.call('/owner/open')).status, 200);

    await installation.remove(apiService('owner', 'open'));
    assert.equal((await gateway.call('/owner/open')).status, 200);
    operator = await installation.startOperator();
    for (const each of [gateway, late]) await each.untilStatus(404, '/owner/open');
    await installation.apply(open());
    await installation.untilReady(open());
  });

  test('when operator and API server go and come back together', async () => {
    await operator.kill();
    await installation.cluster.apiServer.kill();
    assert.equal((await gateway.call('/owner/keyed', { key })).status, 200);
    operator = installation.startOperatorAsBefore();
    await installation.cluster.apiServer.start();
    await operator.untilWorking();
    const fresh = apiService('owner', 'fresh', { backendUrl: installation.backend });
    await installation.apply(fresh);
    await installation.untilReady(fresh, open());
    assert.equal((await gateway.call('/owner/fresh')).status, 200);
  });
});
