import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import type { CompiledIntrospection } from '#api/compiled/key-manager.ts';
import { anAuthority, type TestCertificate } from './testing/authority.ts';
import { anApi, anIntrospection, anIssuer, aSubscription, aTenant } from './testing/compiled.ts';
import { aBackend, backendAt } from './testing/test-backend.ts';
import { aRunningGateway, call, codeOf } from './testing/test-gateway.ts';
import { anIssuerKey, aTestIssuer, claimsOf, signedToken } from './testing/test-issuer.ts';

const base = '/banten/situs/v1';
const key = anIssuerKey();
const active = { active: true, client_id: 'perizinan', scope: 'penduduk.baca', sub: 'user-1' };

/** A provider that is asked about tokens: `answer` is what it says, text as it is. `tls`: over https, with this certificate. */
async function aProvider(tls?: TestCertificate) {
  const questions: { readonly form: URLSearchParams; readonly headers: IncomingMessage['headers'] }[] = [];
  const provider = { status: 200, answer: active as unknown, stalls: false, questions, url: '', connections: 0 };
  const listener = async (request: IncomingMessage, response: ServerResponse) => {
    questions.push({ form: new URLSearchParams(await text(request)), headers: request.headers });
    if (provider.stalls) return;
    const { answer } = provider;
    response.writeHead(provider.status).end(typeof answer === 'string' ? answer : JSON.stringify(answer));
  };
  const server =
    tls === undefined
      ? createServer(listener)
      : createSecureServer({ cert: tls.certificate, key: tls.privateKey }, listener);
  server.on('connection', () => provider.connections++);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  provider.url = `http${tls === undefined ? '' : 's'}://127.0.0.1:${(server.address() as AddressInfo).port}/introspect`;
  const close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return Object.assign(provider, { hangUp: () => server.closeIdleConnections(), [Symbol.asyncDispose]: close });
}

