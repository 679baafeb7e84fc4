import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
} from 'node:http2';
import { connect as connectTcp } from 'node:net';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import type { GatewayOptions } from '../gateway.ts';
import { anAuthority } from '../testing/authority.ts';
import { aGateway, anApi, aTenant } from '../testing/compiled.ts';
import { aRawClient, sendRaw } from '../testing/raw-client.ts';
import { aBackend, aRawBackend, backendAt, type TestBackend } from '../testing/test-backend.ts';
import { aRunningGateway, until } from '../testing/test-gateway.ts';

const base = '/banten/situs/v1';
const plainListener = { name: 'http', protocol: 'HTTP', port: 8080, http2: true, proxyProtocol: false } as const;

function open(backend: Pick<TestBackend, 'url'>, options: Partial<GatewayOptions> = {}, api = {}) {
  const objects = [
    aGateway({ listeners: [plainListener] }),
    aTenant(),
    anApi({ backend: backendAt(backend.url), ...api }),
  ];
  return aRunningGateway(objects, options);
}

/** A connection that knows beforehand that HTTP/2 is spoken. */
function dial(port: number): ClientHttp2Session & Disposable {
  const session = connect(`http://127.0.0.1:${port}`).on('error', () => undefined);
  return Object.assign(session, { [Symbol.dispose]: () => session.destroy() });
}

interface Answer {
  readonly headers: IncomingHttpHeaders & { ':status'?: number | undefined };
  readonly text: string;
  readonly code: number;
}

function answerOf(stream: ClientHttp2Stream): Promise<Answer> {
  return new Promise((resolve) => {
    let headers: Answer['headers'] = {};
    let text = '';
    stream.setEncoding('latin1').on('data', (piece) => {
      text += piece;
    });
    stream.on('response', (said) => {
      headers = said;
    });
    stream.on('error', () => undefined).on('close', () => resolve({ headers, text, code: stream.rstCode ?? -1 }));
  });
}

function get(session: ClientHttp2Session, path = '', more: OutgoingHttpHeaders = {}): Promise<Answer> {
  return answerOf(session.request({ ':path': `${base}${path}`, ...more }));
}

test('calls of one connection run side by side, through the same filters, with one log', async () => {
  await using backend = await aBackend((request, response) => {
    const answer = () => response.setHeader('Set-Cookie', ['a=1', 'b=2']).end(`<${request.url}>`);
    if (request.url === '/slow') setTimeout(answer, 100);
    else answer();
  });
  await using gw = await open(backend);
  using session = dial(gw.port);
  const order: string[] = [];
  const answers = await Promise.all(
    ['/slow', '/fast?q=1', '/../x'].map(async (path) => {
      const answer = await get(session, path, { cookie: ['x=1', 'y=2'], te: 'trailers', 'grpc-timeout': '1S' });
      order.push(path);
      return answer;
    }),
  );
  assert.deepEqual(
    answers.map(({ headers }) => headers[':status']),
    [200, 200, 400],
  );
  assert.equal(order.at(-1), '/slow');
  assert.equal(answers[1]?.text, '</fast?q=1>');
  assert.deepEqual(answers[1]?.headers['set-cookie'], ['a=1', 'b=2']);
  const seen = backend.requests.find(({ url }) => url === '/slow')?.headers;
  assert.equal(seen?.cookie, 'x=1; y=2');
  assert.equal(seen?.['grpc-timeout'], '1S');
  assert.equal(seen?.via, '2.0 simpul');
  assert.equal(seen?.['x-forwarded-host'], `127.0.0.1:${gw.port}`);
  await gw.logged(3);
  assert.deepEqual(gw.calls.map(({ status }) => status).sort(), [200, 200, 400]);
});

