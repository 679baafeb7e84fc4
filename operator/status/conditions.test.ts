import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Condition, Observation } from '#api/conditions.ts';
import { mergeConditions, type ReadyPolicy, readyFrom, setCondition } from './conditions.ts';

const then = '2026-11-20T03:00:00Z';
const now = '2026-11-21T03:00:00Z';

function observation(type: string, status: Condition['status'], generation = 1): Observation {
  return { type, status, reason: 'Because', message: 'so it is', observedGeneration: generation };
}

test('setCondition: the time moves only with the status, and the list stays sorted', () => {
  const first = setCondition([], observation('Ready', 'False'), then);
  const second = setCondition(first, observation('Accepted', 'True'), then);
  const same = setCondition(second, observation('Ready', 'False', 2), now);
  const moved = setCondition(same, observation('Ready', 'True', 2), now);
  assert.deepEqual(
    second.map(({ type }) => type),
    ['Accepted', 'Ready'],
  );
  assert.equal(same.find(({ type }) => type === 'Ready')?.lastTransitionTime, then);
  assert.equal(same.find(({ type }) => type === 'Ready')?.observedGeneration, 2);
  assert.equal(moved.find(({ type }) => type === 'Ready')?.lastTransitionTime, now);
});

test('mergeConditions: what is not observed any more goes, and an unchanged world gives equal bytes', () => {
  const observed = [observation('Ready', 'True'), observation('Accepted', 'True')];
  const before = mergeConditions([], [...observed, observation('Warning', 'True')], then);
  const after = mergeConditions(before, observed, now);
  assert.deepEqual(
    after.map(({ type, lastTransitionTime }) => [type, lastTransitionTime]),
    [
      ['Accepted', then],
      ['Ready', then],
    ],
  );
  assert.equal(JSON.stringify(mergeConditions(after, observed, now)), JSON.stringify(after));
});

const policy: ReadyPolicy = [
  { type: 'ReconcileFailed', healthyWhen: 'False' },
  { type: 'Accepted', healthyWhen: 'True' },
  { type: 'Programmed', healthyWhen: 'True' },
];

const readyCases = [
  { name: 'all well', observed: ['Accepted True', 'Programmed True'], expect: 'True Succeeded' },
  {
    name: 'the first problem in order wins',
    observed: ['Programmed False', 'Accepted False'],
    expect: 'False Because',
    message: 'Accepted',
  },
  { name: 'unknown stays unknown', observed: ['Accepted True', 'Programmed Unknown'], expect: 'Unknown Because' },
  { name: 'not seen yet', observed: ['Accepted True'], expect: 'Unknown Progressing' },
  {
    name: 'an older generation counts as not seen',
    observed: ['Accepted True', 'Programmed True 1'],
    expect: 'Unknown Progressing',
  },
  {
    name: 'an abnormal-true condition while it is there',
    observed: ['ReconcileFailed True', 'Accepted True', 'Programmed True'],
    expect: 'False Because',
  },
];

for (const { name, observed, expect } of readyCases) {
  test(`readyFrom: ${name}`, () => {
    const list = observed.map((text) => {
      const [type = '', status, generation = '2'] = text.split(' ');
      return observation(type, status as Condition['status'], Number(generation));
    });
    const ready = readyFrom(list, policy, 2);
    assert.equal(`${ready.status} ${ready.reason}`, expect);
    assert.equal(ready.observedGeneration, 2);
  });
}
