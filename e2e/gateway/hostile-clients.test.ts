import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { after, afterEach, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { anApi, aTenant } from '#gateway/testing/compiled.ts';
import { aRawClient, type RawClient, sendRaw } from '#gateway/testing/raw-client.ts';
import { aBackend, backendAt } from '#gateway/testing/test-backend.ts';
import { aRunningGateway, call, type TestGateway, until } from '#gateway/testing/test-gateway.ts';

/*
 * Clients that mean harm or are broken. Each gets what the documentation says, and whoever calls meanwhile is served.
 */
const path = '/banten/situs/v1/a';
const headTimeoutMs = 400;

describe('hostile clients', () => {
  const stack = new AsyncDisposableStack();
  let gw: TestGateway;

  before(async () => {
    const backend = stack.use(
      await aBackend((request, response) => {
        let length = 0;
        request
          .on('error', () => undefined)
          .on('data', (chunk: Buffer) => {
            length += chunk.length;
          });
        request.on('end', () => response.end(`${length} bytes`));
      }),
    );
    gw = stack.use(
      await aRunningGateway([aTenant(), anApi({ backend: backendAt(backend.url), maxRequestBytes: 2 ** 24 })], {
        transport: { headTimeoutMs, keepAliveMs: 600, idleTimeoutMs: 400 },
      }),
    );
  });
  after(() => stack.disposeAsync());

  afterEach(async () => {
    assert.equal((await call(gw.port, path)).text, '0 bytes');
  });

  test('five hundred heads that come drop by drop are given up with 408, and a caller between them is served', async () => {
    const clients = Array.from({ length: 500 }, () => aRawClient(gw.port));
    for (const { socket } of clients) socket.write(`GET ${path} HTTP/1.1\r\nHost: a\r\n`);
    const drip = setInterval(() => {
      for (const { socket, isClosed } of clients) if (!isClosed && !socket.destroyed) socket.write('X: y\r\n');
    }, 50);
    const served = await Promise.all(Array.from({ length: 20 }, () => call(gw.port, path)));
    assert.ok(served.every(({ status }) => status === 200));
    await until(() => clients.every((client) => client.text().startsWith('HTTP/1.1 408 ')));
    clearInterval(drip);
    endAll(clients);
  });

  test('connections on which nothing ever comes are closed', async () => {
    const clients = Array.from({ length: 200 }, () => aRawClient(gw.port));
    await until(() => clients.every(({ isClosed }) => isClosed));
    assert.ok(clients.every((client) => client.text() === ''));
  });

  test('bodies that stall: 408', async () => {
    const clients = Array.from({ length: 100 }, () => aRawClient(gw.port));
    for (const { socket } of clients) socket.write(`POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhe`);
    await until(() => clients.every((client) => client.text().startsWith('HTTP/1.1 408 ')));
    endAll(clients);
  });

  test('a head of megabytes: 431, and nobody reads on', async () => {
    assert.match(await sendRaw(gw.port, `GET /${'a'.repeat(2 ** 21)} HTTP/1.1\r\nHost: a\r\n\r\n`), refused(431));
    assert.match(await sendRaw(gw.port, 'a'.repeat(2 ** 21)), /^HTTP\/1\.1 4(?:00|31) /);
  });

  test('a hundred thousand fields: 431', async () => {
    const fields = Array.from({ length: 100_000 }, (_, i) => `X-${i}: y\r\n`).join('');
    assert.match(await sendRaw(gw.port, `GET ${path} HTTP/1.1\r\nHost: a\r\n${fields}\r\n`), refused(431));
  });

  test('101 small fields: 431', async () => {
    const fields = Array.from({ length: 100 }, (_, i) => `X-${i}: y\r\n`).join('');
    const head = `GET ${path} HTTP/1.1\r\nHost: a\r\n${fields}Connection: close\r\n\r\n`;
    assert.match(await sendRaw(gw.port, head), refused(431));
  });

  test('another protocol is refused', async () => {
    const tls = Buffer.from('16030100a5010000a10303', 'hex').toString('latin1') + randomBytes(150).toString('latin1');
    assert.match(await sendRaw(gw.port, `${tls}\r\n\r\n`), refused(400));
    assert.match(await sendRaw(gw.port, 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), /^HTTP\/1\.1 501 /);
    assert.match(await sendRaw(gw.port, 'SSH-2.0-OpenSSH_9.2\r\n\r\n'), refused(400));
  });

  test('noise on three hundred connections is refused or ignored', async () => {
    const clients = Array.from({ length: 300 }, () => aRawClient(gw.port));
    for (const [i, { socket }] of clients.entries()) socket.write(randomBytes(1 + i * 10));
    await until(() => clients.every((client) => client.isClosed || client.text() !== ''));
    for (const client of clients) assert.match(client.text(), /^(?:HTTP\/1\.1 4\d\d |$)/);
    endAll(clients);
  });

  test('a thousand connections that are reset at once', async () => {
    await Promise.all(
      Array.from({ length: 1000 }, (_, i) => resetAfter(gw.port, i % 3 === 0 ? '' : `GET ${path} HTTP/1.1\r\n`)),
    );
  });

  test('a client that closes its side before the answer hears nothing, as the logs say', async () => {
    const before = gw.calls.length;
    const client = aRawClient(gw.port);
    client.socket.end(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`);
    await until(() => client.isClosed && gw.calls.length === before + 1);
    assert.equal(client.text(), '');
    assert.equal(gw.calls.at(-1)?.['aborted'], true);
    assert.equal(gw.calls.at(-1)?.['status'], 499);
  });

  test('a bomb of compressed zeros goes through as the few bytes that it is', async () => {
    const bomb = gzipSync(Buffer.alloc(2 ** 26));
    const answer = await call(gw.port, path, {
      method: 'POST',
      headers: { 'content-encoding': 'gzip', 'content-length': bomb.length },
      body: bomb,
    });
    assert.equal(answer.text, `${bomb.length} bytes`);
  });

  test('a body of a hundred thousand chunks of one byte is counted by its bytes', async () => {
    const chunks = '1\r\na\r\n'.repeat(100_000);
    const head = `POST ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n`;
    assert.match(await sendRaw(gw.port, `${head}${chunks}0\r\n\r\n`), /100000 bytes/);
  });
});

function refused(status: number): RegExp {
  return new RegExp(`^HTTP/1\\.1 ${status} .*\\r\\nConnection: close\\r\\n`, 's');
}

function endAll(clients: readonly RawClient[]): void {
  for (const { socket } of clients) socket.destroy();
}

function resetAfter(port: number, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => {
      if (text !== '') socket.write(text);
      socket.resetAndDestroy();
    });
    socket.on('error', reject).on('close', () => resolve());
  });
}
