import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { test } from 'node:test';
import { anApi, aTenant } from '../testing/compiled.ts';
import { aBackend, aRawBackend, backendAt, type TestBackend } from '../testing/test-backend.ts';
import { aRunningGateway, call, codeOf, until } from '../testing/test-gateway.ts';

const base = '/banten/situs/v1';
const block = randomBytes(64 * 1024);
const blocks = 1024; // 64 MiB

function open(backend: TestBackend, change = {}) {
  return [
    aTenant(),
    anApi({ backend: backendAt(backend.url, { timeoutMs: 60_000 }), maxRequestBytes: 2 ** 30, ...change }),
  ];
}

function* bytes(count: number) {
  for (let i = 0; i < count; i++) yield block;
}

function digestOf(count: number): string {
  const hash = createHash('sha256');
  for (const chunk of bytes(count)) hash.update(chunk);
  return hash.digest('hex');
}

async function digest(stream: AsyncIterable<Buffer>, onChunk: () => void = () => undefined): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of stream) {
    hash.update(chunk);
    onChunk();
  }
  return hash.digest('hex');
}

/** Follows resident memory and gives the most that it grew. */
function memoryWatch(): { readonly sample: () => void; readonly grownMiB: () => number } {
  const before = process.memoryUsage().rss;
  let most = before;
  let samples = 0;
  const sample = () => {
    if (samples++ % 16 === 0) most = Math.max(most, process.memoryUsage().rss);
  };
  return { sample, grownMiB: () => (most - before) / 2 ** 20 };
}

for (const framing of ['length', 'chunks'] as const) {
  test(`64 MiB go up and come down unharmed at flat memory, framed by ${framing}`, async () => {
    const length = { 'Content-Length': String(blocks * block.length) };
    await using backend = await aBackend((request, response) => {
      if (request.method === 'POST') {
        digest(request).then((sum) => response.end(sum));
        return;
      }
      response.writeHead(200, framing === 'length' ? length : {});
      pipeline(Readable.from(bytes(blocks)), response).catch(() => undefined);
    });
    await using gw = await aRunningGateway(open(backend));
    const headers = framing === 'length' ? length : { 'Transfer-Encoding': 'chunked' };
    await download(gw.port, () => undefined); // heap and pools grow to their size
    await upload(gw.port, headers, () => undefined);
    const memory = memoryWatch();
    assert.equal(await download(gw.port, memory.sample), digestOf(blocks));
    assert.equal(await upload(gw.port, headers, memory.sample), digestOf(blocks));
    await gw.logged(4);
    assert.deepEqual(
      gw.calls.slice(2).map(({ bytesIn, bytesOut }) => ({ bytesIn, bytesOut })),
      [
        { bytesIn: 0, bytesOut: blocks * block.length },
        { bytesIn: blocks * block.length, bytesOut: 64 },
      ],
    );
    // Garbage that waits for its collection is in there too; a body that is held would be 64 MiB.
    assert.ok(memory.grownMiB() < 48, `memory grew by ${memory.grownMiB()} MiB (client and backend included)`);
  });
}

async function download(port: number, sample: () => void): Promise<string> {
  const answer = await new Promise<IncomingMessage>((resolve) => {
    httpRequest({ host: '127.0.0.1', port, path: base, agent: false }, resolve).end();
  });
  return digest(answer, sample);
}

async function upload(port: number, headers: Record<string, string>, sample: () => void): Promise<string> {
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path: base, method: 'POST', headers, agent: false };
    const request = httpRequest(options, resolve).on('error', reject);
    pipeline(Readable.from(watched(sample)), request).catch(reject);
  });
  return (await answer.setEncoding('utf8').toArray()).join('');
}

function* watched(sample: () => void) {
  for (const chunk of bytes(blocks)) {
    sample();
    yield chunk;
  }
}

