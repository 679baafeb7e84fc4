import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createSecureServer, type Http2SecureServer, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Duplex } from 'node:stream';
import { after, before, describe, type TestContext, test } from 'node:test';
import { createAuthority } from '#tools/controlplane/certificates.ts';
import { defaultLimits } from './transport-limits.ts';
import { WatchLine } from './watch-line.ts';

/** An API server as far as watches go: it answers each with a head, and the rest never comes. */
class WatchServer {
  connections = 0;
  /** From now on each request ends its connection. */
  dies = false;
  readonly streams = new Set<ServerHttp2Stream>();
  readonly #server: Http2SecureServer;

  constructor(pair: { readonly key: Buffer; readonly cert: Buffer }, maxConcurrentStreams: number) {
    this.#server = createSecureServer({ ...pair, settings: { maxConcurrentStreams } });
    this.#server.on('session', (session) => {
      this.connections += 1;
      session.on('error', () => undefined); // clients break off as they like
    });
    this.#server.on('stream', (stream) => {
      this.streams.add(stream);
      stream.on('error', () => undefined);
      stream.once('close', () => this.streams.delete(stream));
      if (this.dies) stream.session?.destroy();
      else stream.respond({ ':status': 200 });
    });
  }

  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `https://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    for (const stream of this.streams) stream.session?.destroy();
    this.#server.close();
  }
}

describe('watches on HTTP/2', () => {
  let folder = '';
  let ca = '';
  let pair = { key: Buffer.alloc(0), cert: Buffer.alloc(0) };
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'simpul-watch-line-'));
    const authority = await createAuthority(folder);
    const { certFile, keyFile } = await authority.server('server', ['localhost'], ['127.0.0.1']);
    ca = await readFile(authority.caFile, 'utf8');
    pair = { key: await readFile(keyFile), cert: await readFile(certFile) };
  });
  after(() => rm(folder, { recursive: true, force: true }));

  async function start(context: TestContext, maxConcurrentStreams: number) {
    const server = new WatchServer(pair, maxConcurrentStreams);
    const origin = await server.listen();
    const line = new WatchLine({ origin, tls: { ca }, limits: defaultLimits, onDead: () => undefined });
    context.after(async () => {
      await line.destroy();
      server.close();
    });
    const open = (count: number) => {
      const signal = AbortSignal.timeout(10_000);
      return Promise.all(Array.from({ length: count }, (_, index) => line.open(`/watch/${index}`, {}, signal)));
    };
    return { server, line, open };
  }

  test('take as many connections as it takes, also when all come at once', async (context) => {
    const { server, open } = await start(context, 100);
    const opened = await open(250);
    assert.deepEqual(new Set(opened.map(({ statusCode }) => statusCode)), new Set([200]));
    assert.equal(server.streams.size, 250);
    assert.equal(server.connections, 3);
  });

  test('use the room that others left', async (context) => {
    const { server, open } = await start(context, 100);
    const opened = await open(150);
    const ended = opened.map(async ({ body }) => {
      assert.ok(body instanceof Duplex);
      await once(body.resume(), 'close');
    });
    for (const stream of server.streams) stream.end();
    await Promise.all(ended);
    await open(200);
    assert.equal(server.connections, 2);
  });

  test('heed a server that allows fewer', async (context) => {
    const { server, open } = await start(context, 10);
    await open(25);
    assert.equal(server.streams.size, 25);
    assert.equal(server.connections, 3);
  });

  test('fail at once when the server dies before it has answered', async (context) => {
    const { server, open } = await start(context, 100);
    await open(1);
    server.dies = true;
    const began = performance.now();
    await assert.rejects(open(1), { code: 'STORE_Unreachable' });
    assert.ok(performance.now() - began < 5_000);
    server.dies = false;
    await open(1);
  });

  test('fail once the line is destroyed', async (context) => {
    const { line, open } = await start(context, 100);
    await open(1);
    await line.destroy();
    await assert.rejects(open(1), { code: 'STORE_Unreachable' });
  });
});
