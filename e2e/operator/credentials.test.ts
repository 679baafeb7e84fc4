import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { coreKinds, simpulKinds } from '#api/kinds.ts';
import type { KubeObject } from '#api/object.ts';
import type { GatewayProgram } from './gateway-program.ts';
import { type Expected, Installation, type Seen } from './harness.ts';
import { apiGateway, brought, keyedApi, secret, strongKey, subscription, tenant } from './objects.ts';
import type { OperatorProgram } from './operator-program.ts';
import { until } from './waiting.ts';

let installation: Installation;
let operator: OperatorProgram;
let gateway: GatewayProgram;
/** All that operators have said, at the most talkative level. */
const operators: OperatorProgram[] = [];
/** Every key that a test has seen: none may occur where it does not belong. */
const seenKeys = new Set<string>();

const flags = ['--log-level=trace', '--lease-duration=4s', '--renew-deadline=3s', '--retry-period=500ms'];
const provider = tenant('provider', { paths: ['/provider'] });
const consumer = tenant('consumer');
const open = { name: 'open', namespace: 'provider' } as const;

before(async () => {
  installation = await Installation.start({ controllerManager: true });
  await startOperator();
  await installation.apply(apiGateway(), provider, consumer);
  gateway = await installation.startGateway('public-1');
  await installation.untilReady(provider, consumer);
  await installation.apply(keyedApi('provider', 'open', { backendUrl: installation.backend }));
});
after(() => installation?.stop());

async function startOperator(): Promise<void> {
  operator = await installation.startOperator(flags);
  operators.push(operator);
}

async function keyOfSecret(name: string, key?: string): Promise<string> {
  const found = await installation.keyIn('consumer', name, key);
  seenKeys.add(found);
  return found;
}

async function bring(name: string, value: string, dataKey = 'api-key'): Promise<void> {
  seenKeys.add(value);
  await installation.apply(secret('consumer', name, { [dataKey]: value }));
}

/** What the status says of each API and credential. */
async function states(object: KubeObject): Promise<Record<string, string>> {
  const { apis = [], credentials = [] } = ((await installation.get(object))?.status ?? {}) as {
    apis?: readonly { name: string; state: string }[];
    credentials?: readonly { name: string; state: string }[];
  };
  return Object.fromEntries([...apis, ...credentials].map(({ name, state }) => [name, state]));
}

