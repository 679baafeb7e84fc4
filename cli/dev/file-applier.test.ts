import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { crds } from '#api/generated/crds.ts';
import type { Tenant } from '#api/generated/tenant.ts';
import { coreKinds, simpulKinds } from '#api/kinds.ts';
import { MemoryStore } from '#kube/memory/memory-store.ts';
import { FileApplier } from './file-applier.ts';
import { FileSet } from './file-set.ts';
import { listAll } from './list-all.ts';

const namespace = (name: string) => `---\napiVersion: v1\nkind: Namespace\nmetadata: { name: ${name} }\n`;
const tenant = (name: string, spec = `displayName: ${name}`) =>
  `---\napiVersion: simpul.id/v1alpha1\nkind: Tenant\nmetadata: { name: ${name} }\nspec: { ${spec} }\n`;
const keyManager = (name: string, space: string) =>
  `---\napiVersion: simpul.id/v1alpha1\nkind: KeyManager\nmetadata: { name: ${name}, namespace: ${space} }\nspec: { type: ApiKey }\n`;

function setUp() {
  const store = new MemoryStore({ crds });
  const pinned = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'simpul-system' } };
  const applier = new FileApplier(store, [pinned]);
  const files = new FileSet();
  const look = (text: string) => applier.apply(files.update([{ file: 'f.yaml', text }]));
  return { store, look };
}

describe('applying files', () => {
  test('order does not matter: namespaces go first', async () => {
    const { look } = setUp();
    const report = await look(keyManager('k', 'lebak') + namespace('lebak'));
    assert.deepEqual(report.applied, ['Namespace lebak', 'KeyManager lebak/k']);
  });

  test('what did not change is not written again; what changed is; what is gone is deleted', async () => {
    const { store, look } = setUp();
    await look(namespace('a') + tenant('b') + tenant('c'));
    const report = await look(namespace('a') + tenant('b', 'displayName: B') + tenant('d'));
    assert.deepEqual([report.applied, report.deleted], [['Tenant b', 'Tenant d'], ['Tenant c']]);
    assert.deepEqual(
      (await listAll(store, simpulKinds.Tenant)).map(({ metadata }) => metadata.name),
      ['b', 'd'],
    );
  });

  test('a field that a file says no more goes back to its default', async () => {
    const { store, look } = setUp();
    await look(tenant('a', 'displayName: A, suspended: true'));
    await look(tenant('a', 'displayName: A'));
    const stored = await store.get<Tenant>(simpulKinds.Tenant, { namespace: '', name: 'a' });
    assert.equal(stored?.spec.suspended, false);
  });

  test('an invalid object stays as it was, and harms no other', async () => {
    const { store, look } = setUp();
    await look(tenant('a') + tenant('b'));
    const report = await look(tenant('a', 'displayName: 7') + tenant('b', 'displayName: B2'));
    assert.deepEqual(report.applied, ['Tenant b']);
    assert.deepEqual(report.deleted, []);
    assert.equal(report.problems.find(({ severity }) => severity === 'error')?.field, 'spec.displayName');
    const stored = await store.get<Tenant>(simpulKinds.Tenant, { namespace: '', name: 'a' });
    assert.equal(stored?.spec.displayName, 'a');
  });

  test('a change that is not allowed is told with its field', async () => {
    const { look } = setUp();
    const approval = (decision: string) =>
      `${namespace('a')}---\napiVersion: simpul.id/v1alpha1\nkind: Approval\nmetadata: { name: x, namespace: a }\nspec: { apiRef: { name: situs }, decision: ${decision} }\n`;
    await look(approval('Approved'));
    const [problem] = (await look(approval('Rejected'))).problems;
    assert.deepEqual([problem?.field, problem?.line], ['spec', 9], problem?.message);
  });

  test('without its namespace: told, and silent while a Tenant is about to make it', async () => {
    const { look } = setUp();
    const alone = await look(keyManager('k', 'lebak'));
    assert.equal(alone.waiting, true);
    assert.match(alone.problems[0]?.message ?? '', /namespace "lebak" does not exist/);
    const withTenant = await look(keyManager('k', 'lebak') + tenant('lebak'));
    assert.deepEqual([withTenant.waiting, withTenant.problems], [true, []]);
  });

  test('what somebody else deleted comes back', async () => {
    const { store, look } = setUp();
    await look(tenant('a'));
    await store.delete(simpulKinds.Tenant, { namespace: '', name: 'a' });
    assert.deepEqual((await look(`${tenant('a')}# touched\n`)).applied, ['Tenant a']);
  });

  test("the installation's own namespace stays", async () => {
    const { store, look } = setUp();
    await look(namespace('simpul-system'));
    assert.deepEqual((await look('')).deleted, []);
    assert.ok(await store.get(coreKinds.Namespace, { namespace: '', name: 'simpul-system' }));
  });

  test('a kind that nobody here uses is a note', async () => {
    const report = await setUp().look(
      'apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: { name: x, namespace: y }\n',
    );
    assert.deepEqual(
      report.problems.map(({ severity }) => severity),
      ['note'],
    );
  });
});
