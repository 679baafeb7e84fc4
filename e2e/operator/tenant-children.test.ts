import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Installation } from './harness.ts';
import { apiService, namespace, tenant } from './objects.ts';
import { until } from './waiting.ts';

const resourceQuota = { pods: 20, cpu: '4000m', memory: '2048Mi', apiServices: 1 };
const bounded = tenant('bounded', { paths: ['/bounded'], resourceQuota, network: { allowFrom: ['ingress'] } });
const childOf = (name: string, apiVersion: string, kind: string) => {
  return { apiVersion, kind, metadata: { namespace: name, name: 'simpul-tenant' } };
};
const policyOf = (name: string) => childOf(name, 'networking.k8s.io/v1', 'NetworkPolicy');
const quotaOf = (name: string) => childOf(name, 'v1', 'ResourceQuota');

/** What the operator makes in Tenants' namespaces beside RoleBindings, with the controllers of Kubernetes at work. */
describe('bounds of a Tenant', () => {
  let installation: Installation;

  before(async () => {
    installation = await Installation.start({ controllerManager: true });
    await installation.startOperator();
    await installation.apply(bounded, tenant('plain'));
    await installation.untilReady(bounded, tenant('plain'));
  });
  after(() => installation?.stop());

  const patch = (object: ReturnType<typeof policyOf>, content: object) =>
    installation.cluster.kubectl([
      ...['patch', object.kind, object.metadata.name, '-n', object.metadata.namespace],
      ...['--type=merge', '-p', JSON.stringify(content)],
    ]);

  test('are there: a policy, and a quota where one is set', async () => {
    assert.match(JSON.stringify((await installation.get(policyOf('bounded')))?.spec), /"ingress"/);
    assert.deepEqual((await installation.get(quotaOf('bounded')))?.spec, {
      hard: { 'count/apiservices.simpul.id': '1', 'limits.memory': '2Gi', pods: '20', 'requests.cpu': '4' },
    });
    assert.ok(await installation.get(policyOf('plain')));
    assert.equal(await installation.get(quotaOf('plain')), undefined);
  });

  for (const { of, edit } of [
    { of: policyOf('bounded'), edit: { spec: { ingress: [{}] } } },
    { of: quotaOf('bounded'), edit: { spec: { hard: { pods: '9000' } } } },
  ]) {
    test(`an edited ${of.kind} is put right, and a deleted one made anew`, async () => {
      const right = JSON.stringify((await installation.get(of))?.spec);
      const isRight = async () => JSON.stringify((await installation.get(of))?.spec) === right;
      await patch(of, edit);
      await until(`${of.kind} is as it was`, isRight);
      await installation.remove(of);
      await until(`${of.kind} is back`, isRight);
    });
  }

  test('the API server refuses what goes beyond', async () => {
    await until('the quota is counted', async () => (await installation.get(quotaOf('bounded')))?.status?.['hard']);
    // What is counted of our kinds is known some seconds after the rest; until then nothing is let in.
    await until('there is room for one', () =>
      installation.apply(apiService('bounded', 'first')).then(
        () => true,
        () => false,
      ),
    );
    await until('the next is refused', async () => {
      const refusal = await installation.apply(apiService('bounded', 'second')).then(
        () => '',
        (error: Error) => error.message,
      );
      if (refusal === '') await installation.remove(apiService('bounded', 'second'));
      return /exceeded quota: simpul-tenant/.test(refusal);
    });
  });

  test('a namespace that was there before stays open, until its Tenant says otherwise', async () => {
    const adopted = { namespace: 'adopted' };
    await installation.apply(namespace('adopted', { 'simpul.id/tenant': 'adopter' }), tenant('adopter', adopted));
    await installation.untilReady(tenant('adopter'));
    assert.equal(await installation.get(policyOf('adopted')), undefined);
    await installation.apply(tenant('adopter', { ...adopted, network: { isolation: 'Isolated' } }));
    await until('it is isolated', () => installation.get(policyOf('adopted')));
  });

  test('go when they are not wanted any more', async () => {
    await installation.apply(tenant('bounded', { paths: ['/bounded'], network: { isolation: 'Open' } }));
    await installation.untilGone(policyOf('bounded'));
    await installation.untilGone(quotaOf('bounded'));
  });
});
