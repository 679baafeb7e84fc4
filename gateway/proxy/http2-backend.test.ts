import assert from 'node:assert/strict';
import { once } from 'node:events';
import {
  constants,
  createSecureServer,
  createServer,
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import { connect, createServer as createTcpServer } from 'node:net';
import { after, before, test } from 'node:test';
import type { CompiledBackend } from '#api/compiled/contract.ts';
import type { GatewayOptions } from '../gateway.ts';
import { anAuthority, type TestAuthority } from '../testing/authority.ts';
import { anApi, aTenant } from '../testing/compiled.ts';
import { aBackend, backendAt } from '../testing/test-backend.ts';
import { TestClock } from '../testing/test-clock.ts';
import { aRunningGateway, call, codeOf, until } from '../testing/test-gateway.ts';
import type { FindAddresses } from './shared-lookup.ts';

const base = '/banten/situs/v1';
let authority: TestAuthority;
before(async () => {
  authority = await anAuthority('simpul-test');
});
after(async () => {
  await authority?.[Symbol.asyncDispose]();
});

type OnStream = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => void;

interface Place {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
}

const anyPlace: Place = { host: '127.0.0.1', port: 0 };

/** A real HTTP/2 backend, on a free port of 127.0.0.1 unless it is to be elsewhere. */
async function aHttp2Backend(onStream: OnStream, server: Http2Server = createServer(), at: Place = anyPlace) {
  const sessions = new Set<ServerHttp2Session>();
  let opened = 0;
  server.on('session', (session) => {
    opened++;
    sessions.add(session);
    session.on('close', () => sessions.delete(session)).on('error', () => undefined);
  });
  server.on('stream', (stream: ServerHttp2Stream, headers) =>
    onStream(
      stream.on('error', () => undefined),
      headers,
    ),
  );
  server.listen(at.port, at.host);
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    port,
    sessions,
    get opened() {
      return opened;
    },
    [Symbol.asyncDispose]: async () => {
      for (const session of sessions) session.destroy();
      server.close();
    },
  };
}

function serve(port: number, change: Partial<CompiledBackend> = {}, options: Partial<GatewayOptions> = {}) {
  const backend = backendAt(`http://127.0.0.1:${port}/situs`, { protocol: 'HTTP2', ...change });
  return aRunningGateway([aTenant(), anApi({ backend })], options);
}

test('callers of HTTP/1.1 get what a backend of HTTP/2 answers', async () => {
  await using backend = await aHttp2Backend((stream, headers) => {
    stream.respond({ ':status': 201, 'set-cookie': ['a=1', 'b=2'], 'x-got': JSON.stringify(headers) });
    stream.pipe(stream);
  });
  await using gw = await serve(backend.port);
  const body = 'x'.repeat(300_000);
  const chunked = { 'transfer-encoding': 'chunked', 'x-debug': 'ya', connection: 'x-mine', 'x-mine': '1' };
  const answer = await call(gw.port, `${base}/a?b`, { method: 'POST', headers: chunked, body });
  assert.deepEqual([answer.status, answer.text.length], [201, 300_000]);
  assert.deepEqual(answer.headers['set-cookie'], ['a=1', 'b=2']);
  const got = JSON.parse(String(answer.headers['x-got'])) as Record<string, unknown>;
  assert.deepEqual(
    [got[':method'], got[':path'], got[':scheme'], got[':authority'], got['te'], got['x-debug'], got['via']],
    ['POST', '/situs/a?b', 'http', `127.0.0.1:${backend.port}`, 'trailers', 'ya', '1.1 simpul'],
  );
  for (const name of ['connection', 'x-mine', 'host', 'transfer-encoding']) assert.equal(got[name], undefined, name);
  const head = await call(gw.port, base, { method: 'HEAD' });
  assert.deepEqual([head.status, head.text], [201, '']);
});

test('many calls share a connection; more than a backend takes at once wait their turn', async () => {
  let running = 0;
  let most = 0;
  const server = createServer({ settings: { maxConcurrentStreams: 3 } });
  await using backend = await aHttp2Backend((stream) => {
    most = Math.max(most, ++running);
    setTimeout(() => {
      running--;
      stream.respond({ ':status': 200 });
      stream.end('ok');
    }, 20);
  }, server);
  await using gw = await serve(backend.port, { maxConnections: 1 });
  const answers = await Promise.all(Array.from({ length: 20 }, () => call(gw.port, base)));
  assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
  assert.deepEqual([most, backend.opened], [3, 1]);
});

