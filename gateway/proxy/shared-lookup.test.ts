import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type OnLookup, SharedLookup } from './shared-lookup.ts';

test('one question is asked for each name, and all who want it get the answer', () => {
  const questions: { hostname: string; answer: OnLookup }[] = [];
  const shared = new SharedLookup((hostname, answer) => questions.push({ hostname, answer }));
  const answers: unknown[] = [];
  for (const name of ['a', 'a', 'b', 'a'])
    shared.find(name, (error, found) => answers.push([name, error?.code, found]));
  assert.deepEqual(
    questions.map(({ hostname }) => hostname),
    ['a', 'b'],
  );
  const addresses = [{ address: '10.0.0.1', family: 4 }];
  questions[0]?.answer(null, addresses);
  questions[1]?.answer(Object.assign(new Error('no'), { code: 'ENOTFOUND' }), []);
  const a = ['a', undefined, addresses];
  assert.deepEqual(answers, [a, a, a, ['b', 'ENOTFOUND', []]]);
});

test('a name is asked anew once it was answered, so a moved backend is found', () => {
  let asked = 0;
  const shared = new SharedLookup((_hostname, answer) => {
    asked++;
    answer(null, []);
  });
  shared.find('a', () => undefined);
  shared.find('a', () => undefined);
  assert.equal(asked, 2);
});
