import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, test } from 'node:test';
import { coreKinds } from '#api/kinds.ts';
import { ApiServerStore, type CallReport } from './api-server-store.ts';
import { Transport } from './transport.ts';
import type { TransportOptions } from './transport-limits.ts';

// What a real API server cannot be made to say on demand, from a fake HTTP server on a real socket.
const servers: Server[] = [];
const stores: ApiServerStore[] = [];
afterEach(async () => {
  await Promise.all(stores.splice(0).map((store) => store.close()));
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

type Answer = (request: IncomingMessage, response: ServerResponse, call: number) => void;

interface Fake {
  readonly store: ApiServerStore;
  readonly requests: IncomingMessage[];
  readonly reports: CallReport[];
}

async function fake(answer: Answer, transport: TransportOptions = {}, prefix = ''): Promise<Fake> {
  const requests: IncomingMessage[] = [];
  const reports: CallReport[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    answer(request, response, requests.length);
  }).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  let token = 0;
  const connection = {
    server: `http://127.0.0.1:${(server.address() as AddressInfo).port}${prefix}`,
    namespace: 'default',
    credentials: async () => ({ authorization: `Bearer token-${token}`, tls }),
    invalidate: () => {
      token += 1;
    },
  };
  const store = new ApiServerStore(new Transport(connection, transport), {
    random: () => 0,
    onCall: (report) => reports.push(report),
  });
  stores.push(store);
  return { store, requests, reports };
}
const tls = {};

const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'a', namespace: 'n' } };
const key = { namespace: 'n', name: 'a' };