test('beyond what connections take only so many calls wait, and one more is refused', async () => {
  const held: ServerHttp2Stream[] = [];
  const server = createServer({ settings: { maxConcurrentStreams: 1 } });
  await using backend = await aHttp2Backend((stream) => held.push(stream), server);
  await using gw = await serve(backend.port, { maxConnections: 1, maxPendingRequests: 1 });
  const first = call(gw.port, base);
  await until(() => held.length === 1);
  const second = call(gw.port, base);
  await until(() => gw.gateway.metrics.callsInFlight === 2);
  assert.equal(codeOf(await call(gw.port, base)), 'GW_BACKEND_OVERLOADED');
  for (const [i, answer] of [first, second].entries()) {
    await until(() => held.length === i + 1);
    held[i]?.respond({ ':status': 200 }, { endStream: true });
    assert.equal((await answer).status, 200);
  }
});

test('what a backend refuses unseen is sent again, with its body, whatever its method', async () => {
  let refused = 0;
  await using backend = await aHttp2Backend((stream) => {
    let text = '';
    stream.setEncoding('utf8').on('data', (piece) => {
      text += piece;
      if (refused < 2) {
        refused++;
        stream.close(constants.NGHTTP2_REFUSED_STREAM);
      }
    });
    stream.on('end', () => {
      if (stream.closed) return;
      stream.respond({ ':status': 200 });
      stream.end(text);
    });
  });
  await using gw = await serve(backend.port);
  const headers = { 'transfer-encoding': 'chunked' };
  const answer = await call(gw.port, base, { method: 'POST', headers, body: 'setor 100' });
  assert.deepEqual([answer.status, answer.text, refused], [200, 'setor 100', 2]);
});

test('what a backend may have seen is not sent again', async () => {
  let calls = 0;
  await using backend = await aHttp2Backend((stream) => {
    calls++;
    stream.resume().on('end', () => stream.close(constants.NGHTTP2_INTERNAL_ERROR));
  });
  await using gw = await serve(backend.port);
  const answer = await call(gw.port, base, { method: 'POST', body: 'setor 100' });
  assert.deepEqual([answer.status, codeOf(answer), calls], [502, 'GW_BACKEND_BROKE_OFF', 1]);
});

const brokenOff: readonly [name: string, breakOff: OnStream][] = [
  ['the stream is reset', (stream) => stream.close(constants.NGHTTP2_INTERNAL_ERROR)],
  ['the stream is reset as if nothing was wrong', (stream) => stream.close(constants.NGHTTP2_NO_ERROR)],
  ['the connection is cut', (stream) => stream.session?.socket.destroy()],
];
for (const [name, breakOff] of brokenOff) {
  test(`half an answer never looks whole: ${name}`, async () => {
    await using backend = await aHttp2Backend((stream, headers) => {
      stream.respond({ ':status': 200, 'content-length': 10 });
      stream.write('12345');
      setTimeout(() => breakOff(stream, headers), 50);
    });
    await using gw = await serve(backend.port);
    await assert.rejects(call(gw.port, base), { code: 'ECONNRESET' });
  });
}

test('a backend that speaks HTTP/1.1 alone is told apart, plain and over TLS', async () => {
  await using plain = await aBackend((_request, response) => response.end());
  await using first = await serve(plain.port);
  const answer = await call(first.port, base);
  assert.deepEqual([answer.status, codeOf(answer)], [502, 'GW_BACKEND_PROTOCOL']);
  const { certificate, privateKey } = await authority.issue('old', { names: 'IP:127.0.0.1' });
  const { createServer: createHttps } = await import('node:https');
  const secure = createHttps({ cert: certificate, key: privateKey }, (_request, response) => response.end());
  secure.listen(0, '127.0.0.1');
  await once(secure, 'listening');
  const { port } = secure.address() as { port: number };
  const tls = { ca: authority.ca, minVersion: 'TLSv1.2' } as const;
  await using second = await serve(0, { endpoints: [{ url: `https://127.0.0.1:${port}`, weight: 1 }], tls });
  const refused = await call(second.port, base);
  secure.close();
  assert.deepEqual([refused.status, codeOf(refused)], [502, 'GW_BACKEND_PROTOCOL']);
  assert.match(refused.text, /ALPN/);
});

test('HTTP/2 over TLS is chosen by ALPN', async () => {
  const { certificate, privateKey } = await authority.issue('new', { names: 'IP:127.0.0.1' });
  const server = createSecureServer({ cert: certificate, key: privateKey });
  await using backend = await aHttp2Backend((stream, headers) => {
    stream.respond({ ':status': 200 });
    stream.end(headers[':scheme']);
  }, server);
  const tls = { ca: authority.ca, minVersion: 'TLSv1.2' } as const;
  await using gw = await serve(0, { endpoints: [{ url: `https://127.0.0.1:${backend.port}`, weight: 1 }], tls });
  assert.equal((await call(gw.port, base)).text, 'https');
});

test('a backend that takes connections and says nothing is given up in the time to connect', async () => {
  const silent = createTcpServer((socket) => socket.on('error', () => undefined).resume());
  silent.listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const { port } = silent.address() as { port: number };
  await using gw = await serve(port, { connectTimeoutMs: 200 });
  const answer = await call(gw.port, base);
  silent.close();
  assert.deepEqual([answer.status, codeOf(answer)], [504, 'GW_BACKEND_CONNECT_TIMEOUT']);
});

