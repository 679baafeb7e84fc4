import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CompiledFaultInjection } from '#api/compiled/contract.ts';
import { anApi, aSubscription, aTenant, hashOf } from '../testing/compiled.ts';
import { sendRaw } from '../testing/raw-client.ts';
import { aBackend, backendAt } from '../testing/test-backend.ts';
import { TestClock } from '../testing/test-clock.ts';
import { aRunningGateway, call, codeOf } from '../testing/test-gateway.ts';

const base = '/banten/situs/v1';
const inAnHour = () => Date.now() + 3_600_000;

async function running(change: Partial<CompiledFaultInjection>, more: object = {}, options: object = {}) {
  const stack = new AsyncDisposableStack();
  const backend = stack.use(await aBackend((_request, response) => response.end('ok')));
  const faultInjection = { until: inAnHour(), share: 1, delayMs: 0, subscriptions: [], ...change };
  const key = 'k'.repeat(40);
  const credentials = [{ name: 'utama', type: 'ApiKey', hash: hashOf(key) } as const];
  const subscription = aSubscription({ tenant: 'banten', credentials, grants: [{ api: 'banten/situs' }] });
  const api = anApi({ backend: backendAt(backend.url), faultInjection, ...more });
  const gw = stack.use(await aRunningGateway([aTenant(), api, subscription], options));
  return { gw, backend, key, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

test('calls are refused with the status of the drill, and the log says so', async () => {
  await using place = await running({ status: 429 });
  const { gw, backend } = place;
  const answer = await call(gw.port, base);
  assert.deepEqual([answer.status, codeOf(answer)], [429, 'GW_FAULT_INJECTED']);
  assert.equal((JSON.parse(answer.text) as { status: number }).status, 429);
  assert.match(answer.text, /This is a drill/);
  await gw.logged(1);
  assert.deepEqual([gw.calls[0]?.['drill'], gw.calls[0]?.['code']], ['abort', 'GW_FAULT_INJECTED']);
  assert.equal(backend.requests.length, 0);
  assert.match(
    await gw.gateway.metrics.registry.metrics(),
    /injected_faults_total\{api="banten\/situs",kind="abort"\} 1/,
  );
});

test('calls are held up and then go on', async () => {
  await using place = await running({ delayMs: 80 });
  const { gw } = place;
  assert.equal((await call(gw.port, base)).text, 'ok');
  await gw.logged(1);
  assert.equal(gw.calls[0]?.['drill'], 'delay');
  assert.ok(Number(gw.calls[0]?.['totalMs']) >= 75, String(gw.calls[0]?.['totalMs']));
});

test('calls that were held up make room for others', async () => {
  await using place = await running({ delayMs: 1 });
  const { gw } = place;
  const get = (more = '') => `GET ${base} HTTP/1.1\r\nHost: a\r\n${more}\r\n`;
  const text = await sendRaw(gw.port, get().repeat(1000) + get('Connection: close\r\n'));
  assert.equal(text.match(/HTTP\/1\.1 200/g)?.length, 1001);
  await gw.logged(1001);
  assert.equal(gw.calls.at(-1)?.['drill'], 'delay');
});

test('it ends by itself', async () => {
  const clock = new TestClock();
  await using place = await running({ status: 503, until: clock.now() + 1000 }, {}, { clock });
  const { gw } = place;
  assert.equal((await call(gw.port, base)).status, 503);
  clock.advance(1000);
  assert.equal((await call(gw.port, base)).text, 'ok');
});

test('only those who are named, by Subscription and by header field', async () => {
  const authentication = { mode: 'Optional', keyManagers: [] } as const;
  const header = { name: 'x-latihan', value: '1' };
  await using place = await running(
    { status: 503, subscriptions: ['tangerang/perizinan'], header },
    { authentication },
  );
  const { gw, key } = place;
  const named = { 'X-API-Key': key, 'X-Latihan': '1' };
  assert.equal((await call(gw.port, base, { headers: named })).status, 503);
  assert.equal((await call(gw.port, base, { headers: { 'X-API-Key': key } })).status, 200);
  assert.equal((await call(gw.port, base, { headers: { 'X-Latihan': '1' } })).status, 200);
});

test('nobody, where the share is nothing', async () => {
  await using place = await running({ status: 503, share: 0 });
  assert.equal((await call(place.gw.port, base)).status, 200);
});
