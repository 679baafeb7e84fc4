import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { test } from 'node:test';
import { aGateway, anApi, aTenant } from '../testing/compiled.ts';
import { aBackend, aRawBackend, backendAt, type TestBackend } from '../testing/test-backend.ts';
import { aRunningGateway, call, codeOf } from '../testing/test-gateway.ts';

const base = '/banten/situs/v1';

function open(backend: TestBackend, change = {}) {
  return [aTenant(), anApi({ backend: backendAt(backend.url), ...change })];
}

/** Sends bytes, gives everything that comes back until the other side closes. */
function raw(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    socket.setEncoding('latin1').on('data', (chunk) => {
      answer += chunk;
    });
    socket.on('close', () => resolve(answer)).on('error', reject);
  });
}

/** Names and values as the backend got them, lower case, without what varies. */
function received(backend: TestBackend): Record<string, unknown> {
  return { ...backend.requests.at(-1)?.headers };
}

test('what an untrusted client says about the way is dropped, and said anew', async () => {
  await using backend = await aBackend((_request, response) => response.end());
  await using gw = await aRunningGateway(open(backend));
  await call(gw.port, base, {
    headers: {
      host: 'api.example',
      'x-forwarded-for': '1.2.3.4',
      'x-forwarded-host': 'evil',
      'x-forwarded-proto': 'https',
      'x-forwarded-prefix': '/evil',
      'x-real-ip': '1.2.3.4',
      forwarded: 'for=1.2.3.4',
      'x-request-id': 'mine',
      x_forwarded_for: '1.2.3.4',
    },
  });
  const headers = received(backend);
  assert.equal(headers['host'], `127.0.0.1:${backend.port}`);
  assert.equal(headers['x-forwarded-for'], '127.0.0.1');
  assert.equal(headers['x-forwarded-host'], 'api.example');
  assert.equal(headers['x-forwarded-proto'], 'http');
  assert.equal(headers['x-forwarded-prefix'], base);
  assert.equal(headers['via'], '1.1 simpul');
  assert.match(String(headers['x-request-id']), /^[0-9a-f]{32}$/);
  for (const name of ['x-real-ip', 'forwarded', 'x_forwarded_for']) assert.equal(headers[name], undefined, name);
});

test('a trusted proxy is believed, and we add ourselves behind it', async () => {
  await using backend = await aBackend((_request, response) => response.end());
  await using gw = await aRunningGateway([aGateway({ trustedProxies: ['127.0.0.0/8'] }), ...open(backend)]);
  const answer = await call(gw.port, base, {
    headers: {
      'x-forwarded-for': '203.0.113.7',
      'x-forwarded-host': 'api.example',
      'x-forwarded-proto': 'https',
      forwarded: 'for=203.0.113.7',
      'x-request-id': 'from-the-proxy',
      via: '1.0 front',
    },
  });
  const headers = received(backend);
  assert.equal(headers['x-forwarded-for'], '203.0.113.7, 127.0.0.1');
  assert.equal(headers['x-forwarded-host'], 'api.example');
  assert.equal(headers['x-forwarded-proto'], 'https');
  assert.equal(headers['forwarded'], 'for=203.0.113.7, for=127.0.0.1');
  assert.equal(headers['via'], '1.0 front, 1.1 simpul');
  assert.equal(answer.headers['x-request-id'], 'from-the-proxy');
  assert.equal(gw.calls[0]?.['client'], '203.0.113.7');
});

test('fields of one connection are not forwarded, either way', async () => {
  await using backend = await aBackend((_request, response) => {
    response.writeHead(200, {
      Connection: 'X-Hop-Back',
      'X-Hop-Back': '1',
      'Proxy-Authenticate': 'Basic',
      'X-Stays': '1',
      'Simpul-Code': 'GW_FORGED',
      'Set-Cookie': ['a=1', 'b=2'],
    });
    response.end('ok');
  });
  await using gw = await aRunningGateway(open(backend));
  const answer = await call(gw.port, base, {
    headers: { connection: 'X-Hop, close', 'x-hop': '1', te: 'trailers', 'proxy-authorization': 'x', 'x-stays': '1' },
  });
  const headers = received(backend);
  for (const name of ['x-hop', 'te', 'proxy-authorization', 'trailer']) assert.equal(headers[name], undefined, name);
  assert.equal(headers['x-stays'], '1');
  assert.equal(answer.headers['x-hop-back'], undefined);
  assert.equal(answer.headers['proxy-authenticate'], undefined);
  assert.equal(answer.headers['simpul-code'], undefined);
  assert.equal(answer.headers['x-stays'], '1');
  assert.deepEqual(answer.headers['set-cookie'], ['a=1', 'b=2']);
  assert.equal(answer.headers['via'], '1.1 simpul');
});

