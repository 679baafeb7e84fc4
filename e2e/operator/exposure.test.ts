import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type KubeObject, parseId } from '#api/object.ts';
import { compiledNamespaceOf } from '#operator/resources/gateway.ts';
import { readAudit } from './audit-log.ts';
import { Installation, operatorUser, type Seen } from './harness.ts';
import { apiGateway } from './objects.ts';
import { until } from './waiting.ts';

const namespace = compiledNamespaceOf({ metadata: parseId('simpul-system/public') });
const metadata = { namespace, name: 'public' };
const ingress = { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata };
const httpRoute = { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'HTTPRoute', metadata };
const route = { apiVersion: 'route.openshift.io/v1', kind: 'Route', metadata };
const hosts = ['api.example.go.id'];

/** By what callers come in from outside, on a real API server with the CRDs of their projects; the test is the controller. */
describe('an ApiGateway that is exposed', () => {
  let installation: Installation;

  before(async () => {
    installation = await Installation.start({ auditLog: true });
    await installation.startOperator([
      ...['--gateway-image=localhost/gateway:1', '--lease-duration=4s', '--renew-deadline=3s', '--retry-period=500ms'],
    ]);
  });
  after(() => installation?.stop());

  const expose = (spec?: object): Promise<void> =>
    installation.apply(apiGateway('public', spec === undefined ? {} : { expose: spec }));
  const isExposed = (expected: Parameters<Installation['untilCondition']>[2]) =>
    installation.untilCondition(apiGateway(), 'Exposed', expected);
  /** As the controller of a kind writes it. */
  const say = (object: KubeObject, status: object): Promise<string> =>
    installation.cluster.kubectl([
      ...['patch', object.kind.toLowerCase(), object.metadata.name, '-n', namespace, '--subresource=status'],
      ...['--type=merge', '-p', JSON.stringify({ status })],
    ]);
  const install = async (file: string, crd: string): Promise<void> => {
    await installation.cluster.kubectl(['apply', '--server-side', '-f', `e2e/operator/testdata/${file}.yaml`]);
    await installation.cluster.kubectl(['wait', '--for=condition=Established', `crd/${crd}`]);
  };
  const stored = async (object: KubeObject): Promise<Seen | undefined> =>
    await installation.get(object).catch(() => undefined);
  const said = (type: string, status: string, message: string): object => ({
    ...{ type, status, message, reason: 'AsTheTestSays' },
    ...{ lastTransitionTime: '2026-01-01T00:00:00Z' },
  });

  test('has an Ingress, and says so once a controller has taken it up', async () => {
    await expose({ kind: 'Ingress', hosts, ingressClassName: 'nginx' });
    await isExposed({ status: 'False', reason: 'ExposurePending' });
    await say(ingress, { loadBalancer: { ingress: [{ ip: '203.0.113.5' }] } });
    await isExposed({ status: 'True', reason: 'Exposed', message: /203\.0\.113\.5/ });
  });

  test('has what somebody edits put right, and what it asks for no more taken away', async () => {
    await installation.cluster.kubectl([
      ...['patch', 'ingress', 'public', '-n', namespace, '--type=merge'],
      ...['-p', JSON.stringify({ spec: { ingressClassName: 'mine' } })],
    ]);
    const classOf = async () => (await stored(ingress))?.spec?.['ingressClassName'];
    await until('the class is ours', async () => (await classOf()) === 'nginx');
    assert.ok((await stored(ingress))?.spec?.['tls'] !== undefined);
    await expose({ kind: 'Ingress', hosts, tls: 'None' });
    await until('it has neither class nor TLS', async () => {
      const spec = (await stored(ingress))?.spec;
      return spec !== undefined && !('tls' in spec) && !('ingressClassName' in spec);
    });
  });

  test('is told that the Gateway API is missing, and has an HTTPRoute once it is there', async () => {
    const parentRef = { namespace: 'edge', name: 'public' };
    await expose({ kind: 'HTTPRoute', parentRef, hosts });
    await isExposed({ status: 'False', reason: 'ExposureUnavailable', message: /Gateway API/ });
    await installation.untilGone(ingress);
    await install('httproutes', 'httproutes.gateway.networking.k8s.io');
    await expose({ kind: 'HTTPRoute', parentRef: { ...parentRef, sectionName: 'https' }, hosts });
    await isExposed({ status: 'False', reason: 'ExposurePending' });
    const parent = { parentRef, controllerName: 'example.org/test' };
    await say(httpRoute, {
      parents: [{ ...parent, conditions: [said('Accepted', 'False', 'the listener takes none')] }],
    });
    await isExposed({ status: 'False', reason: 'ExposureRefused', message: /the listener takes none/ });
    await say(httpRoute, { parents: [{ ...parent, conditions: [said('Accepted', 'True', '')] }] });
    await isExposed({ status: 'True', reason: 'Exposed' });
  });

  test('has a Route for each host on OpenShift', async () => {
    await expose({ kind: 'Route', hosts: [...hosts, '*.example.go.id'] });
    await isExposed({ status: 'False', reason: 'ExposureUnavailable', message: /OpenShift/ });
    await installation.untilGone(httpRoute);
    await install('routes', 'routes.route.openshift.io');
    const list = async () =>
      JSON.parse(await installation.cluster.kubectl(['get', 'routes', '-n', namespace, '-o', 'json']));
    await expose({ kind: 'Route', hosts: [...hosts, '*.example.go.id'], tls: 'Edge' });
    const { items } = await until('there are two', async () => {
      const found = (await list()) as { items: KubeObject[] };
      return found.items.length === 2 && found;
    });
    for (const each of items) {
      const conditions = [{ type: 'Admitted', status: 'True', reason: 'AsTheTestSays' }];
      await say(each, { ingress: [{ host: hosts[0], routerName: 'default', conditions }] });
    }
    await isExposed({ status: 'True', reason: 'Exposed', message: /api\.example\.go\.id/ });
    await expose({ kind: 'Route', hosts });
    await until('there is one', async () => ((await list()) as { items: KubeObject[] }).items.length === 1);
  });

  test('is reached from inside alone without the field, and costs no question about kinds then', async () => {
    await expose();
    await installation.untilGone(route);
    await until('nothing is said of it', async () => {
      const conditions = (await installation.get(apiGateway()))?.status?.conditions ?? [];
      return conditions.every(({ type }) => type !== 'Exposed');
    });
    const asked = async () => {
      const events = await readAudit(installation.cluster.auditLog ?? '');
      const own = events.filter(({ user, verb }) => user.username === operatorUser && verb !== 'watch');
      return own.filter(({ objectRef: { resource = '', name = '' } = {} }) => {
        return ['ingresses', 'httproutes', 'routes'].includes(resource) || /httproutes|route\.openshift/.test(name);
      }).length;
    };
    const before = await asked();
    await installation.apply(apiGateway('public', { drainDelay: '11s' }));
    await until('it is looked at', async () => {
      const seen = await installation.get(apiGateway());
      return seen?.status?.observedGeneration === seen?.metadata.generation;
    });
    assert.equal(await asked(), before);
  });
});
