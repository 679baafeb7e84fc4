import assert from 'node:assert/strict';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { aGateway, anApi, aTenant } from '../testing/compiled.ts';
import { backendAt } from '../testing/test-backend.ts';
import { TestClock } from '../testing/test-clock.ts';
import { aRunningGateway, call, codeOf, until } from '../testing/test-gateway.ts';
import type { FindAddresses } from './shared-lookup.ts';

const base = '/banten/situs/v1';

/** A server that answers with its own address. */
async function aServerAt(address: string, port = 0) {
  const requests: IncomingMessage[] = [];
  const sockets = new Set<object>();
  const server = createServer((request, response) => {
    requests.push(request);
    setTimeout(() => response.end(address), request.url?.endsWith('slow') ? 300 : 0);
  });
  server.keepAliveTimeout = 60_000;
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(port, address, resolve));
  const close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { port: (server.address() as AddressInfo).port, requests, sockets, [Symbol.asyncDispose]: close };
}

/** Names that the test decides. */
function names(addresses: string[]) {
  const findAddresses: FindAddresses = (_hostname, done) =>
    done(
      null,
      addresses.map((address) => ({ address, family: 4 })),
    );
  return { findAddresses, findTtl: () => undefined };
}

test('a provider whose address changes is served on, and no call is lost', async () => {
  await using old = await aServerAt('127.0.0.2');
  await using next = await aServerAt('127.0.0.3', old.port);
  const addresses = ['127.0.0.2'];
  const clock = new TestClock();
  const api = anApi({ backend: backendAt(`http://backend.example:${old.port}`) });
  await using gw = await aRunningGateway([aTenant(), api], { clock, names: names(addresses) });
  const answers: string[] = [];
  let isOver = false;
  const caller = async () => {
    while (!isOver) {
      const { status, text } = await call(gw.port, base);
      answers.push(status === 200 ? text : `${status} ${text}`);
    }
  };
  const callers = Promise.all([caller(), caller(), caller()]);
  await until(() => answers.length > 20);
  const slow = call(gw.port, `${base}/slow`);
  await until(() => old.requests.some(({ url }) => url?.endsWith('slow') === true));
  addresses[0] = '127.0.0.3';
  clock.advance(3_000);
  await until(() => answers.length > 40);
  assert.equal(next.requests.length, 0, 'the answer of DNS still holds');
  clock.advance(7_000);
  await until(() => answers.at(-1) === '127.0.0.3' && answers.at(-2) === '127.0.0.3');
  isOver = true;
  await callers;
  assert.equal((await slow).text, '127.0.0.2', 'a call under way ends where it began');
  await until(() => old.sockets.size === 0);
  assert.deepEqual(new Set(answers), new Set(['127.0.0.2', '127.0.0.3']));
});

test('all addresses are used, and one that takes no connection costs no call', async () => {
  await using one = await aServerAt('127.0.0.2');
  await using two = await aServerAt('127.0.0.3', one.port);
  // Nobody listens at the third.
  const addresses = ['127.0.0.4', '127.0.0.2', '127.0.0.3'];
  const api = anApi({ backend: backendAt(`http://backend.example:${one.port}`) });
  await using gw = await aRunningGateway([aTenant(), api], { names: names(addresses) });
  const answers = await Promise.all(Array.from({ length: 12 }, () => call(gw.port, `${base}/slow`)));
  assert.ok(answers.every(({ status }) => status === 200));
  assert.ok(one.requests.length > 0 && two.requests.length > 0, `${one.requests.length} ${two.requests.length}`);
});

test('each address is judged: what may not be called is passed over, or refused', async () => {
  await using one = await aServerAt('127.0.0.2');
  await using two = await aServerAt('127.0.0.3', one.port);
  const gateway = aGateway({ backendAccess: { allow: ['127.0.0.3/32'], deny: [] } });
  const addresses = ['127.0.0.2', '127.0.0.3'];
  const api = anApi({ backend: backendAt(`http://backend.example:${one.port}`) });
  const clock = new TestClock();
  await using gw = await aRunningGateway([gateway, aTenant(), api], { clock, names: names(addresses) });
  for (let i = 0; i < 4; i++) assert.equal((await call(gw.port, base)).text, '127.0.0.3');
  assert.equal(one.requests.length, 0);
  addresses.pop();
  clock.advance(10_000);
  await until(() => two.sockets.size === 0);
  assert.equal(codeOf(await call(gw.port, base)), 'GW_BACKEND_ADDRESS_REFUSED');
});
