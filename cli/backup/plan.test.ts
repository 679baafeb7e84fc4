import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { adapt, restoredAnnotation } from './adapt.ts';
import { planRestore } from './plan.ts';
import { identityOf, type Stored } from './stored.ts';

function own(kind: string, name: string, more: Partial<Stored> & { uid?: string } = {}): Stored {
  const { uid = `old-${name}`, ...rest } = more;
  return { apiVersion: 'simpul.id/v1alpha1', kind, metadata: { name, namespace: 'n', uid }, ...rest };
}
function secret(name: string, value: string, more: Partial<Stored> = {}): Stored {
  const metadata = { name, namespace: 'n', uid: `old-${name}` };
  return { apiVersion: 'v1', kind: 'Secret', type: 'simpul.id/api-key', metadata, data: { k: value }, ...more };
}
function namespace(labels?: Record<string, string>): Stored {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'n', ...(labels === undefined ? {} : { labels }) } };
}

const subscription = own('Subscription', 'app', { spec: { apis: [] } });
const pinned = own('Approval', 'yes', { spec: { subscriptionRef: { name: 'app', uid: 'old-app' } } });

interface Case {
  readonly name: string;
  readonly saved: readonly Stored[];
  readonly there: readonly Stored[];
  readonly is: readonly (string | RegExp)[];
  readonly overwrite?: boolean;
}

const cases: readonly Case[] = [
  { name: 'what is absent is created', saved: [subscription, pinned], there: [], is: ['create', 'create'] },
  {
    name: 'what says the same is left alone, with an Approval that pins it',
    saved: [subscription, pinned],
    there: [
      own('Subscription', 'app', { uid: 'new', spec: { apis: [] } }),
      own('Approval', 'yes', { uid: 'x', spec: { subscriptionRef: { name: 'app', uid: 'new' } } }),
    ],
    is: ['same', 'same'],
  },
  {
    name: 'what differs is a conflict that names fields, and no values',
    saved: [own('ApiService', 'a', { spec: { basePath: '/a', version: '1' } }), secret('s', 'one')],
    there: [own('ApiService', 'a', { spec: { basePath: '/b', version: '1' } }), secret('s', 'two')],
    is: [/^conflict spec\.basePath$/, /^conflict data$/],
  },
  {
    name: 'what differs is replaced when that is allowed',
    ...{ saved: [secret('s', 'one')], there: [secret('s', 'two')], overwrite: true },
    is: [/^replace data$/],
  },
  {
    name: 'a namespace of another Tenant is a conflict, and one without labels of ours is',
    saved: [namespace({ 'simpul.id/tenant': 'banten' })],
    there: [namespace()],
    is: [/^conflict it lacks the label simpul\.id\/tenant=banten$/],
  },
  { name: 'a namespace may have other labels', saved: [namespace({ a: 'b' })], there: [namespace()], is: ['same'] },
  {
    name: 'the pepper of a fresh installation gives way',
    ...{ saved: [secret('simpul-pepper', 'old')], there: [secret('simpul-pepper', 'new')] },
    is: [/^replace no key was hashed/],
  },
  {
    name: 'the pepper of one that is in use does not',
    saved: [secret('simpul-pepper', 'old')],
    there: [secret('simpul-pepper', 'new'), own('Subscription', 'other')],
    is: [/^conflict data$/],
  },
  {
    name: 'keys that sign now stay',
    saved: [secret('simpul-token-keys', 'old', { type: 'simpul.id/token-keys' })],
    there: [secret('simpul-token-keys', 'new', { type: 'simpul.id/token-keys' })],
    is: [/^same .*younger/],
  },
];

describe('a plan', () => {
  for (const { name, saved, there, is, overwrite = false } of cases) {
    test(name, () => {
      const live = new Map(there.map((object) => [identityOf(object), object]));
      const steps = planRestore(saved, { live, overwrite }).map(({ action, why }) => `${action} ${why ?? ''}`.trim());
      assert.equal(steps.length, is.length);
      for (const [index, expected] of is.entries()) {
        if (typeof expected === 'string') assert.equal(steps[index], expected);
        else assert.match(steps[index] ?? '', expected);
      }
    });
  }
});

describe('an object for another cluster', () => {
  const uids = new Map([['old-app', 'new-app']]);

  test('keeps what people wrote, and nothing that a server did', () => {
    const metadata = {
      ...{ name: 'app', namespace: 'n', uid: 'u', resourceVersion: '7', generation: 3, creationTimestamp: 'c' },
      ...{
        labels: { a: 'b' },
        annotations: { c: 'd', 'openshift.io/sa.scc.uid-range': '1000/10' },
        finalizers: ['f'],
        managedFields: [{ manager: 'kubectl' }],
      },
    };
    assert.deepEqual(adapt({ ...subscription, metadata, status: { acceptedAt: 'x' } }, uids), {
      ...{ apiVersion: 'simpul.id/v1alpha1', kind: 'Subscription', spec: { apis: [] } },
      metadata: { name: 'app', namespace: 'n', labels: { a: 'b' }, annotations: { c: 'd' } },
    });
  });

  test('belongs to the new owner, or to none', () => {
    const owner = {
      apiVersion: 'simpul.id/v1alpha1',
      kind: 'Subscription',
      name: 'app',
      uid: 'old-app',
      controller: true,
    };
    const owned = { ...secret('s', 'x'), metadata: { name: 's', ownerReferences: [owner, { ...owner, uid: 'gone' }] } };
    assert.deepEqual(adapt(owned, uids).metadata.ownerReferences, [{ ...owner, uid: 'new-app' }]);
  });

  test('pins the new Subscription; one that pinned what was gone covers nobody', () => {
    const uidIn = (approval: Stored): unknown =>
      (approval.spec?.['subscriptionRef'] as { uid?: string } | undefined)?.uid;
    assert.equal(uidIn(adapt(pinned, uids)), 'new-app');
    const stale = own('Approval', 'old', { spec: { subscriptionRef: { name: 'app', uid: 'gone' } } });
    assert.equal(uidIn(adapt(stale, uids)), 'gone');
  });

  test('carries a mark when it is an Approval', () => {
    assert.deepEqual(adapt(pinned, uids, 'now').metadata.annotations, { [restoredAnnotation]: 'now' });
    assert.equal(adapt(subscription, uids, 'now').metadata.annotations, undefined);
  });

  test('signs tokens for the new KeyManager', () => {
    const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64');
    const data = { masuk: encode({ uid: 'old-app', keys: [1] }), lain: encode({ uid: 'gone', keys: [2] }), rusak: '!' };
    const keys = adapt(secret('simpul-token-keys', '', { type: 'simpul.id/token-keys', data }), uids);
    assert.deepEqual(keys.data, { ...data, masuk: encode({ uid: 'new-app', keys: [1] }) });
  });
});