test('a connection that has died without a word is found out, and the next call gets another', async () => {
  const clock = new TestClock();
  await using backend = await aHttp2Backend((stream, headers) => {
    if (headers[':path'] === '/situs/hang') return;
    stream.respond({ ':status': 200 });
    stream.end('ok');
  });
  // What comes from the backend stops on the connections of now, but no end of them is told.
  let frozen = 0;
  let connections = 0;
  const relay = createTcpServer((client) => {
    const target = connect(backend.port, '127.0.0.1');
    client.on('error', () => undefined).pipe(target.on('error', () => undefined));
    const number = ++connections;
    target.on('data', (piece) => number <= frozen || client.write(piece));
  });
  relay.listen(0, '127.0.0.1');
  await once(relay, 'listening');
  const { port } = relay.address() as { port: number };
  await using gw = await serve(port, { timeoutMs: 60_000 }, { clock });
  assert.equal((await call(gw.port, base)).text, 'ok');
  frozen = connections;
  const hanging = call(gw.port, `${base}/hang`, { method: 'POST' });
  let settled = '';
  hanging.then(
    (answer) => {
      settled = String(codeOf(answer));
    },
    () => undefined,
  );
  await until(() => {
    clock.advance(1000);
    return settled !== '';
  });
  assert.equal(settled, 'GW_BACKEND_BROKE_OFF');
  assert.equal((await call(gw.port, base)).text, 'ok');
  for (const session of backend.sessions) session.destroy();
  relay.close();
});

test('calls are spread over all addresses of a name, and leave those that it has no more', async () => {
  const held: (() => void)[] = [];
  const answers: OnStream = (stream, headers) => {
    const answer = () => {
      stream.respond({ ':status': 200 });
      stream.end(stream.session?.socket.localAddress);
    };
    if (headers[':path'] === '/situs/held') held.push(answer);
    else answer();
  };
  await using one = await aHttp2Backend(answers);
  await using two = await aHttp2Backend(answers, createServer(), { host: '127.0.0.2', port: one.port });
  const addresses = ['127.0.0.1', '127.0.0.2'];
  const findAddresses: FindAddresses = (_name, done) =>
    done(
      null,
      addresses.map((address) => ({ address, family: 4 })),
    );
  const clock = new TestClock();
  const endpoints = [{ url: `http://pods.example:${one.port}/situs`, weight: 1 }];
  await using gw = await serve(one.port, { endpoints }, { clock, names: { findAddresses, findTtl: () => undefined } });
  const waiting = [call(gw.port, `${base}/held`), call(gw.port, `${base}/held`)];
  await until(() => held.length === 2);
  await until(() => one.sessions.size === 1 && two.sessions.size === 1);
  const spread = Array.from({ length: 20 }, () => call(gw.port, `${base}/held`));
  await until(() => held.length === 22);
  for (const answer of held.splice(0)) answer();
  const texts = (await Promise.all([...waiting, ...spread])).map(({ text }) => text);
  assert.ok(texts.filter((text) => text === '127.0.0.2').length >= 8, texts.join());
  addresses.shift();
  await until(() => {
    clock.advance(1000);
    return one.sessions.size === 0;
  });
  assert.equal((await call(gw.port, base)).text, '127.0.0.2');
});

test('WebSocket is refused where the backend speaks HTTP/2', async () => {
  await using backend = await aHttp2Backend((stream) => stream.respond({ ':status': 200 }, { endStream: true }));
  await using gw = await serve(backend.port);
  const headers = {
    ...{ connection: 'Upgrade', upgrade: 'websocket' },
    ...{ 'sec-websocket-version': '13', 'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==' },
  };
  const answer = await call(gw.port, base, { headers });
  assert.deepEqual([answer.status, codeOf(answer)], [501, 'GW_UPGRADE_NOT_SUPPORTED']);
});

test('health checks ask by HTTP/2 too', async () => {
  let isWell = true;
  await using backend = await aHttp2Backend((stream, headers) => {
    const isCheck = headers[':path'] === '/healthz';
    stream.respond({ ':status': isCheck && !isWell ? 500 : 200 }, { endStream: true });
  });
  const healthCheck = {
    ...{ path: '/healthz', intervalMs: 50, timeoutMs: 500, unhealthyAfter: 1, healthyAfter: 1 },
    expectedStatuses: [],
  };
  await using gw = await serve(backend.port, { healthCheck });
  const isUp = () => (gw.gateway.backends() as { endpoints: { up: boolean }[] }).endpoints[0]?.up;
  await until(() => isUp() === true);
  isWell = false;
  await until(() => isUp() === false);
  isWell = true;
  await until(() => isUp() === true);
});
