import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { parse } from 'yaml';
import { simpulKinds } from '#api/kinds.ts';
import type { KubeObject } from '#api/object.ts';
import { Installation, type Seen } from '#e2e/operator/harness.ts';
import { namespace } from '#e2e/operator/objects.ts';
import { orderNamespaces, orderObjects } from '#e2e/operator/order-objects.ts';
import { until } from '#e2e/operator/waiting.ts';
import { type Verdict, verdictsOn } from '#tools/gitops/verdicts.ts';

const configMap = parse(readFileSync('manifests/gitops/argocd/argocd-cm.yaml', 'utf8')) as { data: object };
const rules = { configMap, expressions: documentedExpressions() };

/** Those of the Kustomization in docs/gitops.md. */
function documentedExpressions(): object {
  const [, yaml = ''] =
    /```yaml\n(apiVersion: kustomize[\s\S]*?)```/.exec(readFileSync('docs/gitops.md', 'utf8')) ?? [];
  const { spec } = parse(yaml) as { spec: { healthCheckExprs: object[] } };
  return spec.healthCheckExprs[0] ?? {};
}

interface Given {
  readonly conditions?: readonly {
    readonly status: string;
    readonly reason: string;
    readonly observedGeneration?: number;
  }[];
  readonly metadata?: object;
}

/** An ApiService whose Ready is as given. */
function withReady({ conditions, metadata }: Given): object {
  const status =
    conditions === undefined
      ? { observedGeneration: -1 } // as the schema has it
      : {
          observedGeneration: conditions[0]?.observedGeneration ?? 2,
          conditions: conditions.map((condition) => ({
            type: 'Ready',
            message: 'why',
            observedGeneration: 2,
            ...condition,
          })),
        };
  return {
    ...{ apiVersion: 'simpul.id/v1alpha1', kind: 'ApiService' },
    ...{ metadata: { name: 'situs', namespace: 'banten', generation: 2, ...metadata }, status },
  };
}

describe('what Argo CD and Flux say of', () => {
  const cases: readonly (Given & { readonly name: string; readonly says: string })[] = [
    { name: 'what nobody has looked at', says: 'Progressing InProgress InProgress' },
    { name: 'what is ready', conditions: [{ status: 'True', reason: 'Succeeded' }], says: 'Healthy Current Current' },
    {
      name: 'a spec that was changed after it was ready',
      conditions: [{ status: 'True', reason: 'Succeeded', observedGeneration: 1 }],
      says: 'Progressing InProgress InProgress',
    },
    {
      name: 'what is at work',
      conditions: [{ status: 'Unknown', reason: 'Progressing' }],
      says: 'Progressing InProgress InProgress',
    },
    {
      name: 'what no gateway serves',
      conditions: [{ status: 'Unknown', reason: 'NoGateways' }],
      says: 'Progressing InProgress InProgress',
    },
    {
      name: 'gateways that are late',
      conditions: [{ status: 'False', reason: 'Pending' }],
      says: 'Progressing InProgress InProgress',
    },
    {
      name: 'an error',
      conditions: [{ status: 'False', reason: 'PathNotClaimed' }],
      says: 'Degraded InProgress Failed',
    },
    {
      name: 'what waits for its owner',
      conditions: [{ status: 'False', reason: 'PendingApproval' }],
      says: 'Suspended InProgress InProgress',
    },
    {
      name: 'what is being deleted',
      conditions: [{ status: 'True', reason: 'Succeeded' }],
      metadata: { deletionTimestamp: '2026-11-22T12:00:00Z' },
      says: 'Progressing Terminating Current',
    },
  ];
  for (const { name, says, ...given } of cases) {
    test(name, () => {
      const [verdict] = verdictsOn([withReady(given)], rules);
      assert.equal(`${verdict?.argoCd.status} ${verdict?.flux.status} ${verdict?.fluxByExpressions}`, says);
    });
  }

  test('the message is that of Ready', () => {
    const [verdict] = verdictsOn([withReady({ conditions: [{ status: 'False', reason: 'HostNotClaimed' }] })], rules);
    assert.equal(verdict?.argoCd.message, 'why');
  });

  test('a kind without a check is told', () => {
    assert.throws(
      () => verdictsOn([withReady({})], { ...rules, configMap: { ...configMap, data: {} } }),
      /Argo CD has no health check/,
    );
  });
});

