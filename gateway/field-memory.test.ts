import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CompiledApiService } from '#api/compiled/contract.ts';
import { aGateway, aKeyManager, anApi, aSubscription, aTenant, hashOf } from './testing/compiled.ts';
import { aRawClient } from './testing/raw-client.ts';
import { aBackend, backendAt, type TestBackend } from './testing/test-backend.ts';
import { aRunningGateway, type TestGateway, until } from './testing/test-gateway.ts';

// A connection keeps what was made of the fields of its last request (field-memory.ts): that must show in no answer.

const base = '/banten/situs/v1';
const other = '/banten/lain/v1';
const key = 'kunci-yang-panjang-dan-rahasia-0123456789ab';
const keyFields = `X-Api-Key: ${key}\r\n`;

/** One connection that asks for one path after the other. */
class OneConnection {
  readonly #client: ReturnType<typeof aRawClient>;
  #answers = 0;

  constructor({ port }: TestGateway) {
    this.#client = aRawClient(port);
  }

  /** Sends `fields`, lines with their ends, and gives the status. */
  async get(target: string, fields = ''): Promise<number> {
    this.#client.socket.write(`GET ${target} HTTP/1.1\r\nHost: a.example\r\n${fields}\r\n`);
    this.#answers++;
    await until(() => this.#statuses().length === this.#answers);
    return this.#statuses().at(-1) ?? 0;
  }

  #statuses(): number[] {
    return [...this.#client.text().matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
  }

  [Symbol.dispose](): void {
    this.#client.socket.destroy();
  }
}

const grants = [{ api: 'banten/situs' }];

interface World {
  readonly backend: TestBackend;
  readonly gw: TestGateway;
  readonly one: OneConnection;
  /** Fields of the last call as the backend got them. */
  seen(): Record<string, unknown>;
}

async function inWorld(change: Partial<CompiledApiService>, work: (world: World) => Promise<void>): Promise<void> {
  await using backend = await aBackend((_request, response) => response.end());
  await using gw = await aRunningGateway([
    aTenant(),
    aTenant({ id: 'tangerang', paths: [] }),
    anApi({ backend: backendAt(backend.url), ...change }),
    anApi({ id: 'banten/lain', basePath: other, backend: backendAt(backend.url) }),
    aSubscription({ credentials: [{ name: 'k', type: 'ApiKey', hash: hashOf(key) }], grants }),
  ]);
  using one = new OneConnection(gw);
  await work({ backend, gw, one, seen: () => ({ ...backend.requests.at(-1)?.headers }) });
}

const byKey = { authentication: { mode: 'Required', keyManagers: [] } } as const;

test('the same fields reach each API as it wants them: a key stops where it is one, and goes on where it is none', async () => {
  await inWorld(byKey, async ({ one, seen }) => {
    for (const [path, expected] of [
      [base, undefined],
      [base, undefined],
      [other, key],
      [other, key],
      [base, undefined],
    ] as const) {
      assert.equal(await one.get(path, keyFields), 200);
      assert.equal(seen()['x-api-key'], expected, path);
    }
  });
});

test('what an API changes about requests holds for the next call of a connection', async () => {
  await inWorld({}, async ({ backend, gw, one, seen }) => {
    const url = backendAt(backend.url);
    for (let i = 0; i < 2; i++) assert.equal(await one.get(base, 'X-A: 1\r\n'), 200);
    assert.deepEqual([seen()['x-a'], seen()['x-added']], ['1', undefined]);
    gw.source.put(anApi({ backend: { ...url, headers: { set: { 'x-added': 'yes' }, remove: ['x-a'] } } }));
    for (let i = 0; i < 3; i++) {
      assert.equal(await one.get(base, 'X-A: 1\r\n'), 200);
      assert.deepEqual([seen()['x-a'], seen()['x-added']], [undefined, 'yes']);
    }
  });
});

test('another header for keys holds for the next call of a connection, and a key that is revoked for the next one too', async () => {
  await inWorld({ authentication: { mode: 'Required', keyManagers: ['simpul-system/keys'] } }, async ({ gw, one }) => {
    gw.source.put(aKeyManager());
    for (let i = 0; i < 2; i++) assert.equal(await one.get(base, keyFields), 200);
    gw.source.put(aKeyManager({ header: 'x-kunci' }));
    for (let i = 0; i < 2; i++) assert.equal(await one.get(base, keyFields), 401);
    gw.source.put(aKeyManager());
    assert.equal(await one.get(base, keyFields), 200);
    gw.source.put(aSubscription({ credentials: [] }));
    assert.equal(await one.get(base, keyFields), 401);
  });
});

test('a field that carries keys no more goes on from the next call of a connection', async () => {
  await inWorld({ authentication: { mode: 'Optional', keyManagers: ['simpul-system/keys'] } }, async (world) => {
    const { gw, one, seen } = world;
    gw.source.put(aKeyManager());
    for (let i = 0; i < 2; i++) assert.equal(await one.get(base, keyFields), 200);
    assert.equal(seen()['x-api-key'], undefined);
    gw.source.put(aKeyManager({ header: 'x-kunci' }));
    for (let i = 0; i < 2; i++) assert.equal(await one.get(base, keyFields), 200);
    assert.equal(seen()['x-api-key'], key);
  });
});

test('a wish for another protocol is passed on in each call', async () => {
  const fields = 'Connection: Upgrade\r\nUpgrade: websocket\r\n';
  await inWorld({}, async ({ one, seen }) => {
    for (let i = 0; i < 3; i++) {
      assert.equal(await one.get(base, fields), 200);
      assert.equal(seen()['upgrade'], 'websocket');
    }
  });
});

test('fields that differ in one character are read anew', async () => {
  await inWorld(byKey, async ({ one, seen }) => {
    assert.equal(await one.get(base, `${keyFields}X-A: 1\r\n`), 200);
    assert.equal(await one.get(base, `${keyFields}X-A: 2\r\n`), 200);
    assert.equal(seen()['x-a'], '2');
    assert.equal(await one.get(base, `X-Api-Key: ${key.slice(0, -1)}c\r\nX-A: 2\r\n`), 401);
    assert.equal(await one.get(base, 'X-A: 2\r\n'), 401);
    assert.equal(await one.get(base, `${keyFields}X-A: 2\r\n`), 200);
  });
});

test('a host in the target wins over the field, whatever the call before said', async () => {
  await inWorld({}, async ({ one, seen }) => {
    for (const [target, host] of [
      [base, 'a.example'],
      [base, 'a.example'],
      [`http://b.example${base}`, 'b.example'],
      [base, 'a.example'],
      [`http://b.example${base}`, 'b.example'],
    ] as const) {
      assert.equal(await one.get(target), 200);
      assert.equal(seen()['x-forwarded-host'], host, target);
    }
  });
});

test('fields that have to be looked at in each call are: Via, traceparent, a proxy that is trusted from now on', async () => {
  await inWorld({}, async ({ gw, one, seen }) => {
    const trace = '0af7651916cd43dd8448eb211c80319c';
    const fields = `Via: 1.0 front\r\nTraceparent: 00-${trace}-b7ad6b7169203331-00\r\nTracestate: a=1\r\nX-Forwarded-For: 203.0.113.7\r\n`;
    for (let i = 0; i < 3; i++) {
      assert.equal(await one.get(base, fields), 200);
      assert.deepEqual(
        [seen()['via'], seen()['tracestate'], seen()['x-forwarded-for']],
        ['1.0 front, 1.1 simpul', 'a=1', '127.0.0.1'],
      );
      assert.equal(String(seen()['traceparent']).slice(3, 35), trace);
    }
    gw.source.put(aGateway({ trustedProxies: ['127.0.0.0/8'] }));
    for (let i = 0; i < 2; i++) {
      assert.equal(await one.get(base, fields), 200);
      assert.equal(seen()['x-forwarded-for'], '203.0.113.7, 127.0.0.1');
    }
    const loop = Array.from({ length: 8 }, () => '1.1 simpul').join(', ');
    for (let i = 0; i < 2; i++) assert.equal(await one.get(base, `Via: ${loop}\r\n`), 508);
  });
});

test('what is logged of a call follows the API that is called and the Subscription that the key belongs to', async () => {
  await inWorld(byKey, async ({ gw, one }) => {
    for (let i = 0; i < 2; i++) await one.get(`${base}/`, keyFields);
    gw.source.put(aSubscription({ credentials: [] }));
    const credentials = [{ name: 'k', type: 'ApiKey', hash: hashOf(key) }] as const;
    gw.source.put(aSubscription({ id: 'tangerang/pajak', application: 'tangerang/pajak', credentials, grants }));
    await one.get(`${base}/`, keyFields);
    for (let i = 0; i < 2; i++) await one.get(`${other}/`);
    gw.source.put(anApi({ id: 'banten/lain', basePath: other, version: '2.0.0' }));
    await one.get(`${other}/`);
    await gw.logged(6);
    assert.deepEqual(
      gw.calls.map(({ subscription, api, version }) => `${subscription} ${api} ${version}`),
      [
        'tangerang/perizinan banten/situs 1.0.0',
        'tangerang/perizinan banten/situs 1.0.0',
        'tangerang/pajak banten/situs 1.0.0',
        'undefined banten/lain 1.0.0',
        'undefined banten/lain 1.0.0',
        'undefined banten/lain 2.0.0',
      ],
    );
  });
});

test('each call is logged and counted for who made it', async () => {
  await inWorld({ authentication: { mode: 'Optional', keyManagers: [] } }, async ({ gw, one }) => {
    await one.get(`${base}/`, keyFields);
    await one.get(`${base}/`, keyFields);
    await one.get(`${other}/`, keyFields);
    await one.get(`${base}/`);
    await gw.logged(4);
    assert.deepEqual(
      gw.calls.map(({ api, application, host }) => [api, application, host]),
      [
        ['banten/situs', 'tangerang/perizinan', 'a.example'],
        ['banten/situs', 'tangerang/perizinan', 'a.example'],
        ['banten/lain', undefined, 'a.example'],
        ['banten/situs', undefined, 'a.example'],
      ],
    );
    const ids = new Set(gw.calls.map(({ requestId }) => requestId));
    assert.equal(ids.size, 4);
  });
});
