import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import fc from 'fast-check';
import { crds } from '#api/generated/crds.ts';
import { simpulKinds } from '#api/kinds.ts';
import type { KubeObject } from '#api/object.ts';
import { MemoryStore } from '#kube/memory/memory-store.ts';
import { type JsonObject, objectAt } from '#kube/schema/json.ts';
import { StoreError } from '#kube/store-error.ts';
import { type ControlPlane, startControlPlane } from '#tools/controlplane/control-plane.ts';
import { ApiServer } from './api-server.ts';

/** What one manager does to the one object of a run. */
interface Step {
  readonly manager: string;
  readonly force: boolean;
  readonly write: 'apply' | 'status' | 'create';
  readonly labels: Record<string, string>;
  readonly finalizers: string[];
  readonly spec: JsonObject;
  readonly status: JsonObject;
}

const path = '/apis/simpul.id/v1alpha1/namespaces/banten/apiservices';

/** Several managers write one object in turns: same objects, same conflicts, same generations, and writes of nothing by neither. */
suite('kube-apiserver and the memory store merge alike', () => {
  let controlPlane: ControlPlane;
  let apiServer: ApiServer;
  const store = new MemoryStore({ crds, namespaces: ['banten'] });
  before(async () => {
    controlPlane = await startControlPlane();
    await controlPlane.installCrds('crds');
    await controlPlane.kubectl(['create', 'namespace', 'banten']);
    apiServer = new ApiServer(controlPlane);
  });
  after(async () => {
    await apiServer?.close();
    await controlPlane?.stop();
  });

  test('in 200 sequences of up to eight writes', async () => {
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 8 }), async (steps) => {
        run += 1;
        await compare({ apiServer, store, name: `run-${run}` }, steps);
      }),
      { numRuns: 200 },
    );
  });
});

interface Sides {
  readonly apiServer: ApiServer;
  readonly store: MemoryStore;
  readonly name: string;
}

async function compare(sides: Sides, steps: readonly Step[]): Promise<void> {
  let versions = { ours: '', theirs: '' };
  for (const each of steps) {
    const { ours, theirs } = await both(sides, each);
    if (isEmptiedMap(theirs.seen)) return;
    assert.deepEqual(ours.seen, theirs.seen);
    if (ours.version === '') continue; // refused by both
    const wrote = [ours.version !== versions.ours, theirs.version !== versions.theirs];
    assert.equal(wrote[0], wrote[1], `memory wrote: ${wrote[0]}, kube-apiserver wrote: ${wrote[1]}`);
    versions = { ours: ours.version, theirs: theirs.version };
  }
}

const limits = fc.subarray([
  { requests: 1, per: 'Minute' },
  { requests: 2, per: 'Hour', name: 'x' },
]);

const spec: fc.Arbitrary<JsonObject> = fc
  .record(
    {
      tags: fc.shuffledSubarray(['a', 'b', 'c', 'd']),
      hosts: fc.subarray(['x.example', 'y.example']),
      gatewayRefs: fc.shuffledSubarray([{ name: 'a' }, { name: 'a', namespace: 'n' }, { name: 'b', namespace: '' }], {
        minLength: 1,
      }),
      limits,
      maxRequestBytes: fc.constantFrom('1Mi', '2Mi'),
      authentication: fc.record({ mode: fc.constantFrom('Required', 'Optional') }, { requiredKeys: [] }),
      backend: fc.record({
        endpoints: fc.shuffledSubarray(
          [{ url: 'http://a.example' }, { url: 'http://b.example', weight: 2 }, { url: 'http://c.example', weight: 3 }],
          {
            minLength: 1,
          },
        ),
      }),
      plans: fc.dictionary(
        fc.constantFrom('p', 'q', 'r'),
        fc.record(
          { displayName: fc.constantFrom('A', 'B'), approval: fc.constantFrom('Manual', 'Automatic'), limits },
          // Always one field: kube-apiserver refuses a map's value that becomes empty, see `without` in merge.ts.
          { requiredKeys: ['displayName'] },
        ),
        { minKeys: 1 },
      ),
    },
    { requiredKeys: [] },
  )
  .map((drawn) => ({
    displayName: 'A',
    version: '1',
    basePath: '/a',
    ...minimum,
    ...JSON.parse(JSON.stringify(drawn)),
  }));

