import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CompiledCache } from '#api/compiled/answers.ts';
import { CacheStore } from './cache-store.ts';
import { StoredAnswer } from './stored-answer.ts';

const rules: CompiledCache = {
  ttlMs: 60_000,
  maxBytes: 1000,
  keyHeaders: [],
  shared: false,
  staleWhileRevalidateMs: 0,
  staleIfErrorMs: 0,
};

function anAnswer(text: string, vary: readonly string[] = [], selectedBy: readonly string[] = []): StoredAnswer {
  const freshness = { lifetimeMs: 1000, initialAgeMs: 0, staleWhileRevalidateMs: 0, staleIfErrorMs: 0, vary };
  return new StoredAnswer({ status: 200, fields: [], body: Buffer.from(text), freshness, selectedBy, storedAt: 0 });
}

const key = (uri: string, caller = '') => ({ uri, caller });
const nothing = () => '';

test('memory is bounded, and what was used last stays', () => {
  const size = anAnswer('0123456789').size;
  const store = new CacheStore(size * 3);
  const cache = store.open(rules);
  for (const uri of ['a', 'b', 'c']) cache.put(key(uri), anAnswer('0123456789'));
  assert.ok(cache.find(key('a'), nothing));
  cache.put(key('d'), anAnswer('0123456789'));
  assert.equal(cache.find(key('b'), nothing), undefined);
  for (const uri of ['a', 'c', 'd']) assert.ok(cache.find(key(uri), nothing), uri);
  assert.equal(store.bytes, size * 3);
  assert.equal(store.evictions, 1);
});

test('bytes are given back, whatever way an answer goes', () => {
  const store = new CacheStore(1_000_000);
  const one = store.open(rules);
  const two = store.open(rules);
  const put = (cache: typeof one, uri: string) => {
    for (const caller of ['x', 'y']) cache.put(key(uri, caller), anAnswer('1'));
    for (const value of ['p', 'q', 'p']) cache.put(key(uri, 'z'), anAnswer('1', ['accept'], [value]));
  };
  put(one, 'a');
  put(two, 'a');
  assert.equal(store.size, 8);
  one.invalidate('a');
  assert.equal(store.size, 4);
  assert.ok(two.find(key('a', 'x'), nothing));
  two.close();
  assert.deepEqual([store.size, store.bytes], [0, 0]);
  two.put(key('a'), anAnswer('late'));
  assert.equal(store.size, 0);
});

test('one place keeps a bounded number of variants', () => {
  const store = new CacheStore(1_000_000);
  const cache = store.open(rules);
  for (let i = 0; i < 100; i++) cache.put(key('a'), anAnswer(String(i), ['accept'], [String(i)]));
  assert.equal(store.size, 16);
  assert.equal(cache.find(key('a'), () => '99')?.body.toString(), '99');
});

test('an answer larger than all memory is not kept', () => {
  const store = new CacheStore(10);
  store.open(rules).put(key('a'), anAnswer('large'));
  assert.deepEqual([store.size, store.bytes], [0, 0]);
});