test('bodies go both ways, whole, however large', async () => {
  await using backend = await aBackend((request, response) => void request.pipe(response));
  const api = { maxRequestBytes: 64 * 1024 * 1024, backend: backendAt(backend.url, { timeoutMs: 60_000 }) };
  await using gw = await open(backend, {}, api);
  using session = dial(gw.port);
  const pieces = Array.from({ length: 128 }, (_, i) => Buffer.alloc(65_536, i));
  const stream = session.request({ ':path': base, ':method': 'POST' });
  const got = createHash('sha256');
  stream.on('data', (piece: Buffer) => got.update(piece));
  Readable.from(pieces).pipe(stream);
  await once(stream, 'close');
  const sent = createHash('sha256');
  for (const piece of pieces) sent.update(piece);
  assert.equal(got.digest('hex'), sent.digest('hex'));
  await gw.logged(1);
  assert.deepEqual([gw.calls[0]?.['bytesIn'], gw.calls[0]?.['bytesOut']], [128 * 65_536, 128 * 65_536]);
});

test('a body of a stated length goes on with its length, and 100-continue is answered', async () => {
  await using backend = await aBackend((request, response) => {
    request.resume().on('end', () => response.end(String(request.headers['content-length'])));
  });
  await using gw = await open(backend);
  using session = dial(gw.port);
  const stream = session.request({ ':path': base, ':method': 'POST', 'content-length': 5, expect: '100-continue' });
  const answer = answerOf(stream);
  await once(stream, 'continue');
  stream.end('hello');
  assert.equal((await answer).text, '5');
});

test('a body that is too large is refused, and the client may stop sending', async () => {
  await using backend = await aBackend((request) => void request.resume());
  await using gw = await open(backend, {}, { maxRequestBytes: 1000 });
  using session = dial(gw.port);
  const stated = session.request({ ':path': base, ':method': 'POST', 'content-length': 1001 });
  const unstated = session.request({ ':path': base, ':method': 'POST' });
  const answers = [answerOf(stated), answerOf(unstated)];
  unstated.write('x'.repeat(2000));
  for (const { headers, code } of await Promise.all(answers)) assert.deepEqual([headers[':status'], code], [413, 0]);
  assert.equal((await get(session, '/../x')).headers[':status'], 400);
});

test('HEAD, 204, 304 and lengths', async () => {
  await using backend = await aBackend((request, response) => {
    const status = Number(request.url?.slice(1) || 200);
    response.writeHead(status, status === 200 ? { 'Content-Length': 5 } : {}).end(status === 200 ? 'hello' : '');
  });
  await using gw = await open(backend);
  using session = dial(gw.port);
  const head = await get(session, '', { ':method': 'HEAD' });
  assert.deepEqual([head.headers['content-length'], head.text], ['5', '']);
  assert.equal((await get(session, '')).text, 'hello');
  for (const status of [204, 304]) {
    const { headers, text } = await get(session, `/${status}`);
    assert.deepEqual([headers[':status'], text], [status, '']);
  }
});

test('an event arrives before the answer ends', async () => {
  let finish: () => void = () => undefined;
  await using backend = await aBackend((_request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' }).write('data: 1\n\n');
    finish = () => response.end('data: 2\n\n');
  });
  await using gw = await open(backend);
  using session = dial(gw.port);
  const stream = session.request({ ':path': base });
  const [piece] = (await once(stream, 'data')) as [Buffer];
  assert.equal(piece.toString(), 'data: 1\n\n');
  const raw = aRawClient(gw.port);
  raw.socket.write(`GET ${base} HTTP/1.1\r\nHost: a\r\n\r\n`);
  const first = finish;
  await until(() => raw.text().includes('data: 1\n\n'));
  assert.ok(!raw.text().includes('data: 2'));
  finish();
  await until(() => raw.text().includes('data: 2\n\n'));
  first();
  const [last] = (await once(stream, 'data')) as [Buffer];
  assert.equal(last.toString(), 'data: 2\n\n');
  raw.socket.destroy();
});

test('half an answer is a stream that was reset', async () => {
  await using backend = await aRawBackend((socket) => {
    socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n', () => socket.resetAndDestroy());
  });
  await using gw = await open(backend);
  using session = dial(gw.port);
  const { code } = await get(session);
  assert.equal(code, constants.NGHTTP2_INTERNAL_ERROR);
  assert.equal((await get(session, '/../x')).headers[':status'], 400);
  await gw.logged(2);
  assert.equal(gw.calls[0]?.['aborted'], undefined);
});

