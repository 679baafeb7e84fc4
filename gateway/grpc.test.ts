import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type CallOptions, type Client, credentials, Metadata, type ServiceError, status } from '@grpc/grpc-js';
import type { CompiledApiService } from '#api/compiled/contract.ts';
import { anAuthority, type TestAuthority } from './testing/authority.ts';
import { aGateway, aLimit, anApi, aTenant } from './testing/compiled.ts';
import { anEchoServer, EchoClient, type EchoServer, type Message } from './testing/grpc-echo.ts';
import { backendAt } from './testing/test-backend.ts';
import { aRunningGateway } from './testing/test-gateway.ts';

const plainListener = { name: 'http', protocol: 'HTTP', port: 8080, http2: true, proxyProtocol: false } as const;
const service = '/contoh.Echo';
let authority: TestAuthority;
before(async () => {
  authority = await anAuthority('simpul-test');
});
after(async () => {
  await authority?.[Symbol.asyncDispose]();
});

function anEchoApi(url: string, change: Partial<CompiledApiService> = {}): CompiledApiService {
  const backend = backendAt(`${url}${service}`, { protocol: 'HTTP2' });
  return anApi({ basePath: service, ...change, backend: { ...backend, ...change.backend } });
}

async function serve(echo: Pick<EchoServer, 'url'>, change: Partial<CompiledApiService> = {}) {
  const gw = await aRunningGateway([aGateway({ listeners: [plainListener] }), aTenant(), anEchoApi(echo.url, change)]);
  const client = new EchoClient(`127.0.0.1:${gw.port}`, credentials.createInsecure()) as Client & Methods;
  return {
    gw,
    client,
    [Symbol.asyncDispose]: async () => {
      client.close();
      await gw[Symbol.asyncDispose]();
    },
  };
}

// biome-ignore lint/suspicious/noExplicitAny: grpc-js gives methods of loaded definitions no types.
type Methods = Record<string, (...args: any[]) => any>;
type Outcome = { readonly answer: Message; readonly trailers: Metadata } | ServiceError;

function unary(client: Methods, text: string, options: CallOptions = {}, metadata = new Metadata()): Promise<Outcome> {
  return new Promise((resolve) => {
    let trailers = new Metadata();
    const call = client['Unary']?.({ text }, metadata, options, (error: ServiceError | null, answer: Message) =>
      setImmediate(() => resolve(error ?? { answer, trailers })),
    );
    call.on('status', (said: { metadata: Metadata }) => {
      trailers = said.metadata;
    });
  });
}

function messagesOf(stream: NodeJS.EventEmitter): Promise<{ messages: Message[]; code: number; details: string }> {
  return new Promise((resolve) => {
    const messages: Message[] = [];
    stream.on('data', (message: Message) => messages.push(message)).on('error', () => undefined);
    stream.on('status', ({ code, details }) => setImmediate(() => resolve({ messages, code, details })));
  });
}

test('a unary call goes through all filters, with metadata, trailers and one line of the log', async () => {
  await using echo = await anEchoServer();
  await using run = await serve(echo);
  const metadata = new Metadata();
  metadata.set('x-instansi', '36');
  metadata.set('berkas-bin', Buffer.from([0, 255, 1]));
  const outcome = await unary(run.client, 'halo', {}, metadata);
  assert.ok('answer' in outcome, String(outcome));
  assert.match(outcome.answer.text, /^halo .*"x-instansi":"36"/);
  assert.match(outcome.answer.text, /"via":"2.0 simpul"/);
  await run.gw.logged(1);
  const [line] = run.gw.calls;
  assert.deepEqual([line?.['status'], line?.['grpcStatus'], line?.['code']], [200, 0, undefined]);
});

