import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { parse } from 'yaml';
import { chartFolder, goldenCases, objectsOf, render, renderText } from '#tools/chart/cases.ts';
import { type ControlPlane, startControlPlane } from '#tools/controlplane/control-plane.ts';
import { HelmError, helm } from '#tools/helm/helm.ts';

const dryRun = ['apply', '--server-side', '--dry-run=server', '--validate=strict', '-f', '-'];

describe('every render passes the API server with strict fields', () => {
  let cluster: ControlPlane;
  before(async () => {
    cluster = await startControlPlane();
    await cluster.installCrds('crds');
    await cluster.kubectl(['apply', '-f', '-'], JSON.stringify(prometheusKinds));
    await cluster.kubectl(['wait', 'crds', '--all', '--for=condition=Established', '--timeout=30s']);
    await cluster.kubectl(['create', 'namespace', 'simpul-system']);
    await cluster.kubectl(['create', 'serviceaccount', 'default', '-n', 'simpul-system']);
    await cluster.kubectl(['label', 'namespace', 'simpul-system', 'pod-security.kubernetes.io/enforce=restricted']);
  });
  after(() => cluster?.stop());

  for (const name of [undefined, ...goldenCases()]) {
    test(name ?? 'default', async () => {
      const values = name === undefined ? [] : [`${chartFolder}/testdata/${name}.in.yaml`];
      const text = await renderText({ values });
      const said = await cluster.kubectl(dryRun, text);
      assert.equal(said.trim().split('\n').length, objectsOf(text).length);
      // Pod Security speaks of Deployments and Jobs in warnings only: so their pods are tried as pods.
      await cluster.kubectl(dryRun, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: podsOf(text) }));
    });
  }

  test('the CRDs of both charts', async () => {
    for (const args of [
      ['show', 'crds', chartFolder],
      ['template', 'crds', 'charts/simpul-crds'],
    ]) {
      const text = await helm(args);
      const said = await cluster.kubectl([...dryRun, '--force-conflicts'], text);
      assert.equal(said.trim().split('\n').length, 6);
    }
  });
});

interface PodTemplate {
  readonly metadata: object;
  readonly spec: object;
}

function podsOf(text: string): object[] {
  return objectsOf(text)
    .filter(({ kind }) => kind === 'Deployment' || kind === 'Job')
    .map((object) => {
      const { template } = object['spec'] as { template: PodTemplate };
      const { name, namespace } = object.metadata;
      // The ServiceAccount is not there in a dry run.
      const spec = { ...template.spec, serviceAccountName: 'default', priorityClassName: undefined };
      return { apiVersion: 'v1', kind: 'Pod', metadata: { ...template.metadata, name, namespace }, spec };
    });
}

/** Kinds of Prometheus' operator, of which the API server here only has to know that they exist. */
const prometheusKinds = {
  apiVersion: 'v1',
  kind: 'List',
  items: ['PrometheusRule', 'ServiceMonitor'].map((kind) => {
    const plural = `${kind.toLowerCase()}s`;
    const openAPIV3Schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
    const group = 'monitoring.coreos.com';
    return {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `${plural}.${group}` },
      spec: {
        ...{ group, scope: 'Namespaced', names: { kind, plural } },
        versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema } }],
      },
    };
  }),
};

describe('values that cannot be are refused, and the place is named', () => {
  const wrong: readonly { readonly set: string; readonly says: RegExp }[] = [
    { set: 'oprator.replicas=2', says: /additional properties 'oprator' not allowed/ },
    { set: 'operator.replicas=two', says: /operator\/replicas.*want integer/s },
    { set: 'operator.replicas=0', says: /operator\/replicas.*minimum/s },
    { set: 'operator.logLevel=verbose', says: /operator\/logLevel/ },
    { set: 'images.pullPolicy=Sometimes', says: /images\/pullPolicy/ },
    { set: 'images.operatorDigest=latest', says: /images\/operatorDigest/ },
    { set: 'gateway.spec.replica=3', says: /gateway\/spec.*additional properties 'replica' not allowed/s },
    { set: 'gateway.spec.listeners[0].port=80', says: /gateway\/spec\/listeners\/0/ },
    { set: 'redis.address=redis', says: /redis\/address/ },
    { set: 'redis.trial=true,redis.address=redis:6379', says: /redis\.trial and redis\.address exclude each other/ },
    { set: 'gateway.spec.className=other', says: /this installation looks after "simpul"/ },
  ];
  for (const { set, says } of wrong) {
    test(set, async () => {
      await assert.rejects(renderText({ args: ['--set', set] }), (error) => {
        assert.ok(error instanceof HelmError);
        assert.match(error.message, says);
        return true;
      });
    });
  }

  test('an installation into a namespace that is not one', async () => {
    await assert.rejects(renderText({ namespace: 'default' }), /install with --namespace simpul-system/);
    await assert.rejects(renderText({ namespace: 'kube-system' }), /reserved for Kubernetes/);
  });
});

test('both charts pass helm lint with warnings as errors', async () => {
  await helm(['lint', '--strict', chartFolder, 'charts/simpul-crds']);
});

test('alerts and dashboards arrive as they are', async () => {
  const objects = await render({ values: [`${chartFolder}/testdata/monitoring.in.yaml`] });
  const rule = objects.find(({ kind }) => kind === 'PrometheusRule');
  assert.deepEqual(rule?.['spec'], parse(await readFile('monitoring/rules.yaml', 'utf8')));
  const dashboards = objects.filter(({ kind }) => kind === 'ConfigMap').map((object) => object['data'] as object);
  const files = (await readdir('monitoring/dashboards')).sort();
  assert.deepEqual(dashboards.flatMap((data) => Object.keys(data)).sort(), files);
  for (const [file, text] of dashboards.flatMap((data) => Object.entries(data) as [string, string][])) {
    assert.deepEqual(JSON.parse(text), JSON.parse(await readFile(`monitoring/dashboards/${file}`, 'utf8')));
  }
});