test('an answer that HTTP/2 cannot carry ends its stream and nothing else', async () => {
  await using backend = await aRawBackend((socket, head) => {
    const status = head.includes('/odd') ? 999 : 200;
    socket.end(
      `HTTP/1.1 ${status} x\r\nHTTP2-Settings: a\r\nTE: gzip\r\nServer: a\r\nServer: b\r\nETag: c\r\nETag: d\r\nContent-Length: 2\r\n\r\nok`,
    );
  });
  await using gw = await open(backend);
  using session = dial(gw.port);
  const { headers, text } = await get(session);
  assert.deepEqual([headers[':status'], headers['server'], headers['etag'], text], [200, 'a, b', 'c, d', 'ok']);
  const odd = await get(session, '/odd');
  assert.notEqual(odd.headers[':status'], 200);
  assert.equal((await get(session)).text, 'ok');
});

test('a client that gives a call up frees the backend', async () => {
  let isClosed = false;
  await using backend = await aBackend((request) => {
    request.socket.on('close', () => {
      isClosed = true;
    });
  });
  await using gw = await open(backend);
  using session = dial(gw.port);
  const stream = session.request({ ':path': base });
  await until(() => backend.requests.length === 1);
  stream.close(constants.NGHTTP2_CANCEL);
  await until(() => isClosed);
  await gw.logged(1);
  assert.deepEqual([gw.calls[0]?.['status'], gw.calls[0]?.['aborted']], [499, true]);
});

test('deadlines and silence', async () => {
  await using backend = await aBackend((request) => void request.resume());
  const api = { backend: backendAt(backend.url, { timeoutMs: 300 }) };
  await using gw = await open(backend, { transport: { idleTimeoutMs: 100 } }, api);
  using session = dial(gw.port);
  assert.equal((await get(session)).headers[':status'], 504);
  const silent = session.request({ ':path': base, ':method': 'POST' });
  const answer = answerOf(silent);
  silent.write('x');
  assert.equal((await answer).headers[':status'], 408);
});

test('a client that does not read is given up', async () => {
  await using backend = await aBackend((_request, response) => response.end(Buffer.alloc(32 * 1024 * 1024)));
  await using gw = await open(backend, { transport: { idleTimeoutMs: 200 } });
  using session = dial(gw.port);
  session.request({ ':path': base }).on('error', () => undefined);
  await gw.logged(1);
  assert.equal(gw.calls[0]?.['aborted'], true);
});

test('a connection without a call is closed in time', async () => {
  await using backend = await aBackend((_request, response) => response.end());
  await using gw = await open(backend, { transport: { keepAliveMs: 200 } });
  using session = dial(gw.port);
  const goaway = once(session, 'goaway');
  await get(session);
  assert.equal((await goaway)[0], constants.NGHTTP2_NO_ERROR);
  await until(() => session.destroyed);
});

test('draining: no new calls here, those under way end', async () => {
  await using backend = await aBackend((_request, response) => setTimeout(() => response.end('done'), 300));
  await using gw = await open(backend);
  using session = dial(gw.port);
  const answer = get(session);
  await until(() => backend.requests.length === 1);
  const goaway = once(session, 'goaway');
  const ended = gw.gateway.shutdown();
  await goaway;
  assert.equal((await answer).text, 'done');
  await ended;
});

test('draining is told at once, while new connections are still taken', async () => {
  await using backend = await aBackend((_request, response) => response.end('hello'));
  await using gw = await aRunningGateway([
    aGateway({ listeners: [plainListener], drainDelayMs: 60_000 }),
    ...[aTenant(), anApi({ backend: backendAt(backend.url) })],
  ]);
  using session = dial(gw.port);
  await get(session);
  const goaway = once(session, 'goaway');
  const hurry = new AbortController();
  const ended = gw.gateway.shutdown(hurry.signal);
  assert.equal((await goaway)[0], constants.NGHTTP2_NO_ERROR);
  using late = dial(gw.port);
  assert.equal((await get(late)).text, 'hello');
  hurry.abort();
  await ended;
});