test('an API sets and removes fields of its requests', async () => {
  await using backend = await aBackend((_request, response) => response.end());
  const headers = { set: { 'x-instansi': '36', accept: 'application/json' }, remove: ['x-debug'] };
  await using gw = await aRunningGateway([aTenant(), anApi({ backend: backendAt(backend.url, { headers }) })]);
  await call(gw.port, base, { headers: { 'X-Instansi': 'mine', 'X-Debug': '1', Accept: '*/*', 'X-Stays': '1' } });
  const { 'x-instansi': instansi, 'x-debug': debug, accept, 'x-stays': stays } = received(backend);
  assert.deepEqual([instansi, debug, accept, stays], ['36', undefined, 'application/json', '1']);
});

test('a valid trace goes on, an invalid one begins anew', async () => {
  await using backend = await aBackend((_request, response) => response.end());
  await using gw = await aRunningGateway(open(backend));
  const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
  await call(gw.port, base, { headers: { traceparent, tracestate: 'x=1' } });
  assert.equal(received(backend)['traceparent'], traceparent);
  assert.equal(received(backend)['tracestate'], 'x=1');
  assert.equal(gw.calls[0]?.['traceId'], 'a'.repeat(32));
  await call(gw.port, base, {
    headers: { traceparent: `00-${'0'.repeat(32)}-${'b'.repeat(16)}-01`, tracestate: 'x=1' },
  });
  assert.match(String(received(backend)['traceparent']), /^00-(?!0{32})[0-9a-f]{32}-[0-9a-f]{16}-00$/);
  assert.equal(received(backend)['tracestate'], undefined);
});

const heads: readonly [name: string, request: string, status: number, code: string][] = [
  ['no host', 'GET / HTTP/1.1\r\n\r\n', 400, 'GW_BAD_HOST'],
  ['two hosts', 'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n', 400, 'GW_BAD_HOST'],
  ['a host that is none', 'GET / HTTP/1.1\r\nHost: a b\r\n\r\n', 400, 'GW_BAD_HOST'],
  ['a climbing path', 'GET /a/../b HTTP/1.1\r\nHost: a\r\n\r\n', 400, 'GW_BAD_PATH'],
  ['a target that is no path', 'OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n', 400, 'GW_BAD_PATH'],
  ['no route', 'GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n', 404, 'GW_ROUTE_NOT_FOUND'],
  ['TRACE', `TRACE ${base} HTTP/1.1\r\nHost: a\r\n\r\n`, 501, 'GW_METHOD_NOT_SUPPORTED'],
  ['CONNECT', 'CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n', 501, 'GW_METHOD_NOT_SUPPORTED'],
  [
    'another protocol',
    `GET ${base} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: IRC/6.9\r\n\r\n`,
    501,
    'GW_UPGRADE_NOT_SUPPORTED',
  ],
  [
    'another transfer coding',
    `POST ${base} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`,
    501,
    'GW_TRANSFER_CODING_NOT_SUPPORTED',
  ],
  [
    'length and chunks together',
    `POST ${base} HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    400,
    'GW_BAD_REQUEST',
  ],
  ['a length that is none', `POST ${base} HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\nx`, 400, 'GW_BAD_REQUEST'],
  ['a space before the colon', `GET ${base} HTTP/1.1\r\nHost : a\r\n\r\n`, 400, 'GW_BAD_REQUEST'],
  ['no HTTP at all', 'hello\r\n\r\n', 400, 'GW_BAD_REQUEST'],
  [
    'an unknown expectation',
    `GET ${base} HTTP/1.1\r\nHost: a\r\nExpect: wonders\r\n\r\n`,
    417,
    'GW_EXPECTATION_UNKNOWN',
  ],
  ['a head too long', `GET ${base} HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, 431, 'GW_HEAD_TOO_LARGE'],
  ['too many fields', `GET ${base} HTTP/1.1\r\nHost: a\r\n${'X: 1\r\n'.repeat(100)}\r\n`, 431, 'GW_HEAD_TOO_LARGE'],
  [
    'a loop',
    `GET ${base} HTTP/1.1\r\nHost: a\r\nVia: ${new Array(8).fill('1.1 simpul').join(', ')}\r\n\r\n`,
    508,
    'GW_LOOP',
  ],
];

