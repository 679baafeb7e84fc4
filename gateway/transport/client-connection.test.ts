import assert from 'node:assert/strict';
import { test } from 'node:test';
import { anApi, aTenant } from '../testing/compiled.ts';
import { aRawClient, sendRaw } from '../testing/raw-client.ts';
import { aBackend, aRawBackend, backendAt, type TestBackend } from '../testing/test-backend.ts';
import { aRunningGateway, until } from '../testing/test-gateway.ts';

const base = '/banten/situs/v1';
const get = (path: string, fields = '') => `GET ${base}${path} HTTP/1.1\r\nHost: a\r\n${fields}\r\n`;

/** Answers with what it was asked; `/slow` a little later. */
function anEcho(): Promise<TestBackend> {
  return aBackend((request, response) => {
    let body = '';
    request.setEncoding('latin1').on('data', (text) => {
      body += text;
    });
    request
      .on('error', () => undefined)
      .on('end', () => {
        const answer = () => response.end(`<${request.method} ${request.url} ${body}>`);
        if (request.url === '/slow') setTimeout(answer, 50);
        else answer();
      });
  });
}

function open(backend: TestBackend, change = {}) {
  return [aTenant(), anApi({ backend: backendAt(backend.url), ...change })];
}

/** The bodies that an echo sent, in the order in which they came back. */
function echoes(text: string): string[] {
  return [...text.matchAll(/<([^>]*)>/g)].map(([, echo = '']) => echo);
}

test('pipelined requests are answered in their order, the slow first', async () => {
  await using backend = await anEcho();
  await using gw = await aRunningGateway(open(backend));
  const text = await sendRaw(
    gw.port,
    get('/slow') + get('/nowhere/../x') + get('/a') + get('/b', 'Connection: close\r\n'),
  );
  assert.deepEqual(text.match(/HTTP\/1\.1 \d+/g), ['HTTP/1.1 200', 'HTTP/1.1 400', 'HTTP/1.1 200', 'HTTP/1.1 200']);
  assert.deepEqual(echoes(text), ['GET /slow ', 'GET /a ', 'GET /b ']);
});

test('bodies of every framing follow each other on one connection, one byte at a time', async () => {
  await using backend = await anEcho();
  await using gw = await aRunningGateway(open(backend));
  const post = (fields: string, body: string) => `POST ${base}/p HTTP/1.1\r\nHost: a\r\n${fields}\r\n${body}`;
  const requests = [
    post('Content-Length: 5\r\n', 'hello'),
    post('Transfer-Encoding: chunked\r\n', '3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nX-Sum: 1\r\n\r\n'),
    post('Content-Length: 0\r\n', ''),
    get('/end', 'Connection: close\r\n'),
  ];
  const client = aRawClient(gw.port);
  for (const character of requests.join('')) {
    client.socket.write(character, 'latin1');
    await new Promise(setImmediate);
  }
  await until(() => client.isClosed);
  assert.deepEqual(echoes(client.text()), ['POST /p hello', 'POST /p abcde', 'POST /p ', 'GET /end ']);
  assert.equal(backend.requests[1]?.headers['x-sum'], undefined);
});

test('HTTP/1.0 gets one answer, whose body ends with the connection', async () => {
  await using backend = await anEcho();
  await using gw = await aRunningGateway(open(backend));
  const text = await sendRaw(gw.port, `GET ${base}/old HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n`);
  assert.match(text, /^HTTP\/1\.1 200 OK\r\n/);
  assert.match(text, /\r\nConnection: close\r\n/);
  assert.doesNotMatch(text, /transfer-encoding/i);
  assert.match(text, /\r\n\r\n<GET \/old >$/);
});

test('HEAD keeps the connection to the client and to the backend', async () => {
  const ports = new Set<number | undefined>();
  await using backend = await aBackend((request, response) => {
    ports.add(request.socket.remotePort);
    response.end('hello');
  });
  await using gw = await aRunningGateway(open(backend));
  const head = get('/h').replace('GET', 'HEAD');
  const text = await sendRaw(gw.port, head + head + get('/h', 'Connection: close\r\n'));
  assert.equal(text.match(/HTTP\/1\.1 200/g)?.length, 3);
  assert.equal(text.match(/hello/g)?.length, 1);
  assert.equal(ports.size, 1);
});

test('what is no request is refused, logged and counted like every other refusal', async () => {
  await using backend = await anEcho();
  await using gw = await aRunningGateway(open(backend));
  const text = await sendRaw(gw.port, 'GET / HTTP/1.1\r\nHost : a\r\n\r\n');
  assert.match(text, /^HTTP\/1\.1 400 /);
  assert.match(text, /a space stands before a colon/);
  await gw.logged(1);
  const { status, code, fault, client } = gw.calls[0] ?? {};
  assert.deepEqual([status, code, fault, client], [400, 'GW_BAD_REQUEST', 'consumer', '127.0.0.1']);
  assert.match(
    await gw.gateway.metrics.registry.metrics(),
    /simpul_gateway_calls_total\{api="",plan="",class="4xx"\} 1/,
  );
});