test('streams of all kinds, many at once on one connection', async () => {
  await using echo = await anEchoServer();
  await using run = await serve(echo);
  const collected = new Promise<Message>((resolve, reject) => {
    const call = run.client['Collect']?.((error: Error | null, answer: Message) =>
      error === null ? resolve(answer) : reject(error),
    );
    for (const text of ['a', 'b', 'c']) call.write({ text });
    call.end();
  });
  const repeated = messagesOf(run.client['Repeat']?.({ text: 'r', n: 500 }));
  const chat = run.client['Chat']?.();
  const said = messagesOf(chat);
  chat.write({ text: 'satu' });
  await new Promise((resolve) => chat.once('data', resolve)); // both directions at once, not one after the other
  chat.write({ text: 'dua' });
  chat.end();
  assert.deepEqual(await collected, { text: 'a,b,c', n: 3 });
  assert.deepEqual((await repeated).messages.at(-1), { text: 'r', n: 499 });
  assert.deepEqual((await said).messages, [{ text: 'SATU' }, { text: 'DUA' }]);
  const many = await Promise.all(Array.from({ length: 300 }, (_, i) => unary(run.client, `${i}`)));
  assert.ok(many.every((outcome, i) => 'answer' in outcome && outcome.answer.text.startsWith(`${i} `)));
});

test('a status of the backend arrives as it is, and counts as what it means', async () => {
  await using echo = await anEchoServer();
  await using run = await serve(echo);
  const outcome = await unary(run.client, 'fail');
  assert.ok('code' in outcome);
  assert.deepEqual([outcome.code, outcome.details], [status.FAILED_PRECONDITION, 'tidak bisa: 100% gagal']);
  await run.gw.logged(1);
  assert.deepEqual([run.gw.calls[0]?.['status'], run.gw.calls[0]?.['grpcStatus']], [200, 9]);
  const { rows } = await run.gw.gateway.usage();
  assert.deepEqual([rows[0]?.success, rows[0]?.consumerErrors], [0, 1]);
  const metrics = await run.gw.gateway.metrics.registry.metrics();
  assert.match(metrics, /simpul_gateway_calls_total\{[^}]*class="4xx"\} 1/);
});

test('the backend learns the deadline: the caller’s, and at most the gateway’s', async () => {
  await using echo = await anEchoServer();
  await using run = await serve(echo);
  const mine = await unary(run.client, 'x', { deadline: Date.now() + 2000 });
  const theirs = await unary(run.client, 'x');
  const capped = await unary(run.client, 'x', { deadline: Date.now() + 3_600_000 });
  const left = [mine, theirs, capped].map((outcome) => ('answer' in outcome ? (outcome.answer.n ?? 0) : 0));
  assert.ok(left[0] !== undefined && left[0] > 1000 && left[0] <= 2000, String(left));
  for (const ms of left.slice(1)) assert.ok(ms > 4000 && ms <= 5000, String(left));
});

test('a backend that does not answer in time is DEADLINE_EXCEEDED, by the gateway’s time and the caller’s', async () => {
  await using echo = await anEchoServer();
  await using run = await serve(echo, {
    backend: { ...backendAt(`${echo.url}${service}`), protocol: 'HTTP2', timeoutMs: 300 },
  });
  const outcome = await unary(run.client, 'wait');
  assert.ok('code' in outcome);
  assert.equal(outcome.code, status.DEADLINE_EXCEEDED);
  assert.equal(outcome.metadata.get('simpul-code')[0], 'GW_BACKEND_TIMEOUT');
  const inTheMiddle = await messagesOf(run.client['Repeat']?.({ text: 'wait', n: 2 }));
  assert.deepEqual([inTheMiddle.messages.length, inTheMiddle.code], [2, status.DEADLINE_EXCEEDED]);
  assert.match(inTheMiddle.details, /did not complete its answer in time/);
});

