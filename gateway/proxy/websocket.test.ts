import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { WebSocket, WebSocketServer } from 'ws';
import { anApi, aSubscription, aTenant, hashOf } from '../testing/compiled.ts';
import { aRawClient, sendRaw } from '../testing/raw-client.ts';
import { aBackend, aRawBackend, backendAt } from '../testing/test-backend.ts';
import { aRunningGateway, call, until } from '../testing/test-gateway.ts';

const base = '/banten/situs/v1';

/** A real WebSocket server that sends back what it gets. */
async function aWebSocketBackend() {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  const seen: { url: string | undefined; key: unknown }[] = [];
  server.on('connection', (socket, request) => {
    seen.push({ url: request.url, key: request.headers['x-api-key'] });
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const close = () => {
    for (const client of server.clients) client.terminate();
    server.close();
  };
  return { ...{ server, seen, url: `http://127.0.0.1:${port}` }, [Symbol.dispose]: close };
}

const handshake = `GET ${base} HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n\r\n`;

test('messages go both ways, small and large, text and binary', async () => {
  using backend = await aWebSocketBackend();
  await using gw = await aRunningGateway([aTenant(), anApi({ backend: backendAt(backend.url) })]);
  const client = new WebSocket(`ws://127.0.0.1:${gw.port}${base}/feed?x=1`);
  await once(client, 'open');
  for (const message of ['halo', Buffer.alloc(1_000_000, 7)]) {
    client.send(message);
    const [data, isBinary] = await once(client, 'message');
    assert.deepEqual(isBinary ? data : String(data), message);
  }
  client.close(1000);
  await once(client, 'close');
  await gw.logged(1);
  const { status, aborted, bytesIn, bytesOut } = gw.calls[0] ?? {};
  assert.deepEqual([status, aborted], [101, undefined]);
  assert.ok(Number(bytesIn) > 1_000_000 && Number(bytesOut) > 1_000_000);
  assert.equal(backend.seen[0]?.url, '/feed?x=1');
});

test('a handshake without a key is refused, and the key goes no further', async () => {
  using backend = await aWebSocketBackend();
  const credentials = [{ name: 'utama', type: 'ApiKey', hash: hashOf('rahasia') }] as const;
  const grants = [{ api: 'banten/situs' }];
  await using gw = await aRunningGateway([
    aTenant(),
    aTenant({ id: 'tangerang' }),
    anApi({ backend: backendAt(backend.url), authentication: { mode: 'Required', keyManagers: [] } }),
    aSubscription({ credentials, grants }),
  ]);
  assert.match(await sendRaw(gw.port, handshake.replace('keep-alive', 'close')), /^HTTP\/1\.1 401 /);
  const client = new WebSocket(`ws://127.0.0.1:${gw.port}${base}`, { headers: { 'x-api-key': 'rahasia' } });
  await once(client, 'open');
  client.close();
  await once(client, 'close');
  assert.deepEqual(backend.seen, [{ url: '/', key: undefined }]);
});

test('the timeout of a call does not end an open connection; the end of the backend does', async () => {
  using backend = await aWebSocketBackend();
  await using gw = await aRunningGateway([aTenant(), anApi({ backend: backendAt(backend.url, { timeoutMs: 200 }) })]);
  const client = new WebSocket(`ws://127.0.0.1:${gw.port}${base}`);
  await once(client, 'open');
  await new Promise((resolve) => {
    setTimeout(resolve, 500);
  });
  client.send('still here');
  assert.equal(String((await once(client, 'message'))[0]), 'still here');
  for (const peer of backend.server.clients) peer.close(4000, 'enough');
  const [code, reason] = await once(client, 'close');
  assert.deepEqual([code, String(reason)], [4000, 'enough']);
});

test('silence on both sides ends it', async () => {
  using backend = await aWebSocketBackend();
  await using gw = await aRunningGateway([aTenant(), anApi({ backend: backendAt(backend.url) })], {
    transport: { tunnelIdleMs: 300, idleTimeoutMs: 100 },
  });
  const client = new WebSocket(`ws://127.0.0.1:${gw.port}${base}`);
  await once(client, 'open');
  await once(client, 'close');
  await until(() => backend.server.clients.size === 0);
});

test('a backend that stops reading ends it too', async () => {
  await using backend = await aRawBackend((socket) => {
    socket.pause();
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
  });
  await using gw = await aRunningGateway([aTenant(), anApi({ backend: backendAt(backend.url) })], {
    transport: { tunnelIdleMs: 300 },
  });
  const client = aRawClient(gw.port);
  client.socket.write(handshake);
  await until(() => client.text().includes(' 101 '));
  client.socket.write(Buffer.alloc(64 * 1024 * 1024));
  await until(() => client.isClosed);
});

test('open connections are in nobody’s way', async () => {
  using backend = await aWebSocketBackend();
  await using gw = await aRunningGateway([aTenant(), anApi({ backend: backendAt(backend.url, { timeoutMs: 3000 }) })]);
  const clients = Array.from({ length: 1030 }, () => aRawClient(gw.port));
  const upgrade = `${handshake.slice(0, -2)}Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${'A'.repeat(22)}==\r\n\r\n`;
  for (const client of clients) client.socket.write(upgrade);
  await until(() => clients.every((client) => client.text().includes(' 101 ')));
  assert.notEqual((await call(gw.port, base)).status, 504);
  for (const client of clients) client.socket.destroy();
});

test('a backend that says no is heard, and the connection goes on with HTTP', async () => {
  await using backend = await aBackend((_request, response) => response.writeHead(403).end('no'));
  backend.server.on('upgrade', (_request, socket) => {
    socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno');
  });
  await using gw = await aRunningGateway([aTenant(), anApi({ backend: backendAt(backend.url) })]);
  const next = `GET ${base} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`;
  assert.deepEqual((await sendRaw(gw.port, handshake + next)).match(/HTTP\/1\.1 \d+/g), [
    'HTTP/1.1 403',
    'HTTP/1.1 403',
  ]);
});

const badAnswers: readonly [name: string, request: string, answer: string][] = [
  [
    'to another protocol',
    handshake,
    'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: other\r\n\r\n',
  ],
  [
    'without being asked',
    `GET ${base} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`,
    'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
  ],
];

for (const [name, request, answer] of badAnswers) {
  test(`a backend that changes the protocol ${name}: 502`, async () => {
    await using backend = await aRawBackend((socket) => socket.write(answer));
    await using gw = await aRunningGateway([aTenant(), anApi({ backend: backendAt(backend.url) })]);
    const text = await sendRaw(gw.port, request.replace('keep-alive', 'close'));
    assert.match(text, /^HTTP\/1\.1 502 /);
    assert.match(text, /GW_BACKEND_PROTOCOL/);
  });
}
