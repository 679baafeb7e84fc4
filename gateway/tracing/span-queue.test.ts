import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../testing/test-gateway.ts';
import { maxWaitingSpans, SpanQueue } from './span-queue.ts';
import type { SpanRecord } from './spans.ts';

function aSpan(name: string): SpanRecord {
  const ids = { traceId: '1'.repeat(32), id: '2'.repeat(16), parentId: '', parentIsRemote: false, state: '' };
  return { name, kind: 'server', ...ids, start: 0, end: 1, failed: false, attributes: {} };
}

interface Batch {
  readonly spans: readonly SpanRecord[];
  readonly answer: (failure: string | undefined) => void;
}

/** A queue whose batches the test answers. */
function aQueue() {
  const batches: Batch[] = [];
  const told = { sent: 0, lost: new Map<string, number>(), changes: [] as (string | undefined)[], closed: 0 };
  const queue = new SpanQueue({
    sink: {
      send: (spans) => new Promise((answer) => batches.push({ spans, answer })),
      close: () => Promise.resolve(void told.closed++),
    },
    onSent: (spans) => {
      told.sent += spans;
    },
    onLost: (reason, spans) => told.lost.set(reason, (told.lost.get(reason) ?? 0) + spans),
    onChange: (failure) => told.changes.push(failure),
  });
  return { queue, batches, told };
}

test('a collector that does not answer costs spans, counted, and never memory', async () => {
  const { queue, batches, told } = aQueue();
  for (let i = 0; i < 20_000; i++) queue.add([aSpan(String(i))]);
  assert.equal(batches.length, 1, 'one batch at a time');
  assert.equal(told.lost.get('queue_full'), 20_000 - 512 - maxWaitingSpans);
  batches[0]?.answer('down');
  await until(() => batches.length === 2);
  batches[1]?.answer(undefined);
  await until(() => batches.length === 3);
  assert.deepEqual(told.changes, ['down', undefined]);
  assert.deepEqual([told.sent, told.lost.get('not_delivered')], [512, 512]);
  batches[2]?.answer(undefined);
});

test('what waits at the end is sent, in order', async () => {
  const { queue, batches, told } = aQueue();
  queue.add([aSpan('a'), aSpan('b')]);
  const closed = queue.close();
  await until(() => batches.length === 1);
  assert.deepEqual(
    batches[0]?.spans.map(({ name }) => name),
    ['a', 'b'],
  );
  batches[0]?.answer(undefined);
  await closed;
  assert.deepEqual([told.sent, told.closed], [2, 1]);
});

test('a collector that is silent at the end is waited for only a moment', async () => {
  const { queue, told } = aQueue();
  for (let i = 0; i < 600; i++) queue.add([aSpan('a')]);
  const began = performance.now();
  await queue.close();
  assert.ok(performance.now() - began < 10_000);
  assert.equal(told.lost.get('not_delivered'), 88);
});