describe('generated credentials', () => {
  const main = { apiVersion: 'v1', kind: 'Secret', metadata: { namespace: 'consumer', name: 'made-main' } };
  const made = subscription('consumer', 'made', [open]);

  test('are 256 random bits in a Secret that goes with the Subscription', async () => {
    await installation.apply(made);
    await installation.untilReady(made);
    const key = await keyOfSecret('made-main');
    assert.match(key, /^simpul_[A-Za-z0-9_-]{43}$/);
    const found = await installation.get(main);
    assert.equal(found?.type, 'simpul.id/api-key');
    assert.deepEqual(
      found?.metadata.ownerReferences?.map(({ kind, name }) => [kind, name]),
      [['Subscription', 'made']],
    );
    await gateway.untilStatus(200, '/provider/open', { key });
  });

  test('are made anew when somebody deletes the Secret, and the old key is dead', async () => {
    const before = await keyOfSecret('made-main');
    await installation.remove(main);
    await gateway.untilStatus(401, '/provider/open', { key: before });
    const after = await until('a new key', async () => {
      const found = await installation.get(main);
      return found !== undefined && (await keyOfSecret('made-main'));
    });
    assert.notEqual(after, before);
    await gateway.untilStatus(200, '/provider/open', { key: after });
    await installation.untilReady(made);
  });

  test('rotate without a gap: two live keys, then the new one alone', async () => {
    const before = await keyOfSecret('made-main');
    await installation.apply(
      subscription('consumer', 'made', [open], { credentials: [{ name: 'main' }, { name: 'next' }] }),
    );
    const next = await keyOfSecret('made-next');
    await gateway.untilStatus(200, '/provider/open', { key: next });
    assert.equal((await gateway.call('/provider/open', { key: before })).status, 200);
    await installation.apply(subscription('consumer', 'made', [open], { credentials: [{ name: 'next' }] }));
    await gateway.untilStatus(401, '/provider/open', { key: before });
    assert.equal((await gateway.call('/provider/open', { key: next })).status, 200);
    await installation.untilGone(main);
  });

  test('never take a Secret that is somebody else’s', async () => {
    const foreign = secret('consumer', 'taken-main', { 'api-key': strongKey('foreign') });
    const taken = subscription('consumer', 'taken', [open]);
    await installation.apply(foreign, taken);
    await installation.untilCondition(taken, 'Ready', {
      status: 'False',
      reason: 'SecretConflict',
      message: /"taken-main"/,
    });
    assert.equal(await installation.keyIn('consumer', 'taken-main'), strongKey('foreign'));
    await installation.remove(foreign);
    await installation.untilReady(taken);
  });

  test('never take a Secret of another type', async () => {
    const foreign = secret('consumer', 'typed-main', { password: 'x' }, 'Opaque');
    const typed = subscription('consumer', 'typed', [open]);
    await installation.apply(foreign, typed);
    await installation.untilCondition(typed, 'Ready', {
      status: 'False',
      reason: 'SecretConflict',
      message: /"typed-main"/,
    });
    await installation.remove(foreign);
    await installation.untilReady(typed);
  });

  test('die with their Subscription', async () => {
    const key = await keyOfSecret('made-next');
    await installation.remove(made);
    await gateway.untilStatus(401, '/provider/open', { key });
    await installation.untilGone({ ...main, metadata: { namespace: 'consumer', name: 'made-next' } });
  });

  test('die also when the Subscription went while the operator was away', async () => {
    const absent = subscription('consumer', 'absent', [open]);
    await installation.apply(absent);
    const key = await keyOfSecret('absent-main');
    await gateway.untilStatus(200, '/provider/open', { key });
    await operator.stop();
    await installation.remove(absent);
    assert.equal((await gateway.call('/provider/open', { key })).status, 200, 'nobody has told the gateway');
    await startOperator();
    await gateway.untilStatus(401, '/provider/open', { key });
  });
});

