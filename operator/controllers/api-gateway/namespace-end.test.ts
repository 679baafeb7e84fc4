import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '#api/object.ts';
import { hurryEnd } from './namespace-end.ts';

const deletedAt = Date.parse('2026-11-22T08:00:00Z');
const namespace: KubeObject = {
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: 'gone', uid: 'u', labels: { a: 'b' }, deletionTimestamp: '2026-11-22T08:00:00Z' },
};

for (const { afterMs, writes, againMs } of [
  { afterMs: 0, writes: 0, againMs: 5_000 },
  { afterMs: 5_000, writes: 1, againMs: 5_000 },
  { afterMs: 60_000, writes: 1, againMs: 15_000 },
  { afterMs: 3_600_000, writes: 1, againMs: 60_000 },
]) {
  test(`${afterMs / 1000} s after it was deleted, a namespace is changed ${writes} times, and looked at ${againMs / 1000} s later`, async () => {
    const written: KubeObject[] = [];
    const store = { apply: async (object: KubeObject) => written.push(object) };
    const env = { store, now: () => new Date(deletedAt + afterMs) } as never;
    assert.equal(await hurryEnd(env, namespace, new AbortController().signal), againMs);
    assert.equal(written.length, writes);
    for (const { metadata } of written) {
      assert.deepEqual(metadata, {
        ...{ name: 'gone', uid: 'u' },
        annotations: { 'simpul.id/end-asked-at': new Date(deletedAt + afterMs).toISOString() },
      });
    }
  });
}
