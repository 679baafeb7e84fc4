import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { pino } from 'pino';
import type { Condition } from '#api/conditions.ts';
import { crds } from '#api/generated/crds.ts';
import { apiVersion, coreKinds, simpulKinds } from '#api/kinds.ts';
import type { KubeObject } from '#api/object.ts';
import { forwarding } from '#kube/forwarding.ts';
import { MemoryStore } from '#kube/memory/memory-store.ts';
import type { Store } from '#kube/store.ts';
import { StoreError, type StoreReason } from '#kube/store-error.ts';
import { startOperator } from './operator.ts';
import { compiledNamespaceOf } from './resources/gateway.ts';
import { OperatorMetrics } from './runtime/metrics.ts';

interface Compiled extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

type Write = 'create' | 'apply' | 'applyStatus' | 'delete';

/** Counts what is written to a store through `calls`, and fails when the test says so. */
class WatchedStore {
  readonly calls: Store;
  readonly writes: string[] = [];
  /** How often a status told of a failure. */
  failuresTold = 0;
  /** Consulted before each write: a reason makes it fail. */
  fault: (verb: Write, object: KubeObject) => StoreReason | undefined = () => undefined;

  constructor(store: Store) {
    this.calls = {
      ...forwarding(store),
      create: (object, options) => this.#note('create', object, () => store.create(object, options)),
      apply: (object, options) => this.#note('apply', object, () => store.apply(object, options)),
      applyStatus: (object, options) => this.#note('applyStatus', object, () => store.applyStatus(object, options)),
      delete: (kind, key, options) => {
        const object = { apiVersion: '', kind: kind.kind, metadata: key };
        return this.#note('delete', object, () => store.delete(kind, key, options));
      },
    };
  }

  async #note<T>(verb: Write, object: KubeObject, write: () => Promise<T>): Promise<T> {
    const reason = this.fault(verb, object);
    if (reason !== undefined) throw new StoreError(reason, `the test refuses ${verb}`);
    if (JSON.stringify(object).includes('ReconcileFailed')) this.failuresTold += 1;
    if (object.kind !== 'Event') this.writes.push(`${verb} ${object.kind} ${object.metadata.name}`);
    return await write();
  }
}

/** One installation in memory: its store outlives operators. */
class Memory {
  readonly raw = new MemoryStore({ crds, namespaces: ['default', 'kube-system', 'simpul-system'] });
  readonly store = new WatchedStore(this.raw);
  #end: () => Promise<void> = () => Promise.resolve();

  constructor(context: TestContext) {
    context.after(() => this.stop());
  }

  start(): void {
    const stop = new AbortController();
    const operator = startOperator({
      store: this.store.calls,
      ...{ signal: stop.signal, instance: 'test', approvalPolicy: 'assumed', isLeader: () => true },
      ...{ log: pino({ level: 'silent' }), metrics: new OperatorMetrics({ version: 'test', processMetrics: false }) },
      config: {
        className: 'simpul',
        clusterPrefix: 'simpul',
        namespace: 'simpul-system',
        httpPort: 0,
        logLevel: 'info',
        workers: 4,
      },
    });
    this.#end = async () => {
      stop.abort();
      await operator.stop();
    };
  }

  stop(): Promise<void> {
    return this.#end();
  }

  async apply(...objects: readonly KubeObject[]): Promise<void> {
    for (const object of objects) await this.raw.apply(object, { fieldManager: 'test', force: true });
  }

  /** Waits until a condition of the object's present generation has this reason. */
  async until(object: KubeObject, type: string, reason: string): Promise<void> {
    const kind = Object.values(simpulKinds).find((each) => each.kind === object.kind);
    assert.ok(kind);
    const { namespace = '', name } = object.metadata;
    const giveUpMs = performance.now() + 20_000;
    for (;;) {
      const found = await this.raw.get<KubeObject & { status?: { conditions?: Condition[] } }>(kind, {
        namespace,
        name,
      });
      const condition = found?.status?.conditions?.find((each) => each.type === type);
      if (condition?.reason === reason && condition.observedGeneration === found?.metadata.generation) return;
      assert.ok(
        performance.now() < giveUpMs,
        `waited in vain: ${type} ${reason}; seen ${JSON.stringify(found?.status)}`,
      );
      await delay(5);
    }
  }

  /** Waits until nothing is written any more. */
  async rest(): Promise<void> {
    let before = -1;
    for (let quiet = 0; quiet < 10; quiet += 1) {
      if (before !== this.store.writes.length) quiet = 0;
      before = this.store.writes.length;
      await delay(10);
    }
  }
}