test('heads that are refused never reach the backend', async (t) => {
  await using backend = await aBackend((_request, response) => response.end());
  await using gw = await aRunningGateway(open(backend));
  for (const [name, request, status, code] of heads) {
    await t.test(name, async () => {
      const answer = await raw(gw.port, request.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'));
      assert.match(answer, new RegExp(`^HTTP/1.1 ${status} `));
      assert.match(answer, new RegExp(`"code":"${code}"`));
      assert.match(answer, /x-request-id: /i);
    });
  }
  assert.equal(backend.requests.length, 0);
});

test('an absolute target is read as its host and path', async () => {
  await using backend = await aBackend((request, response) => response.end(request.url));
  const hosts = ['api.example'];
  await using gw = await aRunningGateway([aTenant({ hosts }), anApi({ backend: backendAt(backend.url), hosts })]);
  const text = `GET http://API.example:80${base}/x?y HTTP/1.1\r\nHost: other\r\nConnection: close\r\n\r\n`;
  assert.match(await raw(gw.port, text), /\/x\?y$/);
});

test('h2c is ignored: the answer is HTTP/1.1', async () => {
  await using backend = await aBackend((_request, response) => response.end('ok'));
  await using gw = await aRunningGateway(open(backend));
  const headers = { connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c', 'http2-settings': 'AAMAAABkAAQAAP__' };
  const answer = await call(gw.port, base, { headers });
  assert.equal(answer.status, 200);
  assert.equal(received(backend)['http2-settings'], undefined);
});

test('answers without a body keep what they say', async () => {
  await using backend = await aBackend((request, response) => {
    const status = Number(new URL(request.url ?? '', 'http://x').searchParams.get('status') ?? 200);
    response.writeHead(status, { ETag: '"1"', ...(status === 200 ? { 'Content-Length': '5' } : {}) });
    response.end(status === 200 ? 'hello' : undefined);
  });
  await using gw = await aRunningGateway(open(backend));
  const head = await call(gw.port, base, { method: 'HEAD' });
  assert.deepEqual([head.status, head.headers['content-length'], head.text], [200, '5', '']);
  const none = await call(gw.port, `${base}?status=204`);
  assert.deepEqual(
    [none.status, none.headers['content-length'], none.headers['transfer-encoding']],
    [204, undefined, undefined],
  );
  const same = await call(gw.port, `${base}?status=304`);
  assert.deepEqual([same.status, same.headers['etag'], same.text], [304, '"1"', '']);
});

test('interim answers stop here', async () => {
  await using backend = await aBackend((_request, response) => {
    response.writeEarlyHints({ link: '</x>; rel=preload' });
    response.end('final');
  });
  await using gw = await aRunningGateway(open(backend));
  assert.equal((await call(gw.port, base)).text, 'final');
});

test('calls are dealt out by weight', async () => {
  const hits = { a: 0, b: 0 };
  await using a = await aBackend((_request, response) => {
    hits.a++;
    response.end();
  });
  await using b = await aBackend((_request, response) => {
    hits.b++;
    response.end();
  });
  const endpoints = [
    { url: a.url, weight: 3 },
    { url: b.url, weight: 1 },
    { url: 'http://127.0.0.1:1', weight: 0 },
  ];
  await using gw = await aRunningGateway([aTenant(), anApi({ backend: backendAt('', { endpoints }) })]);
  for (let i = 0; i < 8; i++) await call(gw.port, base);
  assert.deepEqual(hits, { a: 6, b: 2 });
});

const badBackends: readonly [name: string, answer: string, status: number, code: string][] = [
  ['closes without a word', '', 502, 'GW_BACKEND_BROKE_OFF'],
  ['speaks no HTTP', 'SSH-2.0-OpenSSH_9.9\r\n', 502, 'GW_BACKEND_PROTOCOL'],
  ['breaks off in its head', 'HTTP/1.1 200 OK\r\nContent-', 502, 'GW_BACKEND_BROKE_OFF'],
  [
    'says two lengths',
    'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
    502,
    'GW_BACKEND_PROTOCOL',
  ],
  [
    'has another coding',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n',
    502,
    'GW_BACKEND_PROTOCOL',
  ],
  ['has an endless head', `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(70_000)}\r\n\r\n`, 502, 'GW_BACKEND_PROTOCOL'],
];

for (const [name, bytes, status, code] of badBackends) {
  test(`a backend that ${name} becomes ${status} ${code}`, async () => {
    await using backend = await aRawBackend((socket) => socket.end(bytes, 'latin1'));
    await using gw = await aRunningGateway(open(backend));
    const answer = await call(gw.port, base);
    assert.equal(answer.status, status);
    assert.equal(codeOf(answer), code);
    assert.equal(answer.headers['simpul-fault'], 'provider');
  });
}

const halfAnswers: readonly [name: string, bytes: string][] = [
  ['length', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf'],
  ['chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n'],
];

for (const [name, bytes] of halfAnswers) {
  test(`half an answer (by ${name}) never looks whole to the client`, async () => {
    await using backend = await aRawBackend((socket) => {
      socket.write(bytes);
      setTimeout(() => socket.destroy(), 50);
    });
    await using gw = await aRunningGateway(open(backend));
    await assert.rejects(call(gw.port, base), { code: 'ECONNRESET' });
    await gw.logged(1);
    assert.equal(gw.calls[0]?.['code'], 'GW_BACKEND_BROKE_OFF');
  });
}

test('a reset while the backend answers reaches the client as a reset', async () => {
  await using backend = await aRawBackend((socket) => {
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf');
    setTimeout(() => socket.resetAndDestroy(), 50);
  });
  await using gw = await aRunningGateway(open(backend));
  await assert.rejects(call(gw.port, base), { code: 'ECONNRESET' });
});

test('nobody listens at the backend: 502', async () => {
  await using gw = await aRunningGateway([aTenant(), anApi({ backend: backendAt('http://127.0.0.1:1') })]);
  assert.equal(codeOf(await call(gw.port, base)), 'GW_BACKEND_UNREACHABLE');
});

test('the name of the backend has no address: 502', async () => {
  await using gw = await aRunningGateway([aTenant(), anApi({ backend: backendAt('http://nowhere.invalid') })]);
  assert.equal(codeOf(await call(gw.port, base)), 'GW_BACKEND_UNREACHABLE');
});

test('addresses that may not be called are refused, also by name', async () => {
  await using backend = await aBackend((_request, response) => response.end('reached'));
  const closed = aGateway({ backendAccess: { allow: [], deny: [] } });
  const places = [backend.url, `http://localhost:${backend.port}`, `http://2130706433:${backend.port}`];
  for (const url of [...places, `http://[::ffff:127.0.0.1]:${backend.port}`, 'http://169.254.169.254']) {
    await using gw = await aRunningGateway([closed, aTenant(), anApi({ backend: backendAt(url) })]);
    assert.equal(codeOf(await call(gw.port, base)), 'GW_BACKEND_ADDRESS_REFUSED', url);
  }
  assert.equal(backend.requests.length, 0);
});

test('an address is judged anew when the rules change, also on kept connections', async () => {
  await using backend = await aBackend((_request, response) => response.end());
  await using gw = await aRunningGateway(open(backend));
  assert.equal((await call(gw.port, base)).status, 200);
  gw.source.put(aGateway({ backendAccess: { allow: ['127.0.0.0/8'], deny: ['127.0.0.1/32'] } }));
  assert.equal(codeOf(await call(gw.port, base)), 'GW_BACKEND_ADDRESS_REFUSED');
});
