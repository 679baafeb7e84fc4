import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { RequestListener, ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { aGateway, anApi, aTenant } from '../testing/compiled.ts';
import { aRawClient } from '../testing/raw-client.ts';
import { aBackend, backendAt } from '../testing/test-backend.ts';
import { aRunningGateway, until } from '../testing/test-gateway.ts';

const request = 'GET /banten/situs/v1 HTTP/1.1\r\nHost: a\r\n\r\n';

async function aWorld(drainDelayMs: number, answer: RequestListener = (_incoming, response) => response.end('ok')) {
  await using stack = new AsyncDisposableStack();
  const backend = stack.use(await aBackend(answer));
  const objects = [aGateway({ drainDelayMs }), aTenant(), anApi({ backend: backendAt(backend.url) })];
  const gw = stack.use(await aRunningGateway(objects, { drainTimeoutMs: 20_000 }));
  const owned = stack.move();
  return { gw, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

async function untilRefused(port: number): Promise<void> {
  const attempt = (): Promise<boolean> =>
    new Promise((resolve) => {
      const socket: Socket = connect({ port, host: '127.0.0.1' }, () => resolve(false));
      socket.on('error', () => resolve(true)).on('connect', () => socket.destroy());
    });
  while (!(await attempt()));
}

test('kept connections without a call close with the port, however many', async () => {
  await using world = await aWorld(0);
  const clients = Array.from({ length: 200 }, () => aRawClient(world.gw.port));
  for (const { socket } of clients) socket.write(request);
  await until(() => clients.every((client) => client.text().endsWith('ok')));
  const began = performance.now();
  await world.gw.gateway.shutdown();
  assert.ok(performance.now() - began < 5000, 'nobody is waited for');
  await until(() => clients.every(({ isClosed }) => isClosed));
});

test('a connection that came while draining is served after the port has closed, and no longer waited for than a second', async () => {
  await using world = await aWorld(300);
  const { port } = world.gw;
  const ended = world.gw.gateway.shutdown();
  const [late, silent] = [aRawClient(port), aRawClient(port)];
  await Promise.all([late, silent].map(({ socket }) => once(socket, 'connect')));
  await untilRefused(port);
  late.socket.write(request);
  await until(() => late.isClosed);
  assert.match(late.text(), /^HTTP\/1\.1 200 [\s\S]*\r\nConnection: close\r\n[\s\S]*ok$/);
  const began = performance.now();
  await ended;
  assert.ok(performance.now() - began < 5000, 'nobody is waited for');
  await until(() => silent.isClosed);
});

/** A client that has half of its first answer; the backend sends the rest when it is told. */
async function aHalfAnswer(drainDelayMs: number) {
  let first: ServerResponse | undefined;
  const answer: RequestListener = (_incoming, response) => {
    if (first !== undefined) {
      response.end('ok');
      return;
    }
    first = response;
    first.write('half');
  };
  await using stack = new AsyncDisposableStack();
  const world = stack.use(await aWorld(drainDelayMs, answer));
  const client = aRawClient(world.gw.port);
  client.socket.write(request);
  await until(() => client.text().includes('half'));
  const owned = stack.move();
  const finish = () => first?.end(' whole');
  return { gw: world.gw, client, finish, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

test('a connection whose answer has begun before the drain takes one call more: nobody told the client that it would not', async () => {
  await using world = await aHalfAnswer(60_000);
  const { client, finish } = world;
  const hurry = new AbortController();
  const ended = world.gw.gateway.shutdown(hurry.signal);
  finish();
  await until(() => client.text().endsWith('\r\n0\r\n\r\n'));
  assert.doesNotMatch(client.text(), /Connection: close/);
  client.socket.write(request);
  await until(() => client.isClosed);
  assert.match(client.text(), /0\r\n\r\nHTTP\/1\.1 200 [\s\S]*\r\nConnection: close\r\n[\s\S]*ok$/);
  hurry.abort();
  await ended;
});

test('an answer that outlasts the drain is finished, and is the last of its connection', async () => {
  await using world = await aHalfAnswer(0);
  const { client, finish } = world;
  const ended = world.gw.gateway.shutdown();
  await delay(100); // by then it has stopped to listen; to ask for that would be a connection more
  finish();
  await until(() => client.isClosed);
  assert.match(client.text(), / whole\r\n0\r\n\r\n$/);
  const began = performance.now();
  await ended;
  assert.ok(performance.now() - began < 5000, 'nobody is waited for');
});