async function aWorld(change: Partial<CompiledIntrospection> = {}, keyManagers = ['simpul-system/sso']) {
  await using stack = new AsyncDisposableStack();
  const provider = stack.use(await aProvider());
  const issuer = stack.use(await aTestIssuer([key]));
  const backend = stack.use(await aBackend((_request, response) => response.end('ok')));
  const credential = (name: string) =>
    ({ name, type: 'OIDC', keyManager: `simpul-system/${name}`, clientId: 'perizinan' }) as const;
  const gw = stack.use(
    await aRunningGateway([
      ...[aTenant(), aTenant({ id: 'tangerang' })],
      anIntrospection({ url: provider.url, ...change }),
      anIssuer({ id: 'simpul-system/jwt', issuer: issuer.issuer }),
      anApi({ backend: backendAt(backend.url), authentication: { mode: 'Required', keyManagers } }),
      aSubscription({ credentials: [credential('sso'), credential('jwt')], grants: [{ api: 'banten/situs' }] }),
    ]),
  );
  const owned = stack.move();
  const send = (token: string) => call(gw.port, base, { headers: { authorization: `Bearer ${token}` } });
  return { provider, issuer, backend, send, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

test('a provider with an authority of its own is asked where the KeyManager names that, and nowhere else', async () => {
  await using authority = await anAuthority();
  await using provider = await aProvider(await authority.issue('sso', { names: 'IP:127.0.0.1' }));
  for (const [ca, status] of [[{ ca: authority.ca }, 200] as const, [{}, 503] as const]) {
    await using world = await aWorld({ url: provider.url, ...ca });
    assert.equal((await world.send('abc')).status, status);
  }
});

test('one connection carries questions that follow each other, and a closed one is replaced', async () => {
  await using world = await aWorld();
  const { provider, send } = world;
  for (const token of ['a', 'b', 'c']) assert.equal((await send(token)).status, 200);
  assert.equal(provider.connections, 1);
  provider.hangUp();
  assert.equal((await send('d')).status, 200);
  assert.equal(provider.connections, 2);
});

test('a provider is asked once about a token, by many calls at a time too', async () => {
  await using world = await aWorld();
  const { provider, backend, send } = world;
  for (const answer of await Promise.all(Array.from({ length: 20 }, () => send('opaque-1')))) {
    assert.equal(answer.status, 200, answer.text);
  }
  assert.equal((await send('opaque-1')).status, 200);
  assert.equal(provider.questions.length, 1);
  const [question] = provider.questions;
  assert.equal(question?.headers.authorization, 'Basic c2ltcHVsOnJhaGFzaWE=');
  assert.deepEqual(Object.fromEntries(question.form), { token: 'opaque-1', token_type_hint: 'access_token' });
  assert.equal(backend.requests[0]?.headers['x-consumer-client'], 'perizinan');
  assert.equal(backend.requests[0]?.headers.authorization, undefined);
});

test('what the provider calls inactive is refused, and not asked again at once', async () => {
  await using world = await aWorld({ audiences: ['simpul'] });
  const { provider, send } = world;
  const past = Math.floor(Date.now() / 1000) - 1;
  const answers: [unknown, string][] = [
    [{ active: false }, 'GW_TOKEN_INVALID'],
    [{ ...active, active: 'true', aud: 'simpul' }, 'GW_TOKEN_INVALID'],
    [{ ...active, aud: 'lain' }, 'GW_TOKEN_INVALID'],
    [{ ...active, aud: 'simpul', exp: past }, 'GW_TOKEN_EXPIRED'],
    [{ ...active, aud: 'simpul', nbf: past + 60 }, 'GW_TOKEN_INVALID'],
    [{ ...active, aud: 'simpul', client_id: undefined }, 'GW_TOKEN_INVALID'],
    [{ ...active, aud: 'simpul', client_id: 'lain' }, 'GW_CLIENT_UNKNOWN'],
  ];
  for (const [index, [answer, code]] of answers.entries()) {
    provider.answer = answer;
    for (let i = 0; i < 2; i++) assert.equal(codeOf(await send(`opaque-${index}`)), code);
  }
  assert.equal(provider.questions.length, answers.length);
  assert.equal(codeOf(await send('no token')), 'GW_TOKEN_INVALID');
  assert.equal(provider.questions.length, answers.length);
});

test('an answer may be told not to be kept', async () => {
  await using world = await aWorld({ cacheMs: 0 });
  for (let i = 0; i < 2; i++) assert.equal((await world.send('opaque')).status, 200);
  assert.equal(world.provider.questions.length, 2);
});

for (const [name, change] of Object.entries({
  'does not answer': { stalls: true },
  'does not know the gateway': { status: 401 },
  fails: { status: 500 },
  'answers no JSON': { answer: '<html>' },
  'answers more than it may': { answer: `${' '.repeat(512 * 1024)}${JSON.stringify(active)}` },
  'answers with a name twice': { answer: '{"active":false,"active":true,"client_id":"perizinan"}' },
})) {
  test(`a provider that ${name}: nobody is let in, and it is asked again`, async () => {
    await using world = await aWorld({ timeoutMs: 200 });
    Object.assign(world.provider, change);
    const answer = await world.send('opaque');
    assert.equal(answer.status, 503, answer.text);
    assert.equal(codeOf(answer), 'GW_KEY_MANAGER_UNREACHABLE');
    Object.assign(world.provider, { stalls: false, status: 200, answer: active });
    assert.equal((await world.send('opaque')).status, 200);
  });
}

test('beside an issuer it is asked only about what is not that issuer\u2019s', async () => {
  await using world = await aWorld({}, ['simpul-system/jwt', 'simpul-system/sso']);
  assert.equal((await world.send(signedToken(key, claimsOf(world.issuer.issuer)))).status, 200);
  assert.equal(world.provider.questions.length, 0);
  assert.equal((await world.send('opaque')).status, 200);
  assert.equal((await world.send(signedToken(key, claimsOf('https://lain')))).status, 200);
  assert.equal(world.provider.questions.length, 2);
});
