import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CompiledBackendOAuth2 } from '#api/compiled/contract.ts';
import { anApi, aTenant } from '../testing/compiled.ts';
import { aBackend, backendAt } from '../testing/test-backend.ts';
import { TestClock } from '../testing/test-clock.ts';
import { aRunningGateway, call, codeOf, until } from '../testing/test-gateway.ts';

const base = '/banten/situs/v1';
const basic = `Basic ${Buffer.from('simpul:rahasia').toString('base64')}`;

interface Asked {
  readonly form: string;
  readonly authorization: string | undefined;
}

/** An authorization server, a backend that shows what it got, and a gateway between them. */
async function running(change: Partial<CompiledBackendOAuth2> = {}, more: object = {}) {
  const stack = new AsyncDisposableStack();
  const asked: Asked[] = [];
  const server = {
    answer: (n: number): unknown => ({ access_token: `token-${n}`, token_type: 'Bearer', expires_in: 100 }),
    status: 200,
  };
  const issuer = stack.use(
    await aBackend((request, response) => {
      const pieces: Buffer[] = [];
      request.on('data', (piece: Buffer) => pieces.push(piece));
      request.on('end', () => {
        asked.push({ form: Buffer.concat(pieces).toString(), authorization: request.headers.authorization });
        response.writeHead(server.status).end(JSON.stringify(server.answer(asked.length)));
      });
    }),
  );
  const state = { status: 200 };
  const backend = stack.use(
    await aBackend((request, response) =>
      response.writeHead(state.status).end(request.headers.authorization ?? 'nothing'),
    ),
  );
  const oauth2 = {
    tokenUrl: `${issuer.url}/token`,
    scopes: ['a', 'b'],
    secretHeaders: { authorization: basic },
    ...change,
  };
  const clock = new TestClock();
  const api = anApi({ backend: backendAt(backend.url, { oauth2 }), ...more });
  const gw = stack.use(await aRunningGateway([aTenant(), api], { clock }));
  const text = async () => (await call(gw.port, base, { headers: { Authorization: 'Bearer pemanggil' } })).text;
  return { gw, api, asked, server, state, clock, text, backend, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

test('a token is fetched once, for many calls at a time, and kept for its life', async () => {
  await using place = await running();
  const { asked, clock, text } = place;
  const texts = await Promise.all(Array.from({ length: 10 }, () => text()));
  assert.deepEqual([...new Set(texts)], ['Bearer token-1']);
  assert.deepEqual(asked, [{ form: 'grant_type=client_credentials&scope=a+b', authorization: basic }]);
  clock.advance(79_000);
  assert.equal(await text(), 'Bearer token-1');
  assert.equal(asked.length, 1);
});

test('it is renewed before its end, while calls go on with the old one, and after it they wait', async () => {
  await using place = await running();
  const { asked, clock, text } = place;
  await text();
  clock.advance(81_000);
  assert.equal(await text(), 'Bearer token-1');
  await until(() => asked.length === 2);
  await until(() => asked.length === 2);
  let seen = '';
  while (seen !== 'Bearer token-2') seen = await text();
  clock.advance(101_000);
  assert.equal(await text(), 'Bearer token-3');
});

test('client id and secret may stand in the form, with an audience', async () => {
  const secretForm = { client_id: 'simpul', client_secret: 'r&hasia' };
  await using place = await running({ secretHeaders: {}, secretForm, scopes: [], audience: 'https://dukcapil' });
  const { asked, text } = place;
  assert.equal(await text(), 'Bearer token-1');
  const form = Object.fromEntries(new URLSearchParams(asked[0]?.form));
  assert.deepEqual(form, { grant_type: 'client_credentials', audience: 'https://dukcapil', ...secretForm });
  assert.equal(asked[0]?.authorization, undefined);
});

test('without a token calls are refused, and the server is not asked for each', async () => {
  await using place = await running();
  const { gw, asked, server, clock, text } = place;
  server.status = 500;
  const refused = await call(gw.port, base);
  assert.deepEqual([refused.status, codeOf(refused)], [502, 'GW_BACKEND_TOKEN_MISSING']);
  await gw.logged(1);
  assert.match(String(gw.calls[0]?.['cause']), /token answers 500 instead of 200/);
  for (let i = 0; i < 5; i++) assert.equal((await call(gw.port, base)).status, 502);
  assert.equal(asked.length, 1);
  server.status = 200;
  clock.advance(1000);
  assert.equal(await text(), 'Bearer token-2');
});

test('a token that still holds outlives a server that is down', async () => {
  await using place = await running();
  const { asked, server, clock, text } = place;
  await text();
  server.status = 500;
  clock.advance(90_000);
  for (let i = 0; i < 3; i++) assert.equal(await text(), 'Bearer token-1');
  await until(() => asked.length === 2);
});

const odd: [string, unknown][] = [
  ['no token', {}],
  ['another type', { access_token: 'x', token_type: 'mac' }],
  ['a line end', { access_token: 'x\r\nX: y', token_type: 'bearer' }],
  ['no object', ['x']],
];

for (const [name, answer] of odd) {
  test(`no token is taken from an answer with ${name}`, async () => {
    await using place = await running();
    place.server.answer = () => answer;
    assert.equal(codeOf(await call(place.gw.port, base)), 'GW_BACKEND_TOKEN_MISSING');
  });
}

test('one that the backend refuses is replaced, but not for each refusal', async () => {
  await using place = await running();
  const { asked, state, clock, text } = place;
  state.status = 401;
  await text();
  await text();
  assert.equal(asked.length, 1);
  clock.advance(10_000);
  assert.equal(await text(), 'Bearer token-1');
  assert.equal(await text(), 'Bearer token-2');
});

test('a mirror gets no token, and neither log nor metrics show it', async () => {
  await using other = await aBackend((_request, response) => response.end());
  const mirror = { url: other.url, rate: 1, methods: ['GET'], maxBodyBytes: 0, timeoutMs: 1000, maxCalls: 4 };
  await using place = await running({}, { mirror });
  assert.equal(await place.text(), 'Bearer token-1');
  await until(() => other.requests.length === 1);
  assert.equal(other.requests[0]?.headers.authorization, undefined);
  await place.gw.logged(1);
  const shown = JSON.stringify(place.gw.calls) + (await place.gw.gateway.metrics.registry.metrics());
  assert.doesNotMatch(shown, /token-1|rahasia/);
});

test('an edited API goes on with the token that it has', async () => {
  await using place = await running();
  const { gw, api, asked, text } = place;
  assert.equal(await text(), 'Bearer token-1');
  gw.source.put({ ...api, version: '1.0.1' });
  assert.equal(await text(), 'Bearer token-1');
  assert.equal(asked.length, 1);
  const oauth2 = { ...api.backend.oauth2, scopes: ['c'] } as CompiledBackendOAuth2;
  gw.source.put({ ...api, backend: { ...api.backend, oauth2 } });
  assert.equal(await text(), 'Bearer token-2');
});
