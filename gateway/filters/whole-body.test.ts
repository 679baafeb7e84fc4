import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../clock.ts';
import { aRawClient, sendRaw } from '../testing/raw-client.ts';
import { quietLog, until } from '../testing/test-gateway.ts';
import { HttpListener } from '../transport/http-listener.ts';
import { defaultTransportLimits } from '../transport/limits.ts';
import { Chain } from './chain.ts';
import { readWholeBody } from './whole-body.ts';

const limit = 100_000;

/** Answers with the body that it was sent. */
async function anEcho(transport = {}) {
  const ended: string[] = [];
  const chain = new Chain(
    [
      {
        name: 'body-limit',
        onRequest: async (exchange) => {
          const body = await readWholeBody(exchange, limit);
          assert.equal(exchange.bodyLength, body.length);
          exchange.reply = { status: 200, headers: [], body };
        },
        onEnd: (exchange) => {
          ended.push(`${exchange.status} ${exchange.code}${exchange.clientAborted ? ' aborted' : ''}`);
        },
      },
    ],
    () => assert.fail('nothing is forwarded'),
    (_, error) => assert.fail(String(error)),
  );
  const limits = { ...defaultTransportLimits, ...transport };
  const meter = { countFailedArrival: () => undefined };
  const listener = new HttpListener('http', { chain, clock: systemClock, limits, meter, log: quietLog });
  const { port } = await listener.listen(0, '127.0.0.1');
  const close = async () => {
    listener.destroy();
    await listener.stop();
  };
  return { port, ended, [Symbol.asyncDispose]: close };
}

const post = (framing: string, body: string) =>
  `POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${framing}\r\n\r\n${body}`;

test('a filter sees the whole body, however it is framed', async () => {
  await using echo = await anEcho();
  const large = 'x'.repeat(limit);
  assert.match(await sendRaw(echo.port, post('Content-Length: 5', 'hello')), /\r\n\r\nhello$/);
  assert.ok((await sendRaw(echo.port, post(`Content-Length: ${limit}`, large))).endsWith(`\r\n\r\n${large}`));
  const chunks = '1\r\na\r\n'.repeat(5000);
  const text = await sendRaw(echo.port, post('Transfer-Encoding: chunked', `${chunks}0\r\n\r\n`));
  assert.ok(text.endsWith(`\r\n\r\n${'a'.repeat(5000)}`));
  assert.match(await sendRaw(echo.port, post('Content-Length: 0', '')), /Content-Length: 0\r\n/);
});

test('a body that is too large, broken or too slow is refused once', async () => {
  await using echo = await anEcho({ idleTimeoutMs: 100 });
  const chunked = (body: string) => sendRaw(echo.port, post('Transfer-Encoding: chunked', body));
  assert.match(await chunked(`${(limit + 1).toString(16)}\r\n${'x'.repeat(limit + 1)}`), /^HTTP\/1\.1 413 /);
  assert.match(await chunked('zz\r\n'), /^HTTP\/1\.1 400 /);
  assert.match(await chunked('5\r\nhel'), /^HTTP\/1\.1 408 /);
  assert.deepEqual(echo.ended, ['413 GW_BODY_TOO_LARGE', '400 GW_BAD_REQUEST', '408 GW_REQUEST_TIMEOUT']);
});

test('a client that leaves in the middle ends the call', async () => {
  await using echo = await anEcho();
  const client = aRawClient(echo.port);
  // A socket that is destroyed before it is connected sends nothing.
  await new Promise<unknown>((resolve) => client.socket.write(post('Content-Length: 5', 'he'), resolve));
  client.socket.destroy();
  await until(() => echo.ended.length === 1);
  assert.deepEqual(echo.ended, ['0  aborted']);
});
