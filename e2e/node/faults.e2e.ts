import assert from 'node:assert/strict';
import { after, before, type TestContext, test } from 'node:test';
import type { Tally } from './caller.ts';
import { NodeCluster } from './cluster.ts';
import { faults } from './faults/all.ts';
import { type Fault, isFull, leastCalls, type Row, unexpected } from './faults/fault.ts';
import { keepRow } from './faults/rows.ts';

/** Only these, by name: `SIMPUL_FAULTS=eviction,upgrade`. Default: all, or all of the short form. */
const wanted = process.env['SIMPUL_FAULTS']?.split(',');

let cluster: NodeCluster;

// No suite around all: it would have to end within the time of one test.
before(async () => {
  cluster = await NodeCluster.open();
});
after(async () => {
  await cluster?.close();
});

for (const fault of faults.filter(({ name, onlyInFull }) => wanted?.includes(name) ?? (isFull || !onlyInFull))) {
  test(`under 500 calls a second, ${fault.what}: ${fault.asserts}`, async (t) => {
    if (fault.inNode && !cluster.target.isOwn) return t.skip('it reaches for processes of the node of make cluster');
    const row = await happen(cluster, fault, t);
    assert.deepEqual(unexpected(fault, row.tally), []);
    await keepRow(row);
  });
}

async function happen(cluster: NodeCluster, fault: Fault, t: TestContext): Promise<Row> {
  const { name, what, asserts, mayFail } = fault;
  await using stack = new AsyncDisposableStack();
  stack.defer(async () => await fault.undo?.(cluster));
  const calls = { path: '/banten/ramai/1', count: leastCalls, ...(await fault.prepare?.(cluster)) };
  const caller = await cluster.startCaller(name, calls);
  stack.defer(() => caller.remove());
  const began = performance.now();
  const figures = await fault.happen(cluster);
  const seconds = (performance.now() - began) / 1000;
  const tally = await caller.end();
  t.diagnostic(`${name}: ${figures}; ${said(tally)}`);
  return { name, what, asserts, isFull, mayFail: mayFail?.which ?? 'none', seconds, figures, tally };
}

function said({ failures, ...tally }: Tally): string {
  const [first] = failures;
  return JSON.stringify(first === undefined ? tally : { ...tally, failed: failures.length, first });
}
