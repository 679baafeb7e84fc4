import assert from 'node:assert/strict';
import { createHash, type Hash } from 'node:crypto';
import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { test } from 'node:test';
import { anApi, aTenant } from '#gateway/testing/compiled.ts';
import { aBackend, backendAt } from '#gateway/testing/test-backend.ts';
import { aRunningGateway } from '#gateway/testing/test-gateway.ts';

/** `make large-bodies` says 5120. */
const mebibytes = Number(process.env['SIMPUL_TEST_BODY_MIB'] ?? 256);
const piece = Buffer.from(Array.from({ length: 65_536 }, (_, i) => (i * 31) % 256));
const base = '/banten/situs/v1';

/** So many bytes that no buffer holds them all; every value occurs. */
function* body(): Generator<Buffer> {
  for (let i = 0; i < mebibytes * 16; i++) yield piece;
}

const wanted = (() => {
  const hash = createHash('sha256');
  for (const one of body()) hash.update(one);
  return hash.digest('hex');
})();

async function digestOf(stream: IncomingMessage): Promise<string> {
  const hash: Hash = createHash('sha256');
  await pipeline(stream, hash);
  return hash.digest('hex');
}

test(`${mebibytes} MiB up and down: every byte arrives, and memory stays flat`, async (context) => {
  await using backend = await aBackend((request, response) => {
    if (request.method === 'POST') void digestOf(request).then((digest) => response.end(digest));
    else Readable.from(body()).pipe(response);
  });
  const target = backendAt(backend.url, { timeoutMs: 3_600_000 });
  await using gw = await aRunningGateway([aTenant(), anApi({ backend: target, maxRequestBytes: 2 ** 40 })]);
  let highest = 0;
  const before = process.memoryUsage.rss();
  const watch = setInterval(() => {
    highest = Math.max(highest, process.memoryUsage.rss());
  }, 50);

  const upload = httpRequest({ host: '127.0.0.1', port: gw.port, path: base, method: 'POST', agent: false });
  const answered = once(upload, 'response');
  await pipeline(Readable.from(body()), upload);
  const [answer] = (await answered) as [IncomingMessage];
  let said = '';
  for await (const text of answer.setEncoding('latin1')) said += text;
  assert.equal(said, wanted);

  const download = httpRequest({ host: '127.0.0.1', port: gw.port, path: base, agent: false }).end();
  const [stream] = (await once(download, 'response')) as [IncomingMessage];
  assert.equal(await digestOf(stream), wanted);

  clearInterval(watch);
  const grown = Math.round((highest - before) / 1024 / 1024);
  context.diagnostic(`${grown} MiB more at most; client, gateway and backend in one process`);
  assert.ok(grown < 128, `${grown} MiB`);
});
