import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { anApi, aTenant } from '../testing/compiled.ts';
import { aRawClient } from '../testing/raw-client.ts';
import { aBackend, aRawBackend, backendAt } from '../testing/test-backend.ts';
import { aRunningGateway, call, until } from '../testing/test-gateway.ts';

// All plain connections are read into one buffer (http1/lending-socket.ts): what one has brought must be safe from the next.

const base = '/banten/situs/v1';

test('the beginning of a request that came with the one before is not overwritten by another connection', async () => {
  await using backend = await aBackend((incoming, response) => response.end(`${incoming.url} was asked for`));
  await using gw = await aRunningGateway([aTenant(), anApi({ backend: backendAt(backend.url) })]);
  const client = aRawClient(gw.port);
  const first = `POST ${base}/first HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello`;
  client.socket.write(`${first}GET ${base}/sec`);
  await until(() => client.text().includes('/first was asked for'));
  const other = await call(gw.port, `${base}/${'z'.repeat(1500)}`);
  assert.equal(other.status, 200);
  client.socket.write('ond HTTP/1.1\r\nHost: a\r\n\r\n');
  await until(() => client.text().includes('/second was asked for'));
  client.socket.destroy();
});

test('the beginning of an answer is not overwritten by another connection', async () => {
  const waiting: (() => void)[] = [];
  await using backend = await aRawBackend((socket, head) => {
    if (head.includes('/slow')) {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Ty');
      waiting.push(() => socket.write('pe: text/slow\r\n\r\nslow'));
    } else socket.write(`HTTP/1.1 200 OK\r\nContent-Type: text/${'z'.repeat(1500)}\r\nContent-Length: 4\r\n\r\nfast`);
  });
  await using gw = await aRunningGateway([aTenant(), anApi({ backend: backendAt(backend.url) })]);
  const slow = call(gw.port, `${base}/slow`);
  await until(() => waiting.length === 1);
  assert.equal((await call(gw.port, `${base}/fast`)).text, 'fast');
  waiting[0]?.();
  const { headers, text } = await slow;
  assert.deepEqual([headers['content-type'], text], ['text/slow', 'slow']);
});

test('bodies that go up and down at the same time arrive as they were sent', async () => {
  await using backend = await aBackend((incoming, response) => incoming.pipe(response));
  await using gw = await aRunningGateway([
    aTenant(),
    anApi({ backend: backendAt(backend.url), maxRequestBytes: 2 ** 20 }),
  ]);
  await Promise.all(
    Array.from({ length: 20 }, async (_, i) => {
      const sent = randomBytes(300_000 + i);
      assert.ok(sent.equals(await echoed(gw.port, sent)), `the body of client ${i}`);
    }),
  );
});

async function echoed(port: number, body: Buffer): Promise<Buffer> {
  const headers = { 'Content-Length': body.length };
  const sending = request({ port, host: '127.0.0.1', path: `${base}/`, method: 'POST', headers, agent: false });
  const answer = new Promise<Buffer>((resolve, reject) => {
    sending.on('response', (incoming) => resolve(buffer(incoming))).on('error', reject);
  });
  for (let at = 0; at < body.length; at += 10_000) {
    sending.write(body.subarray(at, at + 10_000));
    await setImmediate();
  }
  sending.end();
  return await answer;
}
