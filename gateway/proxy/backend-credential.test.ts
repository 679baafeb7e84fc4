import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CompiledBackend } from '#api/compiled/contract.ts';
import { anApi, aTenant } from '../testing/compiled.ts';
import { aBackend, backendAt } from '../testing/test-backend.ts';
import { aRunningGateway, call } from '../testing/test-gateway.ts';

const base = '/banten/situs/v1';

function apiWith(url: string, change: Partial<CompiledBackend>) {
  return anApi({ backend: backendAt(url, change) });
}

test("the backend gets its credential, and never the caller's own Authorization", async () => {
  await using backend = await aBackend((_request, response) => response.end());
  const inAuthorization = { secretHeaders: { authorization: 'Basic YTpi' } };
  const inAnother = { secretHeaders: { 'x-client-key': 'rahasia' } };
  await using gw = await aRunningGateway([aTenant(), apiWith(backend.url, { credential: inAuthorization })]);
  const headers = { authorization: 'Bearer milik-pemanggil', 'X-Client-Key': 'tebakan', 'x-other': '1' };

  await call(gw.port, base, { headers });
  const first = backend.requests.at(-1);
  assert.equal(first?.headers['authorization'], 'Basic YTpi');
  assert.equal(first?.headers['x-other'], '1');

  gw.source.put(apiWith(backend.url, { credential: inAnother }));
  await call(gw.port, base, { headers });
  const second = backend.requests.at(-1);
  assert.deepEqual([second?.headers['authorization'], second?.headers['x-client-key']], [undefined, 'rahasia']);
  const names = (second?.rawHeaders ?? []).filter((_, i) => i % 2 === 0).map((name) => name.toLowerCase());
  assert.equal(names.filter((name) => name === 'x-client-key').length, 1);
});

test('the credential goes before a field of that name that the API sets', async () => {
  await using backend = await aBackend((_request, response) => response.end());
  const headers = { set: { authorization: 'Bearer dari-spec', 'x-instansi': '36' }, remove: [] };
  const credential = { secretHeaders: { authorization: 'Bearer dari-secret' } };
  await using gw = await aRunningGateway([aTenant(), apiWith(backend.url, { headers, credential })]);
  await call(gw.port, base);
  const got = backend.requests.at(-1)?.headers;
  assert.deepEqual([got?.['authorization'], got?.['x-instansi']], ['Bearer dari-secret', '36']);
});

test('without a credential the Authorization of the caller goes on', async () => {
  await using backend = await aBackend((_request, response) => response.end());
  await using gw = await aRunningGateway([aTenant(), apiWith(backend.url, {})]);
  await call(gw.port, base, { headers: { authorization: 'Bearer milik-pemanggil' } });
  assert.equal(backend.requests.at(-1)?.headers['authorization'], 'Bearer milik-pemanggil');
});

test('a credential that changes under load fails no call, and each call has one of them whole', async () => {
  await using backend = await aBackend((_request, response) => void setTimeout(() => response.end(), 2));
  const rotated = (i: number) =>
    apiWith(backend.url, { credential: { secretHeaders: { authorization: `Bearer t${i}` } } });
  await using gw = await aRunningGateway([aTenant(), rotated(0)]);
  const calls: Promise<number>[] = [];
  for (let i = 0; i < 200; i++) {
    calls.push(call(gw.port, base).then(({ status }) => status));
    if (i % 10 === 0) gw.source.put(rotated(i));
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.deepEqual([...new Set(await Promise.all(calls))], [200]);
  const seen = new Set(backend.requests.map(({ headers }) => headers.authorization ?? 'none'));
  assert.ok([...seen].every((value) => /^Bearer t\d+$/.test(value)) && seen.size > 5, [...seen].join());
});