const gateway = {
  ...{ apiVersion, kind: 'ApiGateway', metadata: { namespace: 'simpul-system', name: 'public' } },
  spec: { listeners: [{ name: 'http', protocol: 'HTTP', port: 8080 }], tenants: { from: 'All' } },
};
const tenant = {
  ...{ apiVersion, kind: 'Tenant', metadata: { name: 'banten' } },
  spec: { displayName: 'B', paths: ['/banten'], members: [{ kind: 'User', name: 'siti', role: 'Publisher' }] },
};
const api = (name: string, basePath = `/banten/${name}`) => ({
  ...{ apiVersion, kind: 'ApiService', metadata: { namespace: 'banten', name } },
  spec: {
    ...{ displayName: 'S', version: '1', lifecycle: 'Published', visibility: 'Public', basePath },
    ...{
      gatewayRefs: [{ name: 'public', namespace: 'simpul-system' }],
      backend: { endpoints: [{ url: 'http://10.0.0.1' }] },
    },
  },
});
const subscription = {
  ...{ apiVersion, kind: 'Subscription', metadata: { namespace: 'banten', name: 'izin' } },
  spec: {
    application: { displayName: 'I' },
    apis: [{ name: 'situs', namespace: 'banten' }],
    credentials: [{ name: 'utama' }],
  },
};

async function settledWorld(memory: Memory): Promise<void> {
  memory.start();
  await memory.apply(gateway, tenant);
  await memory.until(tenant, 'Ready', 'Succeeded');
  await memory.apply(api('situs'), subscription);
  await memory.until(api('situs'), 'Ready', 'NoGateways');
  await memory.until(subscription, 'Ready', 'NoGateways');
  await memory.rest();
}

