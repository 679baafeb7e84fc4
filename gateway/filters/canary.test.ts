import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CompiledCanary } from '#api/compiled/contract.ts';
import { anApi, aTenant } from '../testing/compiled.ts';
import { aBackend, backendAt } from '../testing/test-backend.ts';
import { aRunningGateway, call } from '../testing/test-gateway.ts';

const base = '/banten/situs/v1';

async function running(change: Partial<CompiledCanary> = {}, more: object = {}, options: object = {}) {
  const stack = new AsyncDisposableStack();
  const stable = stack.use(await aBackend((_request, response) => response.end('stable')));
  const next = stack.use(
    await aBackend((request, response) => response.end(`canary ${request.headers['x-instansi']}`)),
  );
  const canary: CompiledCanary = {
    version: '2.0.0',
    endpoints: [{ url: next.url, weight: 1 }],
    share: 0.3,
    sticky: { by: 'Header', header: 'x-session' },
    always: { header: 'x-uji', value: 'ya' },
    ...change,
  };
  const headers = { set: { 'x-instansi': '36' }, remove: [] };
  const api = anApi({ backend: backendAt(stable.url, { headers }), canary, ...more });
  const gw = stack.use(await aRunningGateway([aTenant(), api], options));
  return { gw, api, canary, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

async function versions(port: number, sessions: readonly string[]): Promise<string[]> {
  const answers = [];
  for (const session of sessions) answers.push(await call(port, base, { headers: { 'X-Session': session } }));
  return answers.map(({ text }) => text);
}

const sessions = Array.from({ length: 200 }, (_, i) => `sesi-${i}`);

test('a share of the callers gets the other version, the same ones each time, and more as it grows', async () => {
  await using place = await running();
  const { gw, api, canary } = place;
  const first = await versions(gw.port, sessions);
  const chosen = first.filter((text) => text === 'canary 36').length;
  assert.ok(chosen > 40 && chosen < 80, String(chosen));
  assert.deepEqual(await versions(gw.port, sessions), first);
  gw.source.put({ ...api, canary: { ...canary, share: 0.6 } });
  const later = await versions(gw.port, sessions);
  assert.deepEqual(
    first.flatMap((text, i) => (text !== 'stable' && later[i] === 'stable' ? [i] : [])),
    [],
  );
});

test('usage is counted apart for both versions, and as before where there is no canary', async () => {
  await using place = await running({ share: 0 }, {}, { admin: { host: '127.0.0.1', port: 0 } });
  const { gw, api } = place;
  for (const tried of ['ya', 'tidak', 'ya']) await call(gw.port, base, { headers: { 'X-Uji': tried } });
  const { canary: _, ...alone } = api;
  gw.source.put(alone);
  await call(gw.port, base);
  await gw.logged(4);
  const { text } = await call(gw.gateway.adminAddress?.port ?? 0, '/usage');
  const { rows } = JSON.parse(text) as { rows: { version: string; calls: number }[] };
  assert.deepEqual(rows.map(({ version, calls }) => [version, calls]).sort(), [
    ['', 1],
    ['1.0.0', 1],
    ['2.0.0', 2],
  ]);
});

test('answers, log and metrics say which version it was', async () => {
  await using place = await running({ share: 0 });
  const { gw } = place;
  assert.equal((await call(gw.port, base)).headers['simpul-version'], '1.0.0');
  const tried = await call(gw.port, base, { headers: { 'X-Uji': 'ya' } });
  assert.deepEqual([tried.text, tried.headers['simpul-version']], ['canary 36', '2.0.0']);
  assert.equal((await call(gw.port, base, { headers: { 'X-Uji': 'tidak' } })).text, 'stable');
  await gw.logged(3);
  assert.deepEqual(
    gw.calls.map((line) => line['version']),
    ['1.0.0', '2.0.0', '1.0.0'],
  );
  const metrics = await gw.gateway.metrics.registry.metrics();
  assert.match(metrics, /version_calls_total\{api="banten\/situs",version="1.0.0",class="2xx"\} 2/);
  assert.match(metrics, /version_calls_total\{api="banten\/situs",version="2.0.0",class="2xx"\} 1/);
  assert.match(metrics, /version_duration_seconds_count\{api="banten\/situs",version="2.0.0"\} 1/);
});

test('series go with the ApiService', async () => {
  await using place = await running();
  const { gw, api } = place;
  await call(gw.port, base);
  await gw.logged(1);
  gw.source.remove(api);
  assert.doesNotMatch(await gw.gateway.metrics.registry.metrics(), /version="/);
});

test('versions do not share stored answers', async () => {
  const cache = {
    ttlMs: 60_000,
    maxBytes: 1000,
    keyHeaders: [],
    shared: true,
    staleWhileRevalidateMs: 0,
    staleIfErrorMs: 0,
  };
  await using place = await running({ share: 0 }, { cache });
  const { gw } = place;
  const texts = [];
  for (const uji of ['tidak', 'ya', 'tidak', 'ya'])
    texts.push((await call(gw.port, base, { headers: { 'X-Uji': uji } })).text);
  assert.deepEqual(texts, ['stable', 'canary 36', 'stable', 'canary 36']);
});
