import assert from 'node:assert/strict';
import { test } from 'node:test';
import { acknowledgementOf } from './acknowledge.ts';
import type { WorkerReport } from './messages.ts';

function said(change: Partial<WorkerReport> = {}): WorkerReport {
  const limits = { counting: 'Redis', reason: '' } as const;
  return { ...{ version: '100', epoch: 1, ready: true, refusals: [], rollback: null, limits, unready: '' }, ...change };
}

const cases: readonly [name: string, reports: WorkerReport[], version: string, epoch: number][] = [
  ['nobody has said anything', [], '', 0],
  ['the least of all', [said({ version: '9' }), said({ version: '10' })], '9', 1],
  ['one that starts again holds nothing up', [said({ version: '7', ready: false }), said({ version: '10' })], '10', 1],
  ['at the beginning all count', [said({ version: '7', ready: false }), said({ version: '', ready: false })], '7', 1],
  ['lists are not mixed', [said({ version: '500', epoch: 2 }), said({ version: '800', epoch: 1 })], '800', 1],
];
for (const [name, reports, version, epoch] of cases) {
  test(`what a pod acknowledges: ${name}`, () => {
    const acknowledged = acknowledgementOf(reports, true);
    assert.deepEqual([acknowledged.version, acknowledged.epoch], [version, epoch]);
  });
}

test('what one worker refuses or lacks, the pod does', () => {
  const refused = (name: string) => ({ name, hash: 'aa', reason: 'bad' });
  const limits = { counting: 'Down', reason: 'ECONNREFUSED' } as const;
  const reports = [said({ refusals: [refused('b'), refused('a')] }), said({ refusals: [refused('b')], limits })];
  const acknowledged = acknowledgementOf(reports, false);
  assert.deepEqual(
    acknowledged.refusals.map(({ name }) => name),
    ['a', 'b'],
  );
  assert.deepEqual([acknowledged.limits, acknowledged.ready], [limits, false]);
});
