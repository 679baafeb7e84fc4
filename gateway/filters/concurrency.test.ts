import assert from 'node:assert/strict';
import { request as httpRequest, type RequestListener } from 'node:http';
import { connect } from 'node:net';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { Compiled, CompiledApiService } from '#api/compiled/contract.ts';
import type { CompiledConcurrencyLimit } from '#api/compiled/limit.ts';
import { aRedis } from '#tools/testing/redis.ts';
import type { Gateway } from '../gateway.ts';
import { aGateway, anApi, aTenant } from '../testing/compiled.ts';
import { redisAt } from '../testing/limit-pod.ts';
import { aBackend, aRawBackend, backendAt } from '../testing/test-backend.ts';
import { aRunningGateway, call, codeOf, until } from '../testing/test-gateway.ts';

const path = '/banten/situs/v1';

function atOnce(change: Partial<CompiledConcurrencyLimit> = {}): CompiledConcurrencyLimit {
  return { id: 'total-concurrent', concurrent: 2, by: 'Total', ...change };
}

interface World {
  readonly api?: Partial<CompiledApiService>;
  readonly objects?: readonly Compiled[];
}

/** A backend that answers when it is let, behind a gateway that allows two calls at once. */
async function aWorld({ api = {}, objects = [] }: World = {}) {
  const stack = new AsyncDisposableStack();
  const held: (() => void)[] = [];
  const listener: RequestListener = (_request, response) => held.push(() => response.end('x'));
  const backend = stack.use(await aBackend(listener));
  const anyApi = anApi({ backend: backendAt(backend.url), limits: [atOnce()], ...api });
  const gw = stack.use(await aRunningGateway([aTenant(), anyApi, ...objects]));
  const answerAll = () => {
    for (const answer of held.splice(0)) answer();
  };
  const begin = async () => {
    const before = held.length;
    const answer = call(gw.port, path);
    answer.catch(() => undefined);
    await until(() => held.length > before);
    return { answer };
  };
  return { gw, held, begin, answerAll, api: anyApi, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

/** Waits until it counts in Redis. */
async function sharing(gateway: Gateway): Promise<void> {
  const isUp = async () => {
    gateway.refreshMetrics();
    return (await gateway.metrics.limitStoreUp.get()).values[0]?.value === 1;
  };
  while (!(await isUp())) await delay(10);
}

test('so many calls run at the same time; one more is refused, and the next one runs when one has ended', async () => {
  await using it = await aWorld();
  const [first, second] = [await it.begin(), await it.begin()];
  const refused = await call(it.gw.port, path);
  assert.equal(refused.status, 429);
  assert.equal(codeOf(refused), 'GW_CONCURRENCY_LIMITED');
  assert.equal(refused.headers['retry-after'], '1');
  assert.equal(refused.headers['ratelimit-policy'], '"api.total-concurrent";q=2;qu="concurrent-requests"');
  it.answerAll();
  await Promise.all([first.answer, second.answer]);
  const third = await it.begin();
  it.answerAll();
  assert.equal((await third.answer).status, 200);
});

test('a refused call takes no slot, and none of a window', async () => {
  const limits = [atOnce(), { id: 'total-hour', requests: 3, per: 'Hour' as const, by: 'Total' as const }];
  await using it = await aWorld({ api: { limits } });
  const running = [await it.begin(), await it.begin()];
  for (let i = 0; i < 5; i++) assert.equal((await call(it.gw.port, path)).status, 429);
  it.answerAll();
  await Promise.all(running.map(({ answer }) => answer));
  const third = await it.begin();
  it.answerAll();
  assert.equal((await third.answer).status, 200);
  assert.equal(codeOf(await call(it.gw.port, path)), 'GW_RATE_LIMITED');
  // Refused by the window: its slot came back.
  assert.equal(codeOf(await call(it.gw.port, path)), 'GW_RATE_LIMITED');
  assert.equal(codeOf(await call(it.gw.port, path)), 'GW_RATE_LIMITED');
});

test('each counter has slots of its own', async () => {
  await using it = await aWorld({ api: { limits: [atOnce({ concurrent: 1, by: 'Header', header: 'x-device' })] } });
  const one = call(it.gw.port, path, { headers: { 'x-device': 'a' } });
  const two = call(it.gw.port, path, { headers: { 'x-device': 'b' } });
  await until(() => it.held.length === 2);
  assert.equal((await call(it.gw.port, path, { headers: { 'x-device': 'a' } })).status, 429);
  it.answerAll();
  assert.deepEqual([(await one).status, (await two).status], [200, 200]);
});

test('an edited limit goes on with the calls that are under way', async () => {
  await using it = await aWorld();
  const running = [await it.begin(), await it.begin()];
  it.gw.source.put({ ...it.api, limits: [atOnce({ concurrent: 3 })] });
  running.push(await it.begin());
  assert.equal((await call(it.gw.port, path)).status, 429);
  it.answerAll();
  await Promise.all(running.map(({ answer }) => answer));
});

for (const shared of [false, true]) {
  const where = shared ? 'Redis' : 'memory';
  /** Every way in which a call ends: afterwards both slots are free again. */
  const ends: Readonly<Record<string, (it: Awaited<ReturnType<typeof aWorld>>) => Promise<unknown>>> = {
    'the answer was sent': async (it) => {
      const { answer } = await it.begin();
      it.answerAll();
      await answer;
    },
    'the client is gone': async (it) => {
      const request = httpRequest({ host: '127.0.0.1', port: it.gw.port, path, agent: false });
      request.on('error', () => undefined).end();
      await until(() => it.held.length === 1);
      request.destroy();
      await it.gw.logged(1);
      it.held.length = 0;
    },
    'the backend was too slow': async (it) => {
      assert.equal((await call(it.gw.port, path, { headers: { 'x-slow': '1' } })).status, 504);
      it.held.length = 0;
    },
    'the body is too large': async (it) => {
      const body = Buffer.alloc(3_000_000);
      await call(it.gw.port, path, { method: 'POST', body, headers: { 'transfer-encoding': 'chunked' } }).catch(
        () => undefined,
      );
      await it.gw.logged(1);
      it.held.length = 0;
    },
  };
  for (const [name, end] of Object.entries(ends)) {
    test(`slots in ${where} come back when ${name}`, async () => {
      await using stack = new AsyncDisposableStack();
      const redis = shared ? stack.use(await aRedis()) : null;
      const objects = redis === null ? [] : [aGateway({ redis: redisAt(redis.port) })];
      const it = stack.use(
        await aWorld({ objects, api: { limits: [atOnce({ concurrent: 1 })], maxRequestBytes: 1_000_000 } }),
      );
      if (shared) await sharing(it.gw.gateway);
      if (name.includes('slow')) {
        it.gw.source.put({
          ...it.api,
          backend: { ...it.api.backend, timeoutMs: 200 },
        });
      }
      await end(it);
      if (name.includes('slow')) it.gw.source.put(it.api);
      const { answer } = await it.begin();
      assert.equal((await call(it.gw.port, path)).status, 429);
      it.answerAll();
      assert.equal((await answer).status, 200);
    });
  }
}

test('a client that leaves while Redis is asked for its slot leaves no slot behind', async () => {
  await using redis = await aRedis();
  const gateway = aGateway({ redis: redisAt(redis.port) });
  await using it = await aWorld({ objects: [gateway], api: { limits: [atOnce({ concurrent: 1 })] } });
  await sharing(it.gw.gateway);
  redis.pause();
  const request = httpRequest({ host: '127.0.0.1', port: it.gw.port, path, agent: false });
  request.on('error', () => undefined).end();
  await until(() => it.gw.gateway.metrics.callsInFlight === 1);
  request.destroy();
  await it.gw.logged(1);
  redis.resume();
  const { answer } = await it.begin();
  it.answerAll();
  assert.equal((await answer).status, 200);
});

test('a WebSocket holds its slot until it is closed', async () => {
  const handshake = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n';
  await using backend = await aRawBackend((socket, head) => {
    if (head.includes('websocket')) socket.write(handshake);
    else socket.end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
  });
  const api = anApi({ backend: backendAt(backend.url), limits: [atOnce({ concurrent: 1 })] });
  await using gw = await aRunningGateway([aTenant(), api]);
  const socket = connect(gw.port, '127.0.0.1');
  let said = '';
  socket.on('data', (bytes) => {
    said += bytes;
  });
  socket.write(
    `GET ${path} HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`,
  );
  await until(() => said.includes(' 101 '));
  assert.equal((await call(gw.port, path)).status, 429);
  socket.destroy();
  await until(() => gw.calls.some(({ status }) => status === 101));
  assert.equal((await call(gw.port, path)).status, 200);
});