const minimum = { gatewayRefs: [{ name: 'a' }], backend: { endpoints: [{ url: 'http://a.example' }] } };

/** Nothing empty in the metadata: kube-apiserver drops it, and then finds that its owner is in conflict with the next one. */
function withoutEmpty<T extends object>(metadata: T): Partial<T> {
  return Object.fromEntries(
    Object.entries(metadata).filter(([, value]) => Object.keys(value).length > 0),
  ) as Partial<T>;
}

const condition = {
  status: 'True',
  reason: 'Yes',
  message: 'm',
  lastTransitionTime: '2026-01-01T00:00:00Z',
  observedGeneration: 1,
};

const status = fc
  .record(
    {
      observedGeneration: fc.constantFrom(1, 2),
      conditions: fc.shuffledSubarray(['A', 'B', 'C']).map((types) => types.map((type) => ({ ...condition, type }))),
    },
    { requiredKeys: ['observedGeneration'] },
  )
  .map((drawn): JsonObject => JSON.parse(JSON.stringify(drawn)));

const step: fc.Arbitrary<Step> = fc.record({
  manager: fc.constantFrom('alice', 'bob'),
  force: fc.boolean(),
  write: fc.constantFrom('apply', 'apply', 'apply', 'status'),
  labels: fc.dictionary(fc.constantFrom('l', 'm'), fc.constantFrom('1', '2')),
  finalizers: fc.subarray(['simpul.id/a', 'simpul.id/b']),
  spec,
  status,
});

interface Outcome {
  /** What can be compared: the object without what differs by nature, or the fields in conflict. */
  readonly seen: unknown;
  readonly version: string;
}

/** kube-apiserver makes null of a map that an apply empties, and refuses its own null: see `without` in merge.ts. */
function isEmptiedMap(outcome: unknown): boolean {
  return JSON.stringify(outcome).includes('in body must be of type object: \\"null\\"');
}

async function both({ apiServer, store, name }: Sides, each: Step) {
  const object = objectOf(name, each);
  const query = `fieldManager=${each.manager}&force=${each.force}`;
  const target = each.write === 'status' ? `${path}/${name}/status` : `${path}/${name}`;
  const answer = await apiServer.send('PATCH', `${target}?${query}`, object);
  const conflicts = answer.causes.map(({ field, message }) => `${field.replace(/^\./, '')}: ${message}`);
  const theirs = answer.code < 300 ? seen(answer.body) : { seen: refused(answer.code, conflicts), version: '' };
  return { theirs, ours: await write(store, object, each) };
}

async function write(store: MemoryStore, object: KubeObject, { write: how, manager, force }: Step): Promise<Outcome> {
  try {
    const options = { fieldManager: manager, force };
    const written = how === 'status' ? await store.applyStatus(object, options) : await store.apply(object, options);
    return seen(JSON.parse(JSON.stringify(written)));
  } catch (error) {
    assert.ok(error instanceof StoreError, String(error));
    return {
      seen: refused(
        error.status,
        error.causes.map(({ field, message }) => `${field}: ${message}`),
      ),
      version: '',
    };
  }
}

function refused(code: number, causes: readonly string[]): unknown {
  return { code, causes: [...new Set(causes)].sort() };
}

function seen(object: JsonObject): Outcome {
  const { labels, finalizers, generation, resourceVersion } = objectAt(object, 'metadata') ?? {};
  return {
    seen: { labels, finalizers, generation, spec: object['spec'], status: object['status'] },
    version: String(resourceVersion),
  };
}

function objectOf(name: string, { labels, finalizers, spec: content, status: state, write: how }: Step): KubeObject {
  const { apiVersion, kind } = { apiVersion: 'simpul.id/v1alpha1', kind: simpulKinds.ApiService.kind };
  const identity = { name, namespace: 'banten' };
  if (how === 'status') return Object.assign({ apiVersion, kind, metadata: identity }, { status: state });
  return Object.assign(
    { apiVersion, kind, metadata: { ...identity, ...withoutEmpty({ labels, finalizers }) } },
    { spec: content },
  );
}
