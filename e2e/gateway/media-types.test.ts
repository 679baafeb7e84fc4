import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer as createHttpServer, request as httpRequest } from 'node:http';
import {
  connect,
  createServer as createHttp2Server,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type OutgoingHttpHeaders,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip } from 'node:zlib';
import type { CompiledApiService } from '#api/compiled/contract.ts';
import { aGateway, anApi, aTenant } from '#gateway/testing/compiled.ts';
import { backendAt } from '#gateway/testing/test-backend.ts';
import { aRunningGateway } from '#gateway/testing/test-gateway.ts';

/** Any media type passes byte for byte: real documents, pictures, sound and film, however they are framed. */
const folder = new URL('./testdata/media/', import.meta.url);
const types: Readonly<Record<string, string>> = {
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  jpg: 'image/jpeg',
  mp3: 'audio/mpeg',
  mp4: 'video/mp4',
  ogg: 'audio/ogg',
  pdf: 'application/pdf',
  png: 'image/png',
  webp: 'image/webp',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
};
const files = readdirSync(folder)
  .filter((name) => name !== 'README.md')
  .map((name) => ({ name, type: types[name.split('.')[1] ?? ''] ?? '', bytes: readFileSync(new URL(name, folder)) }));

const base = '/banten/situs/v1';
const digestOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

async function bytesOf(stream: AsyncIterable<unknown>): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of stream) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}

/** `GET /foto.png?chunked` gives the file without its length; POST answers with type and checksum of what came. */
async function answer(request: Http2ServerRequest, response: Http2ServerResponse): Promise<void> {
  const [path, framing] = request.url.split('?');
  if (request.method === 'POST') {
    response.end(`${request.headers['content-type']} ${digestOf(await bytesOf(request))}`);
    return;
  }
  const file = files.find(({ name }) => path === `/${name}`);
  if (file === undefined) return void response.writeHead(404).end();
  const length = framing === 'chunked' ? {} : { 'content-length': file.bytes.length };
  response.writeHead(200, {
    'content-type': file.type,
    'content-disposition': `attachment; filename="${file.name}"`,
    ...length,
  });
  // In two pieces, so that one of them ends in the middle of something.
  response.write(file.bytes.subarray(0, 1001));
  response.end(file.bytes.subarray(1001));
}

async function aBackendOf(protocol: 'HTTP1' | 'HTTP2') {
  const listener = (request: unknown, response: unknown) =>
    void answer(request as Http2ServerRequest, response as Http2ServerResponse);
  const server = protocol === 'HTTP2' ? createHttp2Server(listener) : createHttpServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, [Symbol.asyncDispose]: async () => void server.close() };
}

interface Got {
  readonly status: number;
  readonly type: string;
  readonly disposition: string;
  readonly encoding: string;
  readonly bytes: Buffer;
}

interface Sent {
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  /** Without saying how long it is. */
  readonly isChunked?: boolean;
}

type Call = (sent: Sent) => Promise<Got>;

function byHttp1(port: number): Call {
  return async ({ path, headers = {}, body, isChunked = false }) => {
    const framing: Record<string, string | number> = {};
    if (body !== undefined && isChunked) framing['transfer-encoding'] = 'chunked';
    else if (body !== undefined) framing['content-length'] = body.length;
    const method = body === undefined ? 'GET' : 'POST';
    const target = { host: '127.0.0.1', port, path, method, agent: false } as const;
    const request = httpRequest({ ...target, headers: { ...headers, ...framing } }).end(body);
    const [response] = await once(request, 'response');
    return gotFrom(response.statusCode, response.headers, await bytesOf(response));
  };
}

function byHttp2(port: number): Call & Disposable {
  const session = connect(`http://127.0.0.1:${port}`);
  const call: Call = async ({ path, headers = {}, body, isChunked = false }) => {
    const framing: OutgoingHttpHeaders = body === undefined || isChunked ? {} : { 'content-length': body.length };
    const method = body === undefined ? 'GET' : 'POST';
    const stream = session.request({ ':path': path, ':method': method, ...headers, ...framing });
    stream.end(body);
    const [said] = (await once(stream, 'response')) as [Record<string, unknown>];
    return gotFrom(Number(said[':status']), said, await bytesOf(stream));
  };
  return Object.assign(call, { [Symbol.dispose]: () => session.destroy() });
}

function gotFrom(status: number, headers: Readonly<Record<string, unknown>>, bytes: Buffer): Got {
  const field = (name: string): string => String(headers[name] ?? '');
  return {
    ...{ status, bytes, type: field('content-type') },
    ...{ disposition: field('content-disposition'), encoding: field('content-encoding') },
  };
}

const unpack: Readonly<Record<string, (bytes: Buffer) => Promise<Buffer>>> = {
  '': async (bytes) => bytes,
  br: promisify(brotliDecompress),
  gzip: promisify(gunzip),
};

type MediaFile = (typeof files)[number];

async function goesUp(call: Call, { name, type, bytes }: MediaFile, isChunked: boolean): Promise<void> {
  const up = await call({ path: base, headers: { 'content-type': type }, body: bytes, isChunked });
  assert.equal(up.bytes.toString(), `${type} ${digestOf(bytes)}`, `${name} up`);
}

async function comesDown(call: Call, { name, type, bytes }: MediaFile, query: string, encoding: string): Promise<void> {
  const headers = encoding === '' ? {} : { 'accept-encoding': encoding };
  const down = await call({ path: `${base}/${name}${query}`, headers });
  assert.deepEqual([down.status, down.type, down.encoding], [200, type, encoding], name);
  assert.equal(down.disposition, `attachment; filename="${name}"`);
  const unpacked = await (unpack[encoding] ?? assert.fail())(down.bytes);
  assert.equal(digestOf(unpacked), digestOf(bytes), `${name} ${encoding} down`);
}

async function passWhole(call: Call, encodings: readonly string[]): Promise<void> {
  for (const file of files) {
    for (const isChunked of [false, true]) {
      await goesUp(call, file, isChunked);
      const query = isChunked ? '?chunked' : '';
      for (const encoding of ['', ...encodings]) await comesDown(call, file, query, encoding);
    }
  }
}

const compression = {
  encodings: ['br', 'gzip'],
  minBytes: 1,
  types: ['application/*', 'image/*', 'audio/*', 'video/*'],
} as const;

for (const protocol of ['HTTP1', 'HTTP2'] as const) {
  for (const isCompressed of [false, true]) {
    test(`${files.length} kinds of files, backend of ${protocol}, ${isCompressed ? 'compressed' : 'as they are'}`, async () => {
      await using backend = await aBackendOf(protocol);
      const target = backendAt(backend.url, protocol === 'HTTP2' ? { protocol } : {});
      const change: Partial<CompiledApiService> = isCompressed ? { compression } : {};
      const listener = { name: 'http', protocol: 'HTTP', port: 8080, http2: true, proxyProtocol: false } as const;
      const objects = [aGateway({ listeners: [listener] }), aTenant(), anApi({ backend: target, ...change })];
      await using gw = await aRunningGateway(objects);
      const encodings = isCompressed ? ['br', 'gzip'] : [];
      await passWhole(byHttp1(gw.port), encodings);
      using http2 = byHttp2(gw.port);
      await passWhole(http2, encodings);
    });
  }
}