describe('keys that were brought', () => {
  const faults: Readonly<
    Record<string, { data: Record<string, string> | undefined; type?: string; key?: string; says: Expected }>
  > = {
    'a Secret that does not exist': { data: undefined, says: { reason: 'SecretNotFound', message: /"bad-key"/ } },
    'a Secret of another type': {
      ...{ data: { 'api-key': strongKey('opaque') }, type: 'Opaque' },
      says: { reason: 'SecretNotFound', message: /type simpul\.id\/api-key/ },
    },
    'a Secret without the key': {
      ...{ data: { other: strongKey('other') }, key: 'mine' },
      says: { reason: 'SecretKeyMissing', message: /no key "mine"/ },
    },
    'a short key': { data: { 'api-key': 'abcdefghijklmnopqrstuvwxyz01234' }, says: { reason: 'WeakCredential' } },
    'a monotonous key': {
      data: { 'api-key': 'abcabcabcabcabcabcabcabcabcabcabcabc' },
      says: { reason: 'WeakCredential' },
    },
    'a key with a blank': { data: { 'api-key': `${strongKey('blank')} x` }, says: { reason: 'WeakCredential' } },
  };
  for (const [name, { data, type, key, says }] of Object.entries(faults)) {
    test(`${name}: refused, and good as soon as it is put right`, async () => {
      const bad = subscription('consumer', 'bad', [open], { credentials: [brought('main', 'bad-key', key)] });
      if (data !== undefined) await installation.apply(secret('consumer', 'bad-key', data, type));
      await installation.apply(bad);
      await installation.untilCondition(bad, 'Ready', { status: 'False', ...says });
      assert.equal((await states(bad))['main'], 'Refused');
      if (type !== undefined) await installation.remove(secret('consumer', 'bad-key', {}));
      await bring('bad-key', strongKey(name.replaceAll(' ', '-')), key);
      await installation.untilReady(bad);
      await gateway.untilStatus(200, '/provider/open', { key: strongKey(name.replaceAll(' ', '-')) });
      await installation.remove(bad, secret('consumer', 'bad-key', {}));
    });
  }

  test('that two Subscriptions bring belong to the first; the second gets it once it is free, and is not told whose it is', async () => {
    await bring('same-1', strongKey('same'));
    await bring('same-2', strongKey('same'));
    const one = subscription('consumer', 'one', [open], { credentials: [brought('main', 'same-1')] });
    const two = subscription('consumer', 'two', [open], { credentials: [brought('main', 'same-2')] });
    await installation.apply(one);
    await installation.untilReady(one);
    await installation.apply(two);
    const { status } = await installation.untilCondition(two, 'Ready', { status: 'False', reason: 'CredentialInUse' });
    assert.doesNotMatch(JSON.stringify(status), /consumer\/one|same-1/);
    await installation.remove(one);
    await installation.untilReady(two);
    await gateway.untilStatus(200, '/provider/open', { key: strongKey('same') });
    await installation.remove(two);
  });

  test('that one Subscription brings twice count once', async () => {
    const twins = subscription('consumer', 'twins', [open], {
      credentials: [brought('a', 'same-1'), brought('b', 'same-2')],
    });
    await installation.apply(twins);
    await installation.untilCondition(twins, 'Ready', {
      status: 'False',
      reason: 'CredentialInUse',
      message: /"a" and "b"/,
    });
    await gateway.untilStatus(200, '/provider/open', { key: strongKey('same') });
    await installation.remove(twins);
  });

  test('may not be the generated key of another Subscription', async () => {
    const owner = subscription('consumer', 'owner', [open]);
    const thief = subscription('consumer', 'thief', [open], { credentials: [brought('main', 'owner-main')] });
    await installation.apply(owner);
    await installation.untilReady(owner);
    await keyOfSecret('owner-main');
    await installation.apply(thief);
    await installation.untilCondition(thief, 'Ready', { status: 'False', reason: 'SecretNotAllowed' });
    await installation.untilReady(owner);
    await installation.remove(thief);
  });

  test('change with their Secret', async () => {
    await bring('changing', strongKey('before'));
    const changing = subscription('consumer', 'changing', [open], { credentials: [brought('main', 'changing')] });
    await installation.apply(changing);
    await gateway.untilStatus(200, '/provider/open', { key: strongKey('before') });
    await bring('changing', strongKey('after'));
    await gateway.untilStatus(200, '/provider/open', { key: strongKey('after') });
    await gateway.untilStatus(401, '/provider/open', { key: strongKey('before') });
    await bring('changing', 'weak');
    await installation.untilCondition(changing, 'Ready', { status: 'False', reason: 'WeakCredential' });
    assert.equal(
      (await gateway.call('/provider/open', { key: strongKey('after') })).status,
      200,
      'a mistake takes nothing away',
    );
    await installation.remove(secret('consumer', 'changing', {}));
    await gateway.untilStatus(401, '/provider/open', { key: strongKey('after') });
  });
});

test('keys occur nowhere but in their own Secret', async () => {
  const kinds = [...Object.values(simpulKinds), ...Object.values(coreKinds)];
  const everything = (await Promise.all(kinds.map((kind) => installation.list(kind)))).flat();
  const isOwn = ({ type }: Seen): boolean => type === 'simpul.id/api-key';
  assert.ok(everything.filter(isOwn).length > 1 && seenKeys.size > 10, 'there is something to look for');
  const decoded = everything.filter((object) => !isOwn(object)).map(textOf);
  const metrics = (await operator.page('/metrics'))!.text + (await gateway.adminPage('/metrics'))!.text;
  const places = {
    objects: decoded.join('\n'),
    operators: operators.map(({ output }) => output).join('\n'),
    gateway: gateway.output,
    metrics,
  };
  for (const [place, text] of Object.entries(places)) {
    assert.ok(text.length > 1000, `there is nothing in ${place}`);
    for (const key of [...seenKeys].filter((key) => key.length > 10)) {
      const encoded = Buffer.from(key).toString('base64').replace(/=+$/, '');
      assert.ok(!text.includes(key) && !text.includes(encoded), `a key shows in ${place}`);
    }
  }
});

/** All that an object holds, with what a Secret holds in plain text. */
function textOf(object: Seen): string {
  const plain = Object.values(object.data ?? {}).map((value) => Buffer.from(value, 'base64').toString('utf8'));
  return [JSON.stringify(object), ...plain].join('\n');
}
