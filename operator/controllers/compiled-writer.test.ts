import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Compiled } from '#api/compiled/contract.ts';
import { crds } from '#api/generated/crds.ts';
import { coreKinds } from '#api/kinds.ts';
import { MemoryStore } from '#kube/memory/memory-store.ts';
import { compiledNamespaceOf } from '../resources/gateway.ts';
import { StatusError } from '../runtime/status-error.ts';
import { World } from '../world/world.ts';
import { writeCompiled } from './compiled-writer.ts';

const gateway = { metadata: { name: 'public', namespace: 'simpul-system' } };
const id = 'simpul-system/public';
const source = { kind: 'KeyManager', id: 'simpul-system/kunci' } as const;
const good: Compiled = { contract: 1, ...source, type: 'ApiKey', header: 'x-api-key' };
const signal = new AbortController().signal;

/** As much of the environment as writing needs, over a store that behaves like the API server. */
async function setUp() {
  const store = new MemoryStore({ crds });
  const world = new World({ className: 'simpul', installationNamespace: 'simpul-system', pepper: '' });
  const namespace = compiledNamespaceOf(gateway);
  for (const name of ['simpul-system', namespace]) {
    await store.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, { fieldManager: 'test' });
  }
  const spec = { listeners: [{ name: 'http', protocol: 'HTTP', port: 8080 }] };
  const object = { apiVersion: 'simpul.id/v1alpha1', kind: 'ApiGateway', ...gateway, spec };
  world.apiGateways.put(await store.create(object as never, { fieldManager: 'test' }));
  const writes: string[] = [];
  const env = {
    ...{ store, world },
    metrics: { compiledWritten: (_kind: string, verb: string) => writes.push(verb), statusWritten: () => undefined },
    watches: { knowsGateway: () => true },
  };
  const write = (compiled: Compiled | 'keep') => writeCompiled(env as never, source, new Map([[id, compiled]]), signal);
  const stored = async () => (await store.list(coreKinds.Secret, { namespace })).items;
  return { world, write, writes, stored, drop: () => writeCompiled(env as never, source, new Map(), signal) };
}

test('what is compiled is written once, changed in place, and removed when it is not wanted', async () => {
  const { write, writes, stored, drop } = await setUp();
  await write(good);
  await write(good);
  assert.deepEqual(writes, ['create']);
  await write({ ...good, header: 'x-kunci' });
  const { targets } = await write('keep');
  assert.equal(targets.length, 1, 'what is kept is still waited for');
  assert.deepEqual(writes, ['create', 'update']);
  assert.equal((await stored()).length, 1);
  await drop();
  assert.deepEqual(await stored(), []);
});

test('what breaks the contract is not sent, and the last good one stays', async () => {
  const { write, writes, stored } = await setUp();
  await write(good);
  const [before] = await stored();
  await assert.rejects(write({ ...good, header: 'not a header' }), (error) => {
    return error instanceof StatusError && error.reason === 'InvalidValue' && /contract/.test(error.message);
  });
  assert.deepEqual(await stored(), [before]);
  assert.deepEqual(writes, ['create']);
});
