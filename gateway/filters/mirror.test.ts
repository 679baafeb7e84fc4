import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CompiledMirror } from '#api/compiled/contract.ts';
import { anApi, aTenant } from '../testing/compiled.ts';
import { aRawClient, sendRaw } from '../testing/raw-client.ts';
import { aBackend, backendAt, type TestBackend } from '../testing/test-backend.ts';
import { aRunningGateway, call, type TestGateway, until } from '../testing/test-gateway.ts';

const base = '/banten/situs/v1';
const usual = { rate: 1, methods: ['GET', 'POST'], maxBodyBytes: 1000, timeoutMs: 5000, maxCalls: 4 };

interface Got {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly body: string;
  readonly headers: Readonly<Record<string, unknown>>;
}

/** A backend that keeps what it got, and answers with `status`. */
async function aRecorder(got: Got[], status = 200, answersAfter?: Promise<void>): Promise<TestBackend> {
  return await aBackend((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const { method, url, headers } = request;
      got.push({ method, url, headers, body: Buffer.concat(pieces).toString() });
      void (answersAfter ?? Promise.resolve()).then(() => response.writeHead(status).end(`answer ${status}`));
    });
  });
}

async function running(mirror: Partial<CompiledMirror> & { readonly url: string }, main: TestBackend) {
  const credential = { secretHeaders: { authorization: 'Bearer rahasia' } };
  const headers = { set: { 'x-instansi': '36' }, remove: [] };
  const backend = backendAt(`${main.url}/asli`, { headers, credential });
  return await aRunningGateway([aTenant(), anApi({ backend, mirror: { ...usual, ...mirror } })]);
}

async function counted(gw: TestGateway, outcome: string): Promise<number> {
  const text = await gw.gateway.metrics.registry.metrics();
  const line = text
    .split('\n')
    .find((each) => each.includes(`mirrored_calls_total{api="banten/situs",outcome="${outcome}"}`));
  return Number(line?.split(' ')[1] ?? 0);
}

async function untilCounted(gw: TestGateway, outcome: string, wanted: number): Promise<void> {
  let seen = 0;
  await until(() => {
    void counted(gw, outcome).then((count) => (seen = count));
    return seen === wanted;
  });
}

test('a copy goes to the mirror, without the secrets of the backend; its answer is dropped', async () => {
  const [mains, copies]: [Got[], Got[]] = [[], []];
  await using main = await aRecorder(mains);
  await using other = await aRecorder(copies, 500);
  await using gw = await running({ url: `${other.url}/uji` }, main);
  const got = await call(gw.port, `${base}/a?b=1`);
  assert.deepEqual([got.status, got.text], [200, 'answer 200']);
  const posted = await call(gw.port, `${base}/a`, { method: 'POST', body: 'isi' });
  assert.equal(posted.status, 200);
  await untilCounted(gw, '5xx', 2);
  const [read, written] = copies;
  assert.deepEqual([read?.method, read?.url, written?.body], ['GET', '/uji/a?b=1', 'isi']);
  assert.deepEqual([read?.headers['simpul-mirrored'], read?.headers['x-instansi']], ['true', '36']);
  assert.equal(read?.headers['authorization'], undefined);
  assert.equal(mains[0]?.headers['authorization'], 'Bearer rahasia');
  assert.equal(mains[0]?.headers['simpul-mirrored'], undefined);
  assert.equal(mains[1]?.body, 'isi');
  assert.equal(gw.calls.length, 2);
});

test('callers do not wait for it, and no more copies are under way than may be', async () => {
  const copies: Got[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  await using main = await aRecorder([]);
  await using other = await aRecorder(copies, 200, promise);
  await using gw = await running({ url: other.url, maxCalls: 2 }, main);
  for (let i = 0; i < 5; i++) assert.equal((await call(gw.port, base)).status, 200);
  await until(() => copies.length === 2);
  await untilCounted(gw, 'shed', 3);
  resolve();
  await untilCounted(gw, '2xx', 2);
  assert.equal((await call(gw.port, base)).status, 200);
  await untilCounted(gw, '2xx', 3);
});

test('bodies beyond the bound go to the backend alone, whether they say their length or not', async () => {
  const [mains, copies]: [Got[], Got[]] = [[], []];
  await using main = await aRecorder(mains);
  await using other = await aRecorder(copies);
  await using gw = await running({ url: other.url }, main);
  const body = 'x'.repeat(1001);
  await call(gw.port, base, { method: 'POST', body });
  await call(gw.port, base, { method: 'POST', body, headers: { 'Transfer-Encoding': 'chunked' } });
  await untilCounted(gw, 'too_large', 2);
  assert.deepEqual(
    mains.map((got) => got.body.length),
    [1001, 1001],
  );
  await call(gw.port, base, { method: 'POST', body: 'kecil', headers: { 'Transfer-Encoding': 'chunked' } });
  await untilCounted(gw, '2xx', 1);
  assert.deepEqual(
    copies.map((got) => got.body),
    ['kecil'],
  );
});

test('a body that never ends, or ends wrong, gives the place of its copy back', async () => {
  const copies: Got[] = [];
  await using main = await aRecorder([]);
  await using other = await aRecorder(copies);
  await using gw = await running({ url: other.url, maxCalls: 1 }, main);
  const head = `POST ${base} HTTP/1.1\r\nHost: a\r\n`;
  const leaving = aRawClient(gw.port);
  leaving.socket.write(`${head}Content-Length: 10\r\n\r\nhalf`);
  await until(() => gw.gateway.metrics.callsInFlight === 1);
  leaving.socket.destroy();
  await untilCounted(gw, 'aborted', 1);
  await sendRaw(gw.port, `${head}Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\nzz`);
  await untilCounted(gw, 'aborted', 2);
  assert.equal((await call(gw.port, base)).status, 200);
  await untilCounted(gw, '2xx', 1);
  assert.equal(copies.length, 1);
});

test('a mirror that is down, refused or too slow harms nobody', async () => {
  await using main = await aRecorder([]);
  const cases = [{ url: 'http://127.0.0.1:9' }, { url: 'http://169.254.169.254' }];
  for (const mirror of cases) {
    await using gw = await running(mirror, main);
    assert.equal((await call(gw.port, base)).status, 200);
    await untilCounted(gw, 'failed', 1);
  }
  await using silent = await aBackend(() => undefined);
  await using gw = await running({ url: silent.url, timeoutMs: 50 }, main);
  assert.equal((await call(gw.port, base)).status, 200);
  await untilCounted(gw, 'failed', 1);
});

test('only its share, and only its methods', async () => {
  const copies: Got[] = [];
  await using main = await aRecorder([]);
  await using other = await aRecorder(copies);
  await using gw = await running({ url: other.url, rate: 0 }, main);
  await call(gw.port, base);
  gw.source.put(anApi({ backend: backendAt(main.url), mirror: { ...usual, url: other.url, methods: ['POST'] } }));
  await call(gw.port, base);
  await call(gw.port, base, { method: 'POST', body: 'x' });
  await untilCounted(gw, '2xx', 1);
  assert.equal(copies.length, 1);
});
