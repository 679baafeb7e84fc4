import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { parseId } from '#api/object.ts';
import { compiledNamespaceOf } from '#operator/resources/gateway.ts';
import { credentialOf, isAcceptedWrite, readAudit } from './audit-log.ts';
import { Installation, operatorUser, type Seen } from './harness.ts';
import { apiGateway, namespace as namespaced } from './objects.ts';
import type { OperatorProgram } from './operator-program.ts';
import { until } from './waiting.ts';

const namespace = compiledNamespaceOf({ metadata: parseId('simpul-system/public') });
const flags = [
  '--gateway-image=localhost/gateway:1',
  '--lease-duration=4s',
  '--renew-deadline=3s',
  '--retry-period=500ms',
];

interface Rule {
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

const child = (apiVersion: string, kind: string, name = 'public') => {
  return { apiVersion, kind, metadata: { namespace, name } };
};
const deployment = child('apps/v1', 'Deployment');
const service = child('v1', 'Service');
const budget = child('policy/v1', 'PodDisruptionBudget');
const policy = child('networking.k8s.io/v1', 'NetworkPolicy');
const metrics = child('v1', 'Service', 'simpul-metrics');
const monitor = child('monitoring.coreos.com/v1', 'ServiceMonitor');
const account = child('v1', 'ServiceAccount', 'simpul-gateway');

/** What the operator makes for one ApiGateway, on a real API server with the controllers that look after it. */
describe('what runs for an ApiGateway', () => {
  let installation: Installation;
  let operator: OperatorProgram;

  before(async () => {
    installation = await Installation.start({ auditLog: true, controllerManager: true });
    operator = await installation.startOperator(flags);
    await installation.apply(apiGateway());
    for (const each of [deployment, service, budget, policy, metrics, account]) {
      await until(`${each.kind} is there`, () => installation.get(each));
    }
  });
  after(() => installation?.stop());

  const patch = (object: Seen | typeof deployment, content: object) =>
    installation.cluster.kubectl([
      ...['patch', object.kind, object.metadata.name, '-n', namespace],
      ...['--type=merge', '-p', JSON.stringify(content)],
    ]);
  const specOf = async (object: typeof deployment): Promise<unknown> => (await installation.get(object))?.spec;

  const edits: readonly { readonly of: typeof deployment; readonly edit: object }[] = [
    { of: deployment, edit: { spec: { replicas: 7, template: { spec: { terminationGracePeriodSeconds: 1 } } } } },
    { of: service, edit: { spec: { selector: { 'app.kubernetes.io/name': 'somebody-else' } } } },
    { of: policy, edit: { spec: { ingress: [{}] } } },
    { of: budget, edit: { spec: { maxUnavailable: '100%' } } },
  ];
  for (const { of, edit } of edits) {
    test(`an edited ${of.kind} is put right`, async () => {
      const before = await specOf(of);
      await patch(of, { ...edit, metadata: { annotations: { 'example.org/note': 'kept' } } });
      const seen = async () => (await specOf(of)) ?? {};
      let now = await seen();
      await until(`${of.kind} is as it was`, async () => {
        now = await seen();
        return JSON.stringify(now) === JSON.stringify(before);
      });
      const kept = (await installation.get(of))?.metadata.annotations?.['example.org/note'];
      assert.equal(kept, 'kept', 'what others say beside it stays');
    });
  }

  for (const each of [deployment, service, budget, policy, account]) {
    test(`a deleted ${each.kind} is made anew`, async () => {
      const uid = (await installation.get(each))?.metadata.uid;
      await installation.remove(each);
      await until(`${each.kind} is back`, async () => {
        const now = await installation.get(each);
        return now !== undefined && now.metadata.uid !== uid;
      });
    });
  }

  test('a ServiceMonitor is made as soon as the cluster knows the kind, with the labels of the spec', async () => {
    await installation.cluster.kubectl(['apply', '--server-side', '-f', 'e2e/operator/testdata/servicemonitors.yaml']);
    await installation.cluster.kubectl([
      'wait',
      '--for=condition=Established',
      'crd/servicemonitors.monitoring.coreos.com',
    ]);
    await installation.apply(apiGateway('public', { monitoring: { labels: { release: 'prometheus' } } }));
    const made = await until('there is one with the label', async () => {
      const found = await installation.get(monitor).catch(() => undefined);
      return found?.metadata.labels?.['release'] === 'prometheus' && found;
    });
    const { selector } = made.spec as { selector: { matchLabels: Record<string, string> } };
    const found = Object.entries((await installation.get(metrics))?.metadata.labels ?? {});
    for (const label of Object.entries(selector.matchLabels))
      assert.ok(found.some((each) => each.join() === label.join()));
    // More than once: a visit that was due anyway puts one right, too.
    for (const edited of ['edited-1', 'edited-2', 'edited-3']) {
      await patch(monitor, { spec: { jobLabel: edited } });
      const isRight = async () => !JSON.stringify(await specOf(monitor)).includes(edited);
      await until('an edit of it is put right', isRight, { withinMs: 10_000 });
    }
  });

  test('a label that the spec asks for no more is taken away', async () => {
    const labelled = apiGateway('public', { monitoring: { labels: { release: 'prometheus' } } });
    const label = async () => (await installation.get(monitor))?.metadata.labels?.['release'];
    await installation.apply(apiGateway());
    await until('it is gone', async () => (await label()) === undefined);
    await installation.apply(labelled);
    await until('it is back', async () => (await label()) === 'prometheus');
  });

  test('cert-manager is asked for certificates where it is installed, and missed where it is not', async () => {
    const tls = (dnsName: string) => ({
      certificateRefs: [{ name: 'gateway-tls' }],
      issue: { issuerRef: { kind: 'ClusterIssuer', name: 'letsencrypt' }, dnsNames: [dnsName] },
    });
    const https = (dnsName: string) => {
      const listeners = [{ name: 'https', protocol: 'HTTPS', port: 8443, tls: tls(dnsName) }];
      return apiGateway('secure', { listeners });
    };
    const certificate = {
      ...{ apiVersion: 'cert-manager.io/v1', kind: 'Certificate' },
      metadata: { namespace: 'simpul-system', name: 'gateway-tls' },
    };
    const { kubectl } = installation.cluster;
    await installation.apply(https('satu.example.go.id'));
    await installation.untilCondition(https(''), 'Warning', { status: 'True', reason: 'CertManagerMissing' });
    await kubectl(['apply', '--server-side', '-f', 'e2e/operator/testdata/certificates.yaml']);
    await kubectl(['wait', '--for=condition=Established', 'crd/certificates.cert-manager.io']);
    await installation.apply(https('dua.example.go.id'));
    await until('it is asked for', async () =>
      JSON.stringify((await installation.get(certificate).catch(() => undefined))?.spec ?? {}).includes('dua.example'),
    );
    for (const edited of ['satu.edited.id', 'dua.edited.id', 'tiga.edited.id']) {
      const edit = ['--type=merge', '-p', JSON.stringify({ spec: { dnsNames: [edited] } })];
      await kubectl(['patch', 'certificate', 'gateway-tls', '-n', 'simpul-system', ...edit]);
      const isRight = async () => !JSON.stringify((await installation.get(certificate))?.spec).includes(edited);
      await until('an edit of it is put right', isRight, { withinMs: 10_000 });
    }
    const listeners = [{ name: 'http', protocol: 'HTTP', port: 8080 }];
    await installation.apply(apiGateway('secure', { listeners }));
    await installation.untilGone(certificate);
    await installation.remove(apiGateway('secure'));
  });

  test('in a namespace where the operator may see no Certificates, a gateway that asks for none lacks nothing', async () => {
    const elsewhere = { ...apiGateway(), metadata: { namespace: 'gerbang', name: 'lain' } };
    await installation.apply(namespaced('gerbang'), elsewhere);
    await installation.untilCondition(elsewhere, 'Ready', { reason: 'NoGateways' }, { withinMs: 10_000 });
    await installation.remove(elsewhere);
  });

  test('one right that is missing is named in the status, and everything else goes on', async () => {
    const { kubectl } = installation.cluster;
    const shipped = await kubectl(['get', 'clusterrole', 'simpul-operator-compiled', '-o', 'json']);
    const role = JSON.parse(shipped) as { metadata: { resourceVersion?: string }; rules: Rule[] };
    const without = role.rules.map((rule) =>
      rule.resources.includes('poddisruptionbudgets') ? { ...rule, verbs: ['get', 'list', 'watch'] } : rule,
    );
    delete role.metadata.resourceVersion;
    await kubectl(['replace', '-f', '-'], JSON.stringify({ ...role, rules: without }));
    await until('the right is gone', async () => {
      await installation.remove(budget);
      const now = (await installation.get(apiGateway()))?.status?.conditions ?? [];
      return now.some(({ type, message }) => {
        return type === 'ReconcileFailed' && /PodDisruptionBudget: .* cannot (create|patch) resource/.test(message);
      });
    });
    await installation.untilCondition(apiGateway(), 'Ready', { status: 'False', reason: 'ReconcileFailed' });
    const edited = { spec: { selector: { 'app.kubernetes.io/name': 'somebody-else' } } };
    const isRight = async () => JSON.stringify(await specOf(service)).includes('simpul-gateway');
    await patch(service, edited);
    await until('the Service is as it was all the same', isRight);
    await kubectl(['replace', '-f', '-'], JSON.stringify(role));
    // No event tells of a right, so the operator looks by itself after 30 s; an edit brings that on.
    await until('it is made as soon as it may be', async () => {
      await patch(service, edited);
      return await installation.get(budget);
    });
    await until('the Service is as it was', isRight);
    await installation.untilCondition(apiGateway(), 'Ready', { reason: 'NoGateways' });
  });

  test('an operator that starts anew writes nothing', async () => {
    await operator.stop();
    operator = await installation.startOperator(flags);
    await operator.untilWorking();
    await installation.apply(
      apiGateway('public', { drainDelay: '11s', monitoring: { labels: { release: 'prometheus' } } }),
    );
    await installation.untilCondition(apiGateway(), 'Accepted', { status: 'True' });
    const events = (await readAudit(installation.cluster.auditLog ?? '')).filter(
      ({ user }) => user.username === operatorUser,
    );
    const [last] = events.slice(-1);
    assert.ok(last);
    const written = events
      .filter((event) => credentialOf(event) === credentialOf(last) && isAcceptedWrite(event))
      .map(({ objectRef }) => objectRef?.resource ?? '');
    assert.deepEqual(
      written.filter((resource) => !['leases', 'events', 'apigateways', 'secrets'].includes(resource)),
      [],
    );
    assert.ok(written.includes('secrets'), 'the edit was looked at');
  });
});
