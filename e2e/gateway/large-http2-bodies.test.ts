import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { aGateway, anApi, aTenant } from '#gateway/testing/compiled.ts';
import { backendAt } from '#gateway/testing/test-backend.ts';
import { aRunningGateway } from '#gateway/testing/test-gateway.ts';

/** `make large-bodies` says 5120. */
const mebibytes = Number(process.env['SIMPUL_TEST_BODY_MIB'] ?? 256);
const piece = Buffer.from(Array.from({ length: 65_536 }, (_, i) => (i * 31) % 256));
const path = '/banten/situs/v1';

function* body(): Generator<Buffer> {
  for (let i = 0; i < mebibytes * 16; i++) yield piece;
}

async function digestOf(stream: AsyncIterable<unknown>): Promise<string> {
  const hash = createHash('sha256');
  for await (const one of stream) hash.update(one as Buffer);
  return hash.digest('hex');
}

/** Whoever reads slowly at first must not make the gateway hold what the other side sends. */
async function slowlyAtFirst(stream: Readable): Promise<string> {
  await delay(500);
  return await digestOf(stream);
}

test(`${mebibytes} MiB up and down by HTTP/2 on both sides: every byte arrives, and memory stays flat`, async (context) => {
  const wanted = await digestOf(Readable.from(body()));
  const serve = async (stream: ServerHttp2Stream, method: string | undefined): Promise<void> => {
    stream.respond({ ':status': 200 });
    if (method === 'POST') stream.end(await slowlyAtFirst(stream));
    else await pipeline(Readable.from(body()), stream);
  };
  const server = createServer().on('stream', (stream, headers) => void serve(stream, headers[':method']));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const backend = backendAt(url, { protocol: 'HTTP2', timeoutMs: 3_600_000 });
  const listener = { name: 'http', protocol: 'HTTP', port: 8080, http2: true, proxyProtocol: false } as const;
  const objects = [aGateway({ listeners: [listener] }), aTenant(), anApi({ backend, maxRequestBytes: 2 ** 40 })];
  await using gw = await aRunningGateway(objects);
  const client = connect(`http://127.0.0.1:${gw.port}`);
  let highest = 0;
  const before = process.memoryUsage.rss();
  const watch = setInterval(() => {
    highest = Math.max(highest, process.memoryUsage.rss());
  }, 50);

  const upload = client.request({ ':path': path, ':method': 'POST' });
  await pipeline(Readable.from(body()), upload, async (answer) => {
    let said = '';
    for await (const text of answer) said += String(text);
    assert.equal(said, wanted);
  });
  assert.equal(await slowlyAtFirst(client.request({ ':path': path })), wanted);

  clearInterval(watch);
  client.destroy();
  server.close();
  const grown = Math.round((highest - before) / 1024 / 1024);
  context.diagnostic(`${grown} MiB more at most; client, gateway and backend in one process`);
  assert.ok(grown < 128, `${grown} MiB`);
});
