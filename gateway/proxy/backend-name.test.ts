import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TestClock } from '../testing/test-clock.ts';
import { BackendName } from './backend-name.ts';
import type { OnLookup } from './shared-lookup.ts';

/** A name whose questions the test answers. */
function aName(ttlMs?: number) {
  const clock = new TestClock();
  const questions: OnLookup[] = [];
  const changes: string[][] = [];
  const deps = {
    clock,
    findAddresses: (_hostname: string, done: OnLookup) => void questions.push(done),
    findTtl: (_hostname: string, _addresses: ReadonlySet<string>, done: (ttlMs: number) => void) => {
      if (ttlMs !== undefined) done(ttlMs);
    },
  };
  const name = new BackendName('b.example', deps, (addresses) => changes.push([...addresses]));
  const answer = (...addresses: string[]) =>
    questions.shift()?.(
      null,
      addresses.map((address) => ({ address, family: 4 })),
    );
  const fail = () => questions.shift()?.(Object.assign(new Error('no'), { code: 'EAI_AGAIN' }), []);
  const found: unknown[] = [];
  const find = () => name.find((result) => found.push(result instanceof Error ? 'error' : [...result]));
  return { clock, name, questions, changes, answer, fail, find, found };
}

test('known addresses serve at once for their time, then are asked for again', () => {
  const { clock, questions, answer, find, found } = aName();
  find();
  answer('10.0.0.1');
  clock.advance(9_999);
  find();
  assert.deepEqual([found, questions.length], [[['10.0.0.1'], ['10.0.0.1']], 0]);
  clock.advance(1);
  find();
  assert.equal(questions.length, 1);
});

test('the TTL counts within bounds', () => {
  for (const [ttlMs, holdsMs] of [
    [0, 1000],
    [7000, 7000],
    [86_400_000, 60_000],
  ] as const) {
    const { clock, questions, answer, find } = aName(ttlMs);
    find();
    answer('10.0.0.1');
    clock.advance(holdsMs - 1);
    find();
    assert.equal(questions.length, 0, `${ttlMs}`);
    clock.advance(1);
    find();
    assert.equal(questions.length, 1, `${ttlMs}`);
  }
});

test('other addresses are told, the same in another order are not', () => {
  const { clock, name, changes, answer, find } = aName();
  find();
  answer('10.0.0.1', '10.0.0.2');
  clock.advance(10_000);
  name.refresh();
  answer('10.0.0.2', '10.0.0.1');
  clock.advance(10_000);
  name.refresh();
  answer('10.0.0.2', '10.0.0.3');
  assert.deepEqual(changes, [['10.0.0.2', '10.0.0.3']]);
});

test('while DNS does not answer the last known addresses go on, for five minutes', () => {
  const { clock, name, questions, answer, fail, find, found } = aName();
  find();
  answer('10.0.0.1');
  clock.advance(10_000);
  name.refresh();
  name.refresh();
  assert.equal(questions.length, 1, 'one question at a time');
  fail();
  find();
  assert.deepEqual(found.at(-1), ['10.0.0.1']);
  clock.advance(290_000);
  find();
  fail();
  assert.equal(found.at(-1), 'error');
});

test('while DNS hangs whoever wants to connect takes the last known addresses soon, and the answer once it comes', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { clock, answer, find, found } = aName();
  find();
  answer('10.0.0.1');
  clock.advance(10_000);
  find();
  t.mock.timers.tick(249);
  assert.equal(found.length, 1, 'it may still answer');
  t.mock.timers.tick(1);
  assert.deepEqual(found, [['10.0.0.1'], ['10.0.0.1']]);
  answer('10.0.0.2');
  assert.equal(found.length, 2, 'nobody is told twice');
  find();
  assert.deepEqual(found.at(-1), ['10.0.0.2']);
});

test('a name that nobody has known yet, or not for five minutes, waits for DNS', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { clock, answer, find, found } = aName();
  find();
  t.mock.timers.tick(60_000);
  assert.equal(found.length, 0);
  answer('10.0.0.1');
  clock.advance(300_000);
  find();
  t.mock.timers.tick(60_000);
  assert.equal(found.length, 1);
});