test('HTTP/1.1 is spoken beside it', async () => {
  await using backend = await aBackend((_request, response) => response.end('hello'));
  await using gw = await open(backend);
  const text = await sendRaw(gw.port, `GET ${base} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
  assert.match(text, /^HTTP\/1\.1 200 [\s\S]*hello$/);
});

test('by ALPN over TLS, and not where the listener does not want it', async () => {
  await using authority = await anAuthority();
  const certificate = await authority.issue('localhost');
  const tls = { certificates: [certificate], minVersion: 'TLSv1.2' } as const;
  const listener = (http2: boolean) => ({ ...plainListener, protocol: 'HTTPS', tls, http2 }) as const;
  await using backend = await aBackend((_request, response) => response.end('hello'));
  const api = anApi({ backend: backendAt(backend.url) });
  await using gw = await aRunningGateway([aGateway({ listeners: [listener(true)] }), aTenant(), api]);
  const session = connect(`https://localhost:${gw.port}`, { ca: authority.ca });
  assert.equal((await get(session)).text, 'hello');
  assert.equal(session.alpnProtocol, 'h2');
  assert.equal(backend.requests[0]?.headers['x-forwarded-proto'], 'https');
  session.destroy();
  gw.source.put(aGateway({ listeners: [listener(false)] }));
  const refused = connect(`https://localhost:${gw.port}`, { ca: authority.ca });
  const [error] = (await once(refused, 'error').catch((cause: unknown) => [cause])) as [Error];
  assert.match(String(error), /no.application.protocol/i);
});

/** Frames by hand. */
function frame(type: number, flags: number, stream: number, payload: Buffer = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

const preface = Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), frame(4, 0, 0)]);
/** GET http / by the static table, `:authority` a literal. */
const smallHead = Buffer.from([0x82, 0x86, 0x84, 0x41, 0x01, 0x61]);

const floods: readonly [name: string, frames: (n: number) => Buffer][] = [
  [
    'streams that are reset at once (CVE-2023-44487)',
    (n) => Buffer.concat([frame(1, 5, 2 * n + 1, smallHead), frame(3, 0, 2 * n + 1, Buffer.from([0, 0, 0, 8]))]),
  ],
  ['CONTINUATION without end (CVE-2024-28182)', (n) => (n === 0 ? frame(1, 1, 1, smallHead) : frame(9, 0, 1))],
  ['settings (CVE-2019-9515)', () => frame(4, 0, 0)],
  ['pings (CVE-2019-9512)', () => frame(6, 0, 0, Buffer.alloc(8))],
  ['empty frames (CVE-2019-9518)', (n) => (n === 0 ? frame(1, 4, 1, smallHead) : frame(0, 0, 1))],
];
for (const [name, frames] of floods) {
  test(`a flood ends its connection: ${name}`, async () => {
    await using backend = await aBackend((_request, response) => response.end('hello'));
    await using gw = await open(backend);
    const socket = connectTcp(gw.port, '127.0.0.1').on('error', () => undefined);
    // It does not read: what it makes us say adds up.
    socket.pause();
    let isClosed = false;
    socket.on('close', () => {
      isClosed = true;
    });
    socket.write(preface);
    for (let n = 0; n < 20_000 && !isClosed; n++) {
      if (!socket.write(frames(n)))
        await Promise.race([once(socket, 'drain'), once(socket, 'close')]).catch(() => undefined);
      if (n % 500 === 0) socket.resume();
    }
    await until(() => isClosed);
    using session = dial(gw.port);
    assert.equal((await get(session)).text, 'hello');
  });
}

test('a field section that is too long is refused', async () => {
  await using backend = await aBackend((_request, response) => response.end('hello'));
  await using gw = await open(backend);
  using session = dial(gw.port);
  const { headers } = await get(session, '', { 'x-long': 'x'.repeat(20_000) });
  assert.notEqual(headers[':status'], 200);
  assert.equal(backend.requests.length, 0);
});
