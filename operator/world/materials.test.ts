import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { inspect } from 'node:util';
import { Material, type MaterialRef, type MaterialSource, Materials, materialOf } from './materials.ts';
import { resolveMaterial, valueIn } from './reference-problems.ts';

const tls: MaterialSource = { kind: 'Secret', namespace: 'banten', name: 'cert', type: 'kubernetes.io/tls' };
const basic: MaterialSource = { ...tls, type: 'kubernetes.io/basic-auth' };
const ref: MaterialRef = {
  ...{ kind: 'Secret', namespace: 'banten', name: 'cert' },
  types: ['kubernetes.io/tls', 'kubernetes.io/basic-auth'],
};
const map: MaterialSource = { kind: 'ConfigMap', namespace: 'banten', name: 'ca', type: '' };
const mapRef: MaterialRef = { kind: 'ConfigMap', namespace: 'banten', name: 'ca' };
const user = { kind: 'ApiService', id: 'banten/situs' } as const;

function secret(data: Record<string, string>, version = '1', owner?: string): Parameters<typeof materialOf>[0] {
  const encoded = Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')]);
  const reference = { apiVersion: 'simpul.id/v1alpha1', kind: owner ?? '', name: 'x', uid: 'u' };
  const metadata = { namespace: 'banten', name: 'cert', resourceVersion: version };
  return {
    ...{ apiVersion: 'v1', kind: 'Secret', data: Object.fromEntries(encoded) },
    metadata: owner === undefined ? metadata : { ...metadata, ownerReferences: [reference] },
  };
}

describe('what specs refer to', () => {
  test('is unknown until it was read, and missing only when no type of it is there', () => {
    const materials = new Materials();
    assert.equal(materials.find(ref).state, 'notSynced');
    materials.put(tls, 'absent');
    assert.equal(materials.find(ref).state, 'notSynced');
    materials.put(basic, 'absent');
    assert.equal(materials.find(ref).state, 'missing');
    materials.put(basic, materialOf(secret({ password: 'p' }), basic));
    const found = materials.find(ref);
    assert.ok(found.state === 'found');
    assert.deepEqual([found.material.type, found.material.text('password')], ['kubernetes.io/basic-auth', 'p']);
    materials.forget(basic);
    assert.equal(materials.find(ref).state, 'notSynced');
  });

  test('a value is whole again, however long, and text of any script', () => {
    const long = 'jalan raya é 漢 '.repeat(1000);
    const binary = { 'b.bin': Buffer.from('biner').toString('base64') };
    const holder = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'ca' }, data: { long, short: 'é' } };
    const material = new Material({ ...holder, binaryData: binary }, map);
    assert.deepEqual([material.text('long'), material.text('short'), material.text('b.bin')], [long, 'é', 'biner']);
    assert.deepEqual([material.keys, material.text('none')], [['b.bin', 'long', 'short'], undefined]);
  });

  test('shows its values nowhere', () => {
    const material = new Material(secret({ password: 'rahasia' }), basic);
    const encoded = Buffer.from('rahasia').toString('base64');
    for (const shown of [
      JSON.stringify({ material }),
      inspect(material, { depth: 9, showHidden: true }),
      `${material}`,
    ]) {
      assert.ok(!shown.includes('rahasia') && !shown.includes(encoded), shown);
    }
  });

  test('a Secret that a Subscription owns is never taken', () => {
    assert.equal(materialOf(secret({ password: 'p' }, '1', 'Subscription'), basic), 'owned');
    assert.ok(materialOf(secret({ password: 'p' }, '1', 'Certificate'), basic) instanceof Material);
  });

  test('an edit is news, the same version again is not', () => {
    const materials = new Materials();
    assert.equal(materials.put(basic, materialOf(secret({ password: 'a' }, '1'), basic)), true);
    assert.equal(materials.put(basic, materialOf(secret({ password: 'a' }, '1'), basic)), false);
    assert.equal(materials.put(basic, materialOf(secret({ password: 'b' }, '2'), basic)), true);
    assert.equal(materials.put(basic, 'absent'), true);
    assert.equal(materials.put(basic, 'absent'), false);
  });

  test('tells who refers to it, and what is referred to no more', () => {
    const materials = new Materials();
    const other = { kind: 'ApiGateway', id: 'simpul-system/public' } as const;
    assert.deepEqual(materials.refer(user, [ref]), [tls, basic]);
    assert.deepEqual(materials.refer(user, [ref]), []);
    materials.refer(other, [{ ...ref, types: ['kubernetes.io/tls'] }]);
    assert.deepEqual([materials.usersOf(tls), materials.usersOf(basic)], [[user, other], [user]]);
    assert.deepEqual(materials.refer(user, [mapRef]), [tls, basic, map]);
    assert.deepEqual([materials.usersOf(tls), materials.usersOf(basic)], [[other], []]);
    assert.deepEqual(
      [materials.isSettledFor(user), materials.isSettledFor({ ...user, id: 'banten/lain' })],
      [false, true],
    );
    materials.put(map, 'absent');
    assert.equal(materials.isSettledFor(user), true);
  });
});

describe('a reference that leads nowhere says what to do', () => {
  const cases = [
    {
      state: 'absent',
      reason: 'SecretNotFound',
      says: /^spec\.x: no Secret "cert" of type .*tls or .*basic-auth exists/,
    },
    { state: 'owned', reason: 'SecretNotAllowed', says: /belongs to a Subscription/ },
    { state: 'unreadable', reason: 'ReferenceNotReadable', says: /binds the ClusterRole simpul-operator-references/ },
  ] as const;
  for (const { state, reason, says } of cases) {
    test(state, () => {
      const materials = new Materials();
      for (const source of [tls, basic]) materials.put(source, state);
      const problem = resolveMaterial({ materials }, 'spec.x', ref);
      assert.ok('reason' in problem);
      assert.equal(problem.reason, reason);
      assert.match(problem.message, says);
    });
  }

  test('not read yet, and a ConfigMap that is not there', () => {
    const materials = new Materials();
    const problems = [resolveMaterial({ materials }, 'spec.x', mapRef)];
    materials.assumeComplete();
    problems.push(resolveMaterial({ materials }, 'spec.x', mapRef));
    assert.deepEqual(
      problems.map((problem) => 'reason' in problem && problem.reason),
      ['ReferenceNotReadable', 'ConfigMapNotFound'],
    );
  });

  test('a key that is not there, or empty', () => {
    const material = new Material(secret({ 'tls.crt': 'c', 'tls.key': '' }), tls);
    assert.deepEqual(valueIn(material, 'tls.crt', 'spec.x', ref), { text: 'c' });
    assert.deepEqual(valueIn(material, 'ca.crt', 'spec.x', ref), {
      reason: 'SecretKeyMissing',
      message: 'spec.x: Secret "cert" lacks the key "ca.crt" (it has only tls.crt, tls.key): add it',
    });
    const empty = valueIn(material, 'tls.key', 'spec.x', ref);
    assert.ok('reason' in empty && /has nothing under the key "tls\.key"/.test(empty.message));
  });
});