function json(response: ServerResponse, status: number, body: object, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

const failure = (reason: string, code: number) => ({ kind: 'Status', reason, code, message: reason });

test('fake: a read that is turned away with Retry-After is tried again, no sooner', async () => {
  const { store, requests, reports } = await fake((_request, response, call) => {
    if (call < 3) json(response, call === 1 ? 429 : 503, failure('TooManyRequests', 429), { 'retry-after': '1' });
    else json(response, 200, secret);
  });
  const started = performance.now();
  assert.equal((await store.get(coreKinds.Secret, key))?.metadata.name, 'a');
  assert.ok(performance.now() - started >= 1_990);
  assert.equal(requests.length, 3);
  assert.deepEqual(
    reports.map(({ verb, outcome }) => [verb, outcome]),
    [['get', 'OK']],
  );
});

test('fake: a write that is turned away is not tried again, and says how long to wait', async () => {
  const { store, requests } = await fake((_request, response) => {
    json(response, 429, failure('TooManyRequests', 429), { 'retry-after': '7' });
  });
  await assert.rejects(store.apply(secret, { fieldManager: 'x' }), {
    code: 'STORE_TooManyRequests',
    retryAfterMs: 7_000,
  });
  assert.equal(requests.length, 1);
});

test('fake: a write whose connection breaks is not tried again', async () => {
  const { store, requests } = await fake((_request, response) => response.destroy());
  await assert.rejects(store.apply(secret, { fieldManager: 'x' }), { code: 'STORE_Unreachable' });
  assert.equal(requests.length, 1);
});

test('fake: 401 is tried once with fresh credentials, also for a write', async () => {
  const { store, requests } = await fake((request, response) => {
    if (request.headers.authorization === 'Bearer token-1') json(response, 200, secret);
    else json(response, 401, failure('Unauthorized', 401));
  });
  await store.apply(secret, { fieldManager: 'x' });
  assert.equal(requests.length, 2);
});

test('fake: 401 that stays is an error', async () => {
  const { store, requests } = await fake((_request, response) => json(response, 401, failure('Unauthorized', 401)));
  await assert.rejects(store.get(coreKinds.Secret, key), { code: 'STORE_Unauthorized' });
  assert.equal(requests.length, 2);
});

test('fake: a call that is not answered ends at its deadline', async () => {
  const { store } = await fake(() => undefined, { callTimeoutMs: 100 });
  await assert.rejects(store.get(coreKinds.Secret, key), { code: 'STORE_Timeout' });
});

test('fake: an answer that stops half-way ends at the deadline', async () => {
  const { store } = await fake((_request, response) => response.writeHead(200).write('{"kind":'), {
    callTimeoutMs: 100,
  });
  await assert.rejects(store.get(coreKinds.Secret, key), { code: 'STORE_Timeout' });
});

test('fake: an aborted call ends as Aborted', async () => {
  const { store } = await fake(() => undefined);
  const controller = new AbortController();
  const call = store.get(coreKinds.Secret, key, { signal: controller.signal });
  controller.abort();
  await assert.rejects(call, { code: 'STORE_Aborted' });
});

test('fake: an answer that is not JSON is Unreachable: something else answered', async () => {
  const { store } = await fake((_request, response) => response.end('<html>welcome</html>'));
  await assert.rejects(store.get(coreKinds.Secret, key), { code: 'STORE_Unreachable' });
});

test('fake: nobody listens', async () => {
  const { store } = await fake(() => undefined);
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
  await assert.rejects(store.get(coreKinds.Secret, key), { code: 'STORE_Unreachable' });
});

test('fake: a path prefix of the server is kept, for calls and for watches', async () => {
  const { store, requests } = await fake((_request, response) => json(response, 200, secret), {}, '/k8s/clusters/x');
  await store.get(coreKinds.Secret, key);
  await watch(store).catch(() => undefined);
  assert.ok(requests.every((request) => request.url?.startsWith('/k8s/clusters/x/api/v1/')));
});

const event = (type: string, resourceVersion: string, name = 'ä€😀') =>
  JSON.stringify({ type, object: { ...secret, metadata: { name, resourceVersion, managedFields: [{}] } } });

async function watch(store: ApiServerStore): Promise<string[]> {
  const seen: string[] = [];
  for await (const got of store.watch(coreKinds.Secret, { namespace: 'n', resourceVersion: '1' })) {
    seen.push(got.type === 'BOOKMARK' ? `BOOKMARK ${got.resourceVersion}` : `${got.type} ${got.object.metadata.name}`);
    if (got.type !== 'BOOKMARK') assert.ok(!('managedFields' in got.object.metadata));
  }
  return seen;
}

test('fake: events that come byte by byte are read whole', async () => {
  const { store, requests } = await fake(async (_request, response) => {
    const bytes = Buffer.from(`${event('ADDED', '2')}\n${event('BOOKMARK', '9')}\n`);
    for (const byte of bytes) {
      response.write(Buffer.of(byte));
      await new Promise(setImmediate);
    }
    response.end();
  });
  assert.deepEqual(await watch(store), ['ADDED ä€😀', 'BOOKMARK 9']);
  const query = new URL(requests[0]?.url ?? '', 'http://x').searchParams;
  assert.equal(query.get('allowWatchBookmarks'), 'true');
  assert.equal(query.get('resourceVersion'), '1');
  assert.equal(query.get('timeoutSeconds'), '240');
});

const expired = { kind: 'Status', code: 410, reason: 'Expired', message: 'too old resource version: 1 (5)' };
const streams: [name: string, body: string, code: string][] = [
  ['410 by event', JSON.stringify({ type: 'ERROR', object: expired }), 'STORE_Expired'],
  ['500 by event', JSON.stringify({ type: 'ERROR', object: failure('InternalError', 500) }), 'STORE_InternalError'],
  ['a line that is not JSON', 'nonsense', 'STORE_InternalError'],
  ['a line that is no event', '{"hello":"world"}', 'STORE_InternalError'],
  ['an event of unknown type', event('RENAMED', '2'), 'STORE_InternalError'],
];
for (const [name, line, code] of streams) {
  test(`fake: watch: ${name}`, async () => {
    const { store } = await fake((_request, response) => response.end(`${line}\n`));
    await assert.rejects(watch(store), { code });
  });
}

test('fake: watch: 410 by HTTP', async () => {
  const { store } = await fake((_request, response) => json(response, 410, expired));
  await assert.rejects(watch(store), { code: 'STORE_Expired', status: 410 });
});

test('fake: watch: a stream that ends within a line is Unreachable, after the events before it', async () => {
  const { store } = await fake((_request, response) => response.end(`${event('ADDED', '2')}\n{"type":"MOD`));
  const seen: string[] = [];
  await assert.rejects(
    async () => {
      for await (const got of store.watch(coreKinds.Secret, { resourceVersion: '1' })) seen.push(got.type);
    },
    { code: 'STORE_Unreachable' },
  );
  assert.deepEqual(seen, ['ADDED']);
});

test('fake: watch: a connection that is reset is Unreachable', async () => {
  const { store } = await fake((_request, response) => {
    response.write(`${event('ADDED', '2')}\n`, () => setImmediate(() => response.destroy()));
  });
  await assert.rejects(watch(store), { code: 'STORE_Unreachable' });
});

test('fake: watches over HTTP/1.1 do not wait for each other', async () => {
  const { store } = await fake((_request, response) => response.writeHead(200).write(`${event('ADDED', '2')}\n`));
  const controller = new AbortController();
  const options = { resourceVersion: '1', signal: controller.signal };
  const watches = Array.from({ length: 20 }, () => store.watch(coreKinds.Secret, options)[Symbol.asyncIterator]());
  const first = await Promise.all(watches.map((open) => open.next()));
  assert.ok(first.every((result) => result.value?.type === 'ADDED'));
  controller.abort();
  await Promise.allSettled(watches.map((open) => open.next()));
});

test('fake: Secrets are listed in JSON by a server that knows no protobuf', async () => {
  const { store, requests } = await fake((_request, response) =>
    json(response, 200, { metadata: { resourceVersion: '5' }, items: [{ metadata: { name: 'a' } }] }),
  );
  const page = await store.list(coreKinds.Secret);
  assert.deepEqual(page.items, [{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'a' } }]);
  assert.equal(requests[0]?.headers.accept, 'application/vnd.kubernetes.protobuf, application/json');
});

test('fake: protobuf that is none is an answer that is not complete', async () => {
  const { store } = await fake((_request, response) =>
    response.writeHead(200, { 'content-type': 'application/vnd.kubernetes.protobuf' }).end('k8s\0nonsense'),
  );
  await assert.rejects(store.list(coreKinds.Secret), { code: 'STORE_Unreachable' });
});