describe('the operator over a store in memory', () => {
  test('writes nothing when it looks at an unchanged world again', async (context) => {
    const memory = new Memory(context);
    await settledWorld(memory);
    await memory.stop();
    memory.store.writes.length = 0;
    memory.start();
    await memory.apply(api('baru'));
    await memory.until(api('baru'), 'Ready', 'NoGateways');
    await memory.rest();
    const others = memory.store.writes.filter((write) => !/ (baru|apisvc-\w+)$/.test(write));
    assert.deepEqual(others, []);
  });

  const passing: readonly StoreReason[] = [
    'Conflict',
    'Timeout',
    'Unreachable',
    'ServiceUnavailable',
    'TooManyRequests',
  ];
  for (const reason of passing) {
    for (const verb of ['create', 'apply', 'applyStatus'] as const) {
      test(`tries again after ${reason} on ${verb}, and the object never shows it`, async (context) => {
        const memory = new Memory(context);
        await settledWorld(memory);
        let left = 3;
        memory.store.fault = (tried) => {
          if (tried !== verb || left === 0) return undefined;
          left -= 1;
          return reason;
        };
        const memberless = { ...tenant, spec: { ...tenant.spec, members: [] } };
        await memory.apply(api('situs', '/banten/lain'), api('baru'), memberless, api('lain'), api('lagi'));
        await memory.until(api('situs'), 'Accepted', 'Accepted');
        await memory.until(api('baru'), 'Ready', 'NoGateways');
        assert.equal(left, 0);
        assert.equal(memory.store.failuresTold, 0);
      });
    }
  }

  test('says so in the status when the API server forbids what it needs, and recovers', async (context) => {
    const memory = new Memory(context);
    await settledWorld(memory);
    memory.store.fault = (verb, { kind }) => (verb !== 'applyStatus' && kind === 'Secret' ? 'Forbidden' : undefined);
    await memory.apply(api('baru'));
    await memory.until(api('baru'), 'Ready', 'ReconcileFailed');
    assert.ok(memory.store.failuresTold > 0);
    memory.store.fault = () => undefined;
    await memory.until(api('baru'), 'Ready', 'NoGateways');
  });

  test('shares one definition among APIs that say the same, and sweeps it after the last', async (context) => {
    const memory = new Memory(context);
    await settledWorld(memory);
    const defined = (name: string, type = 'string') => {
      const plain = api(name);
      const inline = JSON.stringify({
        ...{ openapi: '3.1.0', info: { title: name, version: '1' } },
        paths: { '/a': { get: { parameters: [{ name: 'q', in: 'query', schema: { type } }], responses: {} } } },
      });
      return { ...plain, spec: { ...plain.spec, definition: { openApi: { inline } }, validation: {} } };
    };
    const definitions = async (): Promise<string[]> => {
      const { items } = await memory.raw.list<Compiled>(coreKinds.Secret, { fieldSelector: 'type=simpul.id/compiled' });
      return items.map(({ metadata }) => metadata.name).filter((name) => name.startsWith('apidef-'));
    };
    const untilDefinitions = async (count: number): Promise<string[]> => {
      for (let left = 1000; ; left -= 1) {
        const found = await definitions();
        if (found.length === count) return found;
        assert.ok(left > 0, `waited in vain for ${count}; there are ${found.length}`);
        await delay(5);
      }
    };
    await memory.apply(defined('satu'), defined('dua'));
    await memory.until(defined('satu'), 'Ready', 'NoGateways');
    await memory.until(defined('dua'), 'Ready', 'NoGateways');
    await memory.rest();
    const [first = ''] = await untilDefinitions(1);
    const namespace = compiledNamespaceOf(gateway);
    await memory.raw.delete(coreKinds.Secret, { namespace, name: first });
    assert.deepEqual(await untilDefinitions(1), [first], 'one that is taken away is written again');
    await memory.rest();

    await memory.apply(defined('satu', 'integer'));
    await untilDefinitions(2);
    await memory.raw.delete(simpulKinds.ApiService, { namespace: 'banten', name: 'dua' });
    await memory.rest();
    assert.notDeepEqual(await untilDefinitions(1), [first]);
    await memory.apply(api('satu'));
    await untilDefinitions(0);
  });

  test('follows the Secret that a spec refers to: absent, there, edited, gone', async (context) => {
    const memory = new Memory(context);
    await settledWorld(memory);
    const plain = api('rahasia');
    const backend = { ...plain.spec.backend, credentialRef: { name: 'dukcapil' } };
    const referring = { ...plain, spec: { ...plain.spec, backend } };
    const secret = (token: string) => ({
      ...{ apiVersion: 'v1', kind: 'Secret', metadata: { namespace: 'banten', name: 'dukcapil' } },
      ...{ type: 'simpul.id/backend-credential', stringData: { token } },
    });
    const compiled = async (): Promise<string> => {
      const { items } = await memory.raw.list<Compiled>(coreKinds.Secret, { fieldSelector: 'type=simpul.id/compiled' });
      const found = items.find(
        ({ metadata }) => metadata.annotations?.['simpul.id/source'] === 'ApiService/banten/rahasia',
      );
      return Buffer.from(found?.data?.['compiled.json'] ?? '', 'base64').toString();
    };
    const untilCompiled = async (text: string): Promise<void> => {
      for (let left = 1000; !(await compiled()).includes(text); left -= 1) {
        assert.ok(left > 0, `waited in vain for ${text}`);
        await delay(5);
      }
    };
    await memory.apply(referring);
    await memory.until(referring, 'ResolvedRefs', 'SecretNotFound');
    const opaque = { ...secret('lama'), type: 'Opaque' };
    await memory.apply(opaque);
    await memory.rest();
    await memory.until(referring, 'ResolvedRefs', 'SecretNotFound');
    await memory.raw.delete(coreKinds.Secret, { namespace: 'banten', name: 'dukcapil' });
    await memory.apply(secret('pertama'));
    await memory.until(referring, 'ResolvedRefs', 'ResolvedRefs');
    await untilCompiled('Bearer pertama');
    await memory.rest();
    memory.store.writes.length = 0;
    await memory.apply(secret('kedua'));
    await untilCompiled('Bearer kedua');
    await memory.rest();
    assert.equal(memory.store.writes.length, 1, `others wrote too: ${memory.store.writes.join()}`);
    await memory.raw.delete(coreKinds.Secret, { namespace: 'banten', name: 'dukcapil' });
    await memory.until(referring, 'ResolvedRefs', 'SecretNotFound');
    assert.ok((await compiled()).includes('Bearer kedua'), 'the last good one serves on');
  });

  test('waits for its rights in a namespace that it has just made, without a word in the status', async (context) => {
    const memory = new Memory(context);
    let left = 3;
    memory.store.fault = (_verb, { kind }) => {
      if (kind !== 'ServiceAccount' || left === 0) return undefined;
      left -= 1;
      return 'Forbidden';
    };
    memory.start();
    await memory.apply(gateway);
    await memory.until(gateway, 'Ready', 'NoGateways');
    assert.equal(left, 0);
    assert.equal(memory.store.failuresTold, 0);
  });

  test('tells of a compiled namespace that is being deleted and does not go, and tries again when it may', async (context) => {
    const memory = new Memory(context);
    memory.store.fault = (_verb, { kind }) => (kind === 'ServiceAccount' ? 'NamespaceTerminating' : undefined);
    memory.start();
    await memory.apply(gateway);
    await memory.until(gateway, 'Ready', 'ReconcileFailed');
    await memory.rest();
    memory.store.fault = () => undefined;
    await memory.apply({ ...gateway, metadata: { ...gateway.metadata, labels: { tried: 'again' } } });
    await memory.raw.delete(coreKinds.Namespace, { namespace: '', name: compiledNamespaceOf(gateway) });
    await memory.until(gateway, 'Ready', 'NoGateways');
  });

  test('makes a compiled namespace anew when somebody deletes it, with all that was in it', async (context) => {
    const memory = new Memory(context);
    await settledWorld(memory);
    const name = compiledNamespaceOf(gateway);
    const before = await memory.raw.list(coreKinds.Secret, { namespace: name });
    await memory.raw.delete(coreKinds.Namespace, { namespace: '', name });
    const giveUpMs = performance.now() + 20_000;
    for (;;) {
      const after = await memory.raw.list(coreKinds.Secret, { namespace: name });
      const isNew = after.items.every(({ metadata }) => !before.items.some((old) => old.metadata.uid === metadata.uid));
      if (isNew && after.items.length === before.items.length) break;
      assert.ok(performance.now() < giveUpMs, `${after.items.length} of ${before.items.length} are back`);
      await delay(10);
    }
  });

  test('says of what only a cluster has that nothing comes of it', async (context) => {
    const memory = new Memory(context);
    memory.start();
    const spec = { ...gateway.spec, expose: { kind: 'Ingress' }, autoscaling: { maxReplicas: 4 } };
    const asking = { ...gateway, spec };
    await memory.apply(asking);
    await memory.until(gateway, 'Exposed', 'ExposureUnavailable');
    await memory.until(gateway, 'Autoscaled', 'MetricUnavailable');
    await memory.until(gateway, 'Ready', 'NoGateways');
  });

  test('has all hear of a Tenant that is accepted, also when its children can only be made later', async (context) => {
    const memory = new Memory(context);
    const namespace = (labels: Record<string, string>) => ({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'banten', labels },
    });
    memory.start();
    await memory.apply(gateway, namespace({}), tenant, api('situs'));
    await memory.until(tenant, 'Accepted', 'NamespaceNotOwned');
    await memory.until(api('situs'), 'Accepted', 'TenantNotFound');
    await memory.rest();
    let left = 1;
    memory.store.fault = (_verb, { kind, metadata }) => {
      if (kind !== 'RoleBinding' || metadata.namespace !== 'banten' || left === 0) return undefined;
      left -= 1;
      return 'Timeout';
    };
    await memory.apply(namespace({ 'simpul.id/tenant': 'banten' }));
    await memory.until(api('situs'), 'Ready', 'NoGateways');
    assert.equal(left, 0);
  });

  test('leaves nothing behind when an ApiGateway goes', async (context) => {
    const memory = new Memory(context);
    await settledWorld(memory);
    await memory.raw.delete(simpulKinds.ApiGateway, { namespace: 'simpul-system', name: 'public' });
    await memory.until(api('situs'), 'Ready', 'GatewayNotFound');
    await memory.rest();
    assert.equal(
      await memory.raw.get(coreKinds.Namespace, { namespace: '', name: compiledNamespaceOf(gateway) }),
      undefined,
    );
  });
});
