import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CompiledCache } from '#api/compiled/answers.ts';
import { freshnessOf } from './freshness.ts';

const rules: CompiledCache = {
  ttlMs: 60_000,
  maxBytes: 1000,
  keyHeaders: [],
  shared: false,
  staleWhileRevalidateMs: 5000,
  staleIfErrorMs: 7000,
};

function lifetime(status: number, fields: Record<string, string>, hasIdentity = false): number | null {
  return freshnessOf(status, Object.entries(fields).flat(), rules, hasIdentity)?.lifetimeMs ?? null;
}

const date = 'Sat, 21 Nov 2026 10:00:00 GMT';

test('what the backend says goes before ttl', () => {
  assert.equal(lifetime(200, {}), 60_000);
  assert.equal(lifetime(200, { 'Cache-Control': 'max-age=5' }), 5000);
  assert.equal(lifetime(200, { 'Cache-Control': 'public, Max-Age="5", s-maxage=9' }), 9000);
  assert.equal(lifetime(200, { Expires: 'Sat, 21 Nov 2026 10:00:30 GMT', Date: date }), 30_000);
  assert.equal(lifetime(200, { Expires: '0', Date: date, ETag: '"a"' }), 0);
  assert.equal(lifetime(200, { 'Cache-Control': 'max-age=5', Expires: '0', Date: date }), 5000);
  assert.equal(lifetime(200, { 'Cache-Control': 'max-age=5, max-age=9' }), 5000);
});

test('what may not be stored is not', () => {
  const never: [number, Record<string, string>][] = [
    [200, { 'Cache-Control': 'no-store' }],
    [200, { 'Cache-Control': 'max-age=60, private' }],
    [200, { 'Cache-Control': 'private="x-a", max-age=60' }],
    [200, { 'Set-Cookie': 'a=b' }],
    [200, { Vary: 'accept, *' }],
    [200, { 'Cache-Control': 'max-age=x' }],
    [200, { 'Cache-Control': 'no-cache' }],
    [206, { 'Cache-Control': 'max-age=60' }],
    [304, { 'Cache-Control': 'max-age=60' }],
    [500, { 'Cache-Control': 'max-age=60' }],
    [404, {}],
  ];
  for (const [status, fields] of never) assert.equal(lifetime(status, fields), null, JSON.stringify(fields));
  assert.equal(lifetime(404, { 'Cache-Control': 'max-age=3' }), 3000);
});

test('what must be asked for each time is stored where it can be asked for', () => {
  assert.equal(lifetime(200, { 'Cache-Control': 'no-cache', ETag: '"a"' }), 0);
  assert.equal(lifetime(200, { 'Cache-Control': 'max-age=0', 'Last-Modified': date }), 0);
});

test('answers for a user are shared only if the backend says so', () => {
  assert.equal(lifetime(200, { 'Cache-Control': 'max-age=5' }, true), null);
  for (const directive of ['public', 's-maxage=5', 'must-revalidate']) {
    assert.notEqual(lifetime(200, { 'Cache-Control': `max-age=5, ${directive}` }, true), null, directive);
  }
});

test('how long an old answer may be used', () => {
  const of = (control: string) => freshnessOf(200, ['Cache-Control', control, 'Age', '3', 'ETag', '"a"'], rules, false);
  assert.equal(of('max-age=5')?.initialAgeMs, 3000);
  assert.equal(of('max-age=5')?.staleWhileRevalidateMs, 5000);
  assert.equal(of('max-age=5, stale-while-revalidate=1')?.staleWhileRevalidateMs, 1000);
  assert.equal(of('max-age=5, stale-if-error=999999999')?.staleIfErrorMs, 86_400_000);
  for (const directive of ['must-revalidate', 'proxy-revalidate', 's-maxage=5', 'no-cache']) {
    assert.equal(of(`max-age=5, stale-if-error=60, ${directive}`)?.staleIfErrorMs, 0, directive);
  }
});