const noRequests: readonly [name: string, bytes: string, status: number][] = [
  ['TLS on a plain port', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 400],
  ['HTTP/2 on a plain port', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 501],
  ['lines that end with LF alone', 'GET / HTTP/1.1\nHost: a\n\n', 400],
  ['HTTP/2 in words', 'GET / HTTP/2.0\r\nHost: a\r\n\r\n', 505],
  ['a method that nobody knows', 'BREW / HTTP/1.1\r\nHost: a\r\n\r\n', 501],
];

for (const [name, bytes, status] of noRequests) {
  test(`answered at once, and the connection ends: ${name}`, async () => {
    await using gw = await aRunningGateway([aTenant()]);
    const began = performance.now();
    assert.match(await sendRaw(gw.port, bytes), new RegExp(`^HTTP/1\\.1 ${status} `));
    assert.ok(performance.now() - began < 5000);
  });
}

test('a small body that nobody wanted does not cost the connection', async () => {
  await using backend = await anEcho();
  await using gw = await aRunningGateway(open(backend));
  const refused = `POST /nowhere HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello`;
  const text = await sendRaw(gw.port, refused + get('/next', 'Connection: close\r\n'));
  assert.deepEqual(text.match(/HTTP\/1\.1 \d+/g), ['HTTP/1.1 404', 'HTTP/1.1 200']);
});

test('chunks that are none: the call is refused, and the backend never sees its end', async () => {
  await using backend = await anEcho();
  await using gw = await aRunningGateway(open(backend));
  const client = aRawClient(gw.port);
  client.socket.write(`POST ${base} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n`);
  await until(() => backend.requests.length === 1);
  client.socket.write(`XYZ\r\n${get('/smuggled')}`);
  await until(() => client.isClosed);
  assert.deepEqual(client.text().match(/HTTP\/1\.1 \d+/g), ['HTTP/1.1 400']);
  assert.deepEqual(
    backend.requests.map(({ url, complete }) => [url, complete]),
    [['/', false]],
  );
});

test('a head that comes drop by drop is given up in time, however lively it is', async () => {
  await using gw = await aRunningGateway([aTenant()], { transport: { headTimeoutMs: 300 } });
  const client = aRawClient(gw.port);
  const began = performance.now();
  client.socket.write('GET / HTTP/1.1\r\nHost: a\r\n');
  const drops = setInterval(() => client.socket.write('X: 1\r\n'), 20);
  await until(() => client.text().startsWith('HTTP/1.1 408 '));
  clearInterval(drops);
  assert.ok(performance.now() - began < 2000);
  await until(() => client.isClosed);
});

test('half an answer never looks whole to a client that reads until the end', async () => {
  await using backend = await aRawBackend((socket) => {
    socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n');
  });
  await using gw = await aRunningGateway(open(backend), { drainTimeoutMs: 100 });
  const cut = sendRaw(gw.port, `GET ${base} HTTP/1.0\r\nHost: a\r\n\r\n`);
  await until(() => gw.gateway.metrics.callsInFlight === 1);
  await Promise.all([assert.rejects(cut, { code: 'ECONNRESET' }), gw.gateway.shutdown()]);
});

test('a client that does not read is given up, whatever it sends', async () => {
  await using backend = await aBackend((_request, response) => response.end(Buffer.alloc(32 * 1024 * 1024)));
  await using gw = await aRunningGateway(open(backend), { transport: { idleTimeoutMs: 200 } });
  const client = aRawClient(gw.port);
  client.socket.write(get('/x'));
  client.socket.pause();
  const drops = setInterval(() => client.socket.write('G'), 20);
  await gw.logged(1);
  clearInterval(drops);
});

test('a Host field that is empty hides no other', async () => {
  await using gw = await aRunningGateway([aTenant()]);
  for (const fields of ['Host:\r\nHost: a', 'Host: a\r\nHost:', 'Host:']) {
    assert.match(await sendRaw(gw.port, `GET / HTTP/1.1\r\n${fields}\r\nConnection: close\r\n\r\n`), /GW_BAD_HOST/);
  }
  assert.match(await sendRaw(gw.port, 'GET http://a/ HTTP/1.1\r\nConnection: close\r\n\r\n'), /GW_BAD_HOST/);
});

test('two thousand requests in one write are all answered', async () => {
  await using backend = await anEcho();
  await using gw = await aRunningGateway(open(backend));
  const text = await sendRaw(gw.port, get('/x').repeat(1999) + get('/last', 'Connection: close\r\n'));
  assert.equal(text.match(/HTTP\/1\.1 200/g)?.length, 2000);
});