describe('on a cluster', () => {
  let installation: Installation;
  let unseen: Verdict[];
  const objects = orderObjects();

  before(async () => {
    installation = await Installation.start();
    const labels: Readonly<Record<string, string>> = { lebak: 'lebak-kab' };
    await installation.apply(
      ...orderNamespaces.map((name) => namespace(name, { 'simpul.id/tenant': labels[name] ?? name })),
    );
    await installation.apply(...objects);
    unseen = verdictsOn(await everything(), rules);
    const operator = await installation.startOperator();
    await operator.untilWorking();
    await installation.startGateway('public');
    await installation.startGateway('trusted', { gateway: 'simpul-system/trusted' });
    await until('every object has said where it stands', async () => (await everything()).every(hasSettled), {
      seen: async () =>
        (await everything()).filter((object) => !hasSettled(object)).map(({ metadata }) => metadata.name),
    });
  });
  after(() => installation?.stop());

  async function everything(): Promise<Seen[]> {
    const lists = await Promise.all(Object.values(simpulKinds).map((kind) => installation.list(kind)));
    return lists.flat();
  }

  function readyOf({ metadata, status }: Seen) {
    const ready = status?.conditions?.find(({ type }) => type === 'Ready');
    return ready?.observedGeneration === metadata.generation ? ready : undefined;
  }

  const hasSettled = (object: Seen): boolean =>
    !['Unknown', undefined].includes(readyOf(object)?.status) && readyOf(object)?.reason !== 'Pending';

  test('Argo CD and Flux wait for what no operator has looked at', () => {
    assert.ok(unseen.length > 5);
    const said = unseen.map(({ argoCd, flux }) => `${argoCd.status} ${flux.status}`);
    assert.deepEqual([...new Set(said)], ['Progressing InProgress']);
  });

  test('Argo CD and Flux agree with Ready about every object', async () => {
    const all = await everything();
    const verdicts = verdictsOn(all, rules);
    const rows = all.map((object, index) => {
      const ready = readyOf(object);
      return {
        object: `${object.kind} ${object.metadata.name}`,
        ready: `${ready?.status} ${ready?.reason}`,
        verdict: verdicts[index],
      };
    });
    const isWell = (ready: string): boolean => ready.startsWith('True');
    const disagree = rows.filter(({ ready, verdict }) => {
      return (
        (verdict?.argoCd.status === 'Healthy') !== isWell(ready) ||
        (verdict?.flux.status === 'Current') !== isWell(ready) ||
        (verdict?.fluxByExpressions === 'Current') !== isWell(ready)
      );
    });
    assert.deepEqual(disagree, []);
    const said = new Set(rows.map(({ verdict }) => verdict?.argoCd.status));
    assert.ok(said.has('Healthy') && said.has('Degraded') && !said.has('Progressing'), [...said].join());
  });

  test('kubectl get simpul -A says of each in 120 columns whether it is ready, and why not', async () => {
    // kubectl keeps the words of a server for hours; this makes it ask again.
    await installation.cluster.kubectl(['api-resources']);
    const text = await installation.cluster.kubectl(['get', 'simpul', '-A']);
    const lines = text.split('\n').filter((line) => line !== '');
    assert.deepEqual(
      lines.filter((line) => line.length > 120),
      [],
    );
    const missing = (await everything()).filter((object) => {
      const { status, reason } = readyOf(object) ?? {};
      const name = new RegExp(
        `\\b${object.kind.toLowerCase()}\\.simpul\\.id/${object.metadata.name} +${status} +${reason} `,
      );
      return !lines.some((line) => name.test(line));
    });
    assert.deepEqual(
      missing.map(({ kind, metadata }) => `${kind} ${metadata.name}`),
      [],
    );
  });

  test('applying everything a second time changes nothing, and nobody else owns what was applied', async () => {
    const before = await everything();
    const manifest = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects });
    const apply = ['apply', '--server-side', '--field-manager=argocd-controller', '--force-conflicts', '-f', '-'];
    await installation.cluster.kubectl(apply, manifest);
    const taken = await everything();
    await installation.cluster.kubectl(apply, manifest);
    const again = await everything();
    const versions = (list: readonly Seen[]) =>
      list.map(({ metadata }) => `${metadata.name} ${metadata.resourceVersion}`);
    assert.deepEqual(versions(again), versions(taken), 'no write');
    const specs = (list: readonly Seen[]) =>
      list.map(({ metadata, spec }) => [metadata.name, metadata.generation, spec]);
    assert.deepEqual(specs(again), specs(before), 'no diff');
    await installation.cluster.kubectl(
      ['diff', '--server-side', '--field-manager=argocd-controller', '-f', '-'],
      manifest,
    );
  });

  test('the operator owns nothing of them but their status', async () => {
    const kinds = Object.values(simpulKinds).map(({ plural, group }) => `${plural}.${group}`);
    const text = await installation.cluster.kubectl([
      'get',
      kinds.join(','),
      '-A',
      '-o',
      'json',
      '--show-managed-fields',
    ]);
    const { items } = JSON.parse(text) as { items: (KubeObject & { metadata: { managedFields?: ManagedFields[] } })[] };
    const own = items
      .flatMap(({ metadata }) => metadata.managedFields ?? [])
      .filter(({ manager }) => manager.startsWith('simpul'));
    assert.ok(own.length >= items.length, 'they have statuses');
    assert.deepEqual([...new Set(own.flatMap(({ fieldsV1 }) => Object.keys(fieldsV1)))], ['f:status']);
  });
});

interface ManagedFields {
  readonly manager: string;
  readonly fieldsV1: object;
}