const refusals: readonly [name: string, change: Partial<CompiledApiService>, code: number, simpul: string][] = [
  [
    'no key',
    { authentication: { mode: 'Required', keyManagers: ['x/missing'] } },
    status.UNAVAILABLE,
    'GW_KEY_MANAGER_MISSING',
  ],
  ['blocked', { lifecycle: { state: 'Blocked', reason: 'diperbaiki' } }, status.UNAVAILABLE, 'GW_API_BLOCKED'],
  [
    'no such method',
    { operations: [{ path: '/Lain', methods: ['POST'], limits: [] }] },
    status.UNIMPLEMENTED,
    'GW_OPERATION_NOT_FOUND',
  ],
  [
    'no backend',
    { backend: backendAt('http://127.0.0.1:1', { protocol: 'HTTP2' }) },
    status.UNAVAILABLE,
    'GW_BACKEND_UNREACHABLE',
  ],
  [
    'a backend of HTTP/1.1',
    { backend: { ...backendAt('http://127.0.0.1:1'), protocol: undefined as never } },
    status.UNIMPLEMENTED,
    'GW_GRPC_NOT_SUPPORTED',
  ],
];
for (const [name, change, code, simpulCode] of refusals) {
  test(`refusals reach gRPC callers as a status: ${name}`, async () => {
    await using echo = await anEchoServer();
    await using run = await serve(echo, change);
    const outcome = await unary(run.client, 'x');
    assert.ok('code' in outcome);
    assert.deepEqual([outcome.code, outcome.metadata.get('simpul-code')[0]], [code, simpulCode], outcome.details);
    assert.notEqual(outcome.details, '');
    await run.gw.logged(1);
    assert.deepEqual([run.gw.calls[0]?.['code'], run.gw.calls[0]?.['grpcStatus']], [simpulCode, code]);
  });
}

test('a limit that is used up is RESOURCE_EXHAUSTED, and says when to come again', async () => {
  await using echo = await anEchoServer();
  await using run = await serve(echo, { limits: [aLimit({ requests: 1 })] });
  assert.ok('answer' in (await unary(run.client, 'x')));
  const outcome = await unary(run.client, 'x');
  assert.ok('code' in outcome);
  assert.equal(outcome.code, status.RESOURCE_EXHAUSTED);
  assert.match(String(outcome.metadata.get('retry-after')[0]), /^\d+$/);
});

test('over TLS on both sides, by ALPN', async () => {
  const certificate = await authority.issue('echo', { names: 'DNS:localhost,IP:127.0.0.1' });
  await using echo = await anEchoServer(certificate);
  const listener = { ...plainListener, protocol: 'HTTPS', tls: { certificates: [certificate], minVersion: 'TLSv1.2' } };
  const backend = {
    ...backendAt(`${echo.url}${service}`, { protocol: 'HTTP2' }),
    tls: { ca: authority.ca, minVersion: 'TLSv1.2' },
  };
  await using gw = await aRunningGateway([
    aGateway({ listeners: [listener as never] }),
    aTenant(),
    anEchoApi(echo.url, { backend: backend as never }),
  ]);
  const client = new EchoClient(`localhost:${gw.port}`, credentials.createSsl(Buffer.from(authority.ca))) as Client &
    Methods;
  const outcome = await unary(client, 'aman');
  client.close();
  assert.ok('answer' in outcome, String(outcome));
});

test('a backend that ends its connections again and again: no call fails', async () => {
  await using echo = await anEchoServer(undefined, {
    'grpc.max_connection_age_ms': 100,
    'grpc.max_connection_age_grace_ms': 2000,
  });
  await using run = await serve(echo);
  const end = performance.now() + 1500;
  const failures: unknown[] = [];
  let done = 0;
  const load = Array.from({ length: 16 }, async () => {
    while (performance.now() < end) {
      const outcome = await unary(run.client, 'x');
      if ('answer' in outcome) done++;
      else failures.push(outcome);
    }
  });
  await Promise.all(load);
  assert.deepEqual(failures, []);
  assert.ok(done > 100, String(done));
});