test('a client that reads slowly holds the backend back', async () => {
  let sent = 0;
  await using backend = await aRawBackend((socket) => {
    socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${blocks * block.length}\r\n\r\n`);
    const more = () => {
      while (sent < blocks && !socket.destroyed) {
        sent++;
        if (!socket.write(block)) return;
      }
    };
    socket.on('drain', more);
    more();
  });
  await using gw = await aRunningGateway(open(backend));
  const client = connect(gw.port, '127.0.0.1', () => client.write(`GET ${base} HTTP/1.1\r\nHost: a\r\n\r\n`));
  client.pause();
  let before = -1;
  await until(() => {
    const still = sent > 0 && sent === before;
    before = sent;
    return still;
  });
  assert.ok(sent < blocks / 2, `the backend could send ${sent} of ${blocks} blocks to a client that reads none`);
  let got = 0;
  client.on('data', (chunk) => {
    got += chunk.length;
  });
  client.resume();
  await until(() => got > blocks * block.length);
  client.destroy();
});

test('a backend that reads slowly holds the client back', async () => {
  const held: IncomingMessage[] = [];
  await using backend = await aBackend((request) => {
    request.pause();
    held.push(request);
  });
  await using gw = await aRunningGateway(open(backend));
  let sent = 0;
  const client = connect(gw.port, '127.0.0.1', () => {
    client.write(`POST ${base} HTTP/1.1\r\nHost: a\r\nContent-Length: ${blocks * block.length}\r\n\r\n`);
    const more = () => {
      while (sent < blocks && !client.destroyed) {
        sent++;
        if (!client.write(block)) return;
      }
    };
    client.on('drain', more);
    more();
  });
  client.on('error', () => undefined);
  let before = -1;
  await until(() => {
    const still = held.length > 0 && sent === before;
    before = sent;
    return still;
  });
  assert.ok(sent < blocks / 2, `the client could send ${sent} of ${blocks} blocks to a backend that reads none`);
  client.destroy();
});

test('a client that goes away aborts the call of the backend', async () => {
  let closed = false;
  await using backend = await aBackend((_request, response) => {
    response.on('close', () => {
      closed = true;
    });
  });
  await using gw = await aRunningGateway(open(backend));
  const client = connect(gw.port, '127.0.0.1', () => client.write(`GET ${base} HTTP/1.1\r\nHost: a\r\n\r\n`));
  await until(() => backend.requests.length === 1);
  client.destroy();
  await until(() => closed);
  await gw.logged(1);
  assert.deepEqual([gw.calls[0]?.['status'], gw.calls[0]?.['aborted']], [499, true]);
});

test('a client that goes away in the middle of its body aborts the call of the backend', async () => {
  let aborted = false;
  await using backend = await aBackend((request) => {
    request.on('error', () => {
      aborted = true;
    });
    request.resume();
  });
  await using gw = await aRunningGateway(open(backend));
  const client = connect(gw.port, '127.0.0.1', () => {
    client.write(`POST ${base} HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nhalf`);
  });
  await until(() => backend.requests.length === 1);
  client.destroy();
  await until(() => aborted);
});

test('a body over the limit is refused before the backend is called when it says its length', async () => {
  await using backend = await aBackend((_request, response) => response.end());
  await using gw = await aRunningGateway(open(backend, { maxRequestBytes: 10 }));
  const answer = await call(gw.port, base, { method: 'POST', body: 'x'.repeat(11) });
  assert.deepEqual([answer.status, codeOf(answer)], [413, 'GW_BODY_TOO_LARGE']);
  assert.equal(backend.requests.length, 0);
  assert.equal((await call(gw.port, base, { method: 'POST', body: 'x'.repeat(10) })).status, 200);
});

test('a body over the limit is refused where it passes it when it does not say its length', async () => {
  await using backend = await aBackend((request, response) => {
    request.on('error', () => undefined).resume();
    request.on('end', () => response.end());
  });
  await using gw = await aRunningGateway(open(backend, { maxRequestBytes: 100_000 }));
  const headers = { 'transfer-encoding': 'chunked' };
  const answer = await call(gw.port, base, { method: 'POST', headers, body: 'x'.repeat(200_000) });
  assert.deepEqual([answer.status, codeOf(answer)], [413, 'GW_BODY_TOO_LARGE']);
  assert.equal(answer.headers['connection'], 'close');
});

test('a client that asks first is told to go on only when the backend is called', async () => {
  await using backend = await aBackend((request, response) => {
    request.resume().on('end', () => response.end('taken'));
  });
  await using gw = await aRunningGateway(open(backend, { maxRequestBytes: 10 }));
  const refused = await expecting(gw.port, 11);
  assert.deepEqual([refused.status, refused.continued], [413, false]);
  const taken = await expecting(gw.port, 10);
  assert.deepEqual([taken.status, taken.continued], [200, true]);
  assert.equal(backend.requests[0]?.headers['expect'], undefined);
});

function expecting(port: number, length: number): Promise<{ status: number; continued: boolean }> {
  return new Promise((resolve, reject) => {
    let continued = false;
    const headers = { Expect: '100-continue', 'Content-Length': length };
    const request = httpRequest({ host: '127.0.0.1', port, path: base, method: 'POST', headers, agent: false });
    request.on('continue', () => {
      continued = true;
      request.end('x'.repeat(length));
    });
    request.on('response', (response) => {
      response.resume();
      resolve({ status: response.statusCode ?? 0, continued });
      request.destroy();
    });
    request.on('error', reject);
    request.flushHeaders();
  });
}

test('a backend that answers early is heard although the body is not all sent', async () => {
  await using backend = await aBackend((_request, response) => {
    response.writeHead(409, { Connection: 'close' }).end('enough');
  });
  await using gw = await aRunningGateway(open(backend));
  const answer = await new Promise<number>((resolve, reject) => {
    const headers = { 'Content-Length': '1000000' };
    const request = httpRequest({
      host: '127.0.0.1',
      port: gw.port,
      path: base,
      method: 'POST',
      headers,
      agent: false,
    });
    request.on('response', (response) => resolve(response.statusCode ?? 0)).on('error', reject);
    request.write('some');
  });
  assert.equal(answer, 409);
});
