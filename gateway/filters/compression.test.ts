import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { get as httpGet, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { test } from 'node:test';
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import type { CompiledApiService, CompiledCompression } from '#api/compiled/contract.ts';
import { anApi, aTenant } from '../testing/compiled.ts';
import { aBackend, backendAt } from '../testing/test-backend.ts';
import { aRunningGateway, type TestGateway, until } from '../testing/test-gateway.ts';

const base = '/banten/situs/v1';
const rules: CompiledCompression = {
  encodings: ['br', 'gzip', 'zstd'],
  minBytes: 1000,
  types: ['application/json', 'text/*', '*+json'],
};
const text = JSON.stringify(Array.from({ length: 500 }, (_, id) => ({ id, name: 'Kabupaten Lebak' })));
const decoders: Record<string, (bytes: Buffer) => Buffer> = {
  br: brotliDecompressSync,
  gzip: gunzipSync,
  zstd: zstdDecompressSync,
};

async function aCompressing(listener: RequestListener, change: Partial<CompiledApiService> = {}) {
  const stack = new AsyncDisposableStack();
  const backend = stack.use(await aBackend(listener));
  const api = anApi({ backend: backendAt(backend.url, { timeoutMs: 60_000 }), compression: rules, ...change });
  const gw = stack.use(await aRunningGateway([aTenant(), api]));
  const get = (path: string, accept: string, method = 'GET') => fetchRaw(gw.port, base + path, accept, method);
  return { backend, gw, get, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

/** The answer as it came over the wire. */
async function fetchRaw(port: number, path: string, accept: string, method: string) {
  const response = await begin(port, path, accept, method);
  const pieces: Buffer[] = [];
  for await (const piece of response) pieces.push(piece as Buffer);
  return { status: response.statusCode, headers: response.headers, bytes: Buffer.concat(pieces) };
}

function begin(port: number, path: string, accept: string, method = 'GET'): Promise<IncomingMessage> {
  const headers = accept === '' ? {} : { 'accept-encoding': accept };
  return new Promise((resolve, reject) => {
    httpGet({ host: '127.0.0.1', port, path, method, headers, agent: false }, resolve).on('error', reject);
  });
}

const asJson: RequestListener = (_request, response) =>
  response.setHeader('Content-Type', 'application/json').setHeader('ETag', '"v1"').end(text);

test('an answer comes compressed as the caller likes it, and is the same', async () => {
  await using it = await aCompressing(asJson);
  for (const encoding of ['br', 'gzip', 'zstd']) {
    const { headers, bytes } = await it.get('', encoding);
    assert.equal(headers['content-encoding'], encoding);
    assert.equal(headers['content-length'], undefined);
    assert.equal(headers['etag'], 'W/"v1"');
    assert.equal(headers['vary'], 'Accept-Encoding');
    assert.ok(bytes.length < text.length / 5);
    assert.equal(decoders[encoding]?.(bytes).toString(), text);
  }
  const plain = await it.get('', 'identity');
  assert.deepEqual([plain.headers['content-encoding'], plain.headers['vary']], [undefined, 'Accept-Encoding']);
  assert.deepEqual([plain.headers['etag'], plain.bytes.toString()], ['"v1"', text]);
});

test('the log counts the bytes that go to the client', async () => {
  await using it = await aCompressing(asJson);
  const { bytes } = await it.get('', 'gzip');
  await it.gw.logged(1);
  assert.equal(it.gw.calls[0]?.['bytesOut'], bytes.length);
});

test('what is compressed already, a part, small, of another type or not to be changed goes as it is', async () => {
  const kinds: Record<string, [number, Record<string, string>, string]> = {
    '/encoded': [200, { 'Content-Type': 'text/plain', 'Content-Encoding': 'gzip' }, text],
    '/part': [206, { 'Content-Type': 'text/plain', 'Content-Range': `bytes 0-${text.length - 1}/*` }, text],
    '/small': [200, { 'Content-Type': 'text/plain', 'Content-Length': '5' }, 'hello'],
    '/image': [200, { 'Content-Type': 'image/png' }, text],
    '/none': [200, {}, text],
    '/fixed': [200, { 'Content-Type': 'text/plain', 'Cache-Control': 'max-age=1, no-transform' }, text],
    '/events': [200, { 'Content-Type': 'text/event-stream' }, text],
  };
  await using it = await aCompressing((request, response) => {
    const [status, fields, body] = kinds[request.url ?? ''] ?? [404, {}, ''];
    response.writeHead(status, fields).end(body);
  });
  for (const [path, [status, fields, body]] of Object.entries(kinds)) {
    const answer = await it.get(path, 'gzip');
    assert.equal(answer.status, status, path);
    assert.equal(answer.headers['content-encoding'], fields['Content-Encoding'], path);
    assert.equal(answer.bytes.toString(), body, path);
  }
});

test('HEAD and 304 say what GET would', async () => {
  await using it = await aCompressing((request, response) => {
    if (request.url === '/same') response.writeHead(304, { ETag: '"v1"' }).end();
    else asJson(request, response);
  });
  const head = await it.get('', 'br', 'HEAD');
  assert.deepEqual([head.status, head.headers['content-encoding'], head.headers['etag']], [200, 'br', 'W/"v1"']);
  assert.equal(head.bytes.length, 0);
  const same = await it.get('/same', 'br');
  assert.deepEqual([same.status, same.headers['etag'], same.headers['vary']], [304, 'W/"v1"', 'Accept-Encoding']);
});

test('a slow stream is not held back', async () => {
  let go = () => undefined as unknown;
  await using it = await aCompressing((_request, response) => {
    response.writeHead(200, { 'Content-Type': 'application/x.lines+json' }).write('{"first":1}\n');
    go = () => response.end('{"second":2}\n');
  });
  const response = await begin(it.gw.port, base, 'gzip');
  const pieces: Buffer[] = [];
  response.on('data', (piece: Buffer) => pieces.push(piece));
  await until(() => Buffer.concat(pieces).length > 20);
  go();
  await until(() => response.complete);
  assert.equal(gunzipSync(Buffer.concat(pieces)).toString(), '{"first":1}\n{"second":2}\n');
});

test('a client that does not read holds the backend back, and gets everything in the end', {
  timeout: 60_000,
}, async () => {
  // Bytes of chance: they do not shrink.
  const block = Buffer.from(
    createHash('shake256', { outputLength: 1024 * 1024 })
      .update('x')
      .digest('base64'),
  );
  const blocks = 16;
  let sent = 0;
  await using it = await aCompressing((_request, response) => {
    response.setHeader('Content-Type', 'text/plain');
    const more = () => {
      while (sent < blocks) {
        sent++;
        if (!response.write(block)) return response.once('drain', more);
      }
      return response.end();
    };
    more();
  });
  const response = await begin(it.gw.port, base, 'gzip');
  response.pause();
  let before = -1;
  while (before !== sent) {
    before = sent;
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  assert.ok(sent < blocks, `all ${sent} blocks were taken although nobody reads`);
  const pieces: Buffer[] = [];
  for await (const piece of response) pieces.push(piece as Buffer);
  const whole = gunzipSync(Buffer.concat(pieces));
  assert.equal(whole.length, block.length * blocks);
  assert.ok(whole.subarray(-block.length).equals(block));
});

test('who leaves, and a backend that breaks off, leave nothing behind', async () => {
  await using it = await aCompressing((request, response) => {
    response.setHeader('Content-Type', 'text/plain').write(text);
    if (request.url === '/break') setTimeout(() => request.socket.destroy(), 20);
  });
  await assert.rejects(it.get('/break', 'gzip'));
  const response = await begin(it.gw.port, base, 'gzip');
  response.on('error', () => undefined).destroy();
  await it.gw.logged(2);
  assert.deepEqual(
    it.gw.calls.map((line) => [line['code'], line['aborted']]),
    [
      ['GW_BACKEND_BROKE_OFF', undefined],
      [undefined, true],
    ],
  );
  assert.equal(await it.get('/break', 'identity').catch(() => 'broke'), 'broke');
});

test('as many answers are compressed at one time as may be; one that has ended, however, makes room', async () => {
  const open = new Set<ServerResponse>();
  await using it = await aCompressing((request, response) => {
    response.setHeader('Content-Type', 'text/plain');
    if (request.url !== '/open') return response.end(text);
    open.add(response.on('close', () => open.delete(response)));
    return response.write(text);
  });
  const encoding = async () => (await it.get('', 'gzip')).headers['content-encoding'];
  const held = await Promise.all(Array.from({ length: 128 }, () => begin(it.gw.port, `${base}/open`, 'gzip')));
  assert.equal(await encoding(), undefined);
  // All but one leave: their backends are let go of, too.
  for (const response of held.slice(1)) response.on('error', () => undefined).destroy();
  await until(() => open.size === 1);
  for (let i = 0; i < 130; i++) assert.equal(await encoding(), 'gzip');
  for (const response of open) response.end();
  held[0]?.resume();
});

test('what the cache keeps is compressed for each caller as it likes', async () => {
  const cache = {
    ttlMs: 60_000,
    maxBytes: 1_000_000,
    keyHeaders: [],
    shared: false,
    staleWhileRevalidateMs: 0,
    staleIfErrorMs: 0,
  };
  await using it = await aCompressing(asJson, { cache });
  for (const accept of ['gzip', 'br', '', 'gzip']) {
    const { headers, bytes } = await it.get('', accept);
    const decode = decoders[accept] ?? ((plain: Buffer) => plain);
    assert.equal(decode(bytes).toString(), text);
    assert.equal(headers['etag'], accept === '' ? '"v1"' : 'W/"v1"');
  }
  assert.equal(it.backend.requests.length, 1);
});

test('a stored answer is compressed once for each coding, and counts for the memory of the cache', async () => {
  const cache = { ...storing, maxBytes: 100_000 };
  await using place = await aCompressing(asJson, { cache });
  const { gw, get, backend } = place;
  await get('', 'identity');
  const bytesBefore = await metricOf(gw, 'simpul_gateway_cache_bytes');
  const first = await get('', 'br');
  const compressed = await metricOf(gw, 'simpul_gateway_compression_bytes_total{side="in"}');
  assert.equal(compressed, text.length);
  const second = await get('', 'br');
  assert.deepEqual(second.bytes, first.bytes);
  assert.equal(brotliDecompressSync(second.bytes).toString(), text);
  assert.equal(second.headers['content-length'], String(first.bytes.length));
  assert.deepEqual([second.headers.etag, second.headers.vary], ['W/"v1"', 'Accept-Encoding']);
  assert.equal(await metricOf(gw, 'simpul_gateway_compression_bytes_total{side="in"}'), compressed);
  assert.equal(await metricOf(gw, 'simpul_gateway_cache_bytes'), bytesBefore + first.bytes.length);
  assert.equal(gunzipSync((await get('', 'gzip')).bytes).toString(), text);
  const head = await get('', 'br', 'HEAD');
  assert.deepEqual([head.bytes.length, head.headers['content-length']], [0, String(first.bytes.length)]);
  assert.equal(backend.requests.length, 1);
});

test('a stored answer in another format is not taken for the one that was compressed', async () => {
  await using place = await aCompressing(asJson, {
    cache: { ...storing, maxBytes: 100_000 },
    formats: ['json', 'csv'],
  });
  const { get } = place;
  for (let i = 0; i < 3; i++) assert.equal(gunzipSync((await get('', 'gzip')).bytes).toString(), text);
  for (let i = 0; i < 2; i++)
    assert.match(gunzipSync((await get('?format=csv', 'gzip')).bytes).toString(), /^id,name\r\n0,/);
  assert.equal(gunzipSync((await get('', 'gzip')).bytes).toString(), text);
});

const storing = { ttlMs: 60_000, keyHeaders: [], shared: true, staleWhileRevalidateMs: 0, staleIfErrorMs: 0 };

async function metricOf({ gateway }: TestGateway, series: string): Promise<number> {
  gateway.refreshMetrics();
  const lines = (await gateway.metrics.registry.metrics()).split('\n');
  return Number(lines.find((line) => line.startsWith(`${series} `))?.split(' ')[1]);
}
