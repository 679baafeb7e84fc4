import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CachedCredentials } from './cached-credentials.ts';

/** A source that counts, and can be made to fail. */
function source(freshMs = 60_000) {
  const state = { nowMs: 0, reads: 0, failing: false, ca: 'ca' };
  const cache = new CachedCredentials(
    async () => {
      state.reads += 1;
      if (state.failing) throw new TypeError('unreadable');
      const credentials = { authorization: `Bearer ${state.reads}`, tls: { ca: state.ca } };
      return { credentials, freshUntilMs: state.nowMs + freshMs };
    },
    () => state.nowMs,
  );
  return { state, cache, token: async () => (await cache.get()).authorization };
}

test('fresh credentials are not asked for again, and many that wait ask once', async () => {
  const { state, token } = source();
  assert.deepEqual(new Set(await Promise.all([token(), token(), token()])), new Set(['Bearer 1']));
  state.nowMs = 59_999;
  assert.equal(await token(), 'Bearer 1');
  state.nowMs = 60_000;
  assert.equal(await token(), 'Bearer 2');
});

test('after a refusal they are asked for at once', async () => {
  const { cache, token } = source();
  await token();
  cache.invalidate();
  assert.equal(await token(), 'Bearer 2');
});

test('the TLS object stays the same while its content does', async () => {
  const { state, cache } = source();
  const { tls } = await cache.get();
  cache.invalidate();
  assert.equal((await cache.get()).tls, tls);
  state.ca = 'rotated';
  cache.invalidate();
  assert.deepEqual((await cache.get()).tls, { ca: 'rotated' });
});

test('a source that fails leaves credentials in use, and is left alone for a while', async () => {
  const { state, token } = source();
  await token();
  Object.assign(state, { failing: true, nowMs: 60_000 });
  assert.equal(await token(), 'Bearer 1');
  assert.equal(await token(), 'Bearer 1');
  assert.equal(state.reads, 2);
  Object.assign(state, { failing: false, nowMs: 65_000 });
  assert.equal(await token(), 'Bearer 3');
});

test('a source that fails after a refusal, or at first, is an error', async () => {
  const { state, cache, token } = source();
  state.failing = true;
  await assert.rejects(token(), TypeError);
  state.failing = false;
  await token();
  cache.invalidate();
  state.failing = true;
  await assert.rejects(token(), TypeError);
});
