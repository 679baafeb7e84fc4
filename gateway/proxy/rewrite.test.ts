import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { CompiledRewrite } from '#api/compiled/contract.ts';
import { aGateway, anApi, aTenant } from '../testing/compiled.ts';
import { aBackend, backendAt } from '../testing/test-backend.ts';
import { aRunningGateway, call } from '../testing/test-gateway.ts';
import { buildRewrite, rewriteFault } from './rewrite.ts';

describe('what the backend is asked for', () => {
  const cases: readonly [string, CompiledRewrite, string, string, string][] = [
    ['a prefix', { prefix: '/v2' }, '/', '/nik/36?a=1', '/v2/nik/36?a=1'],
    ['a prefix alone', { prefix: '/v2' }, '/', '', '/v2'],
    ['the root as a prefix', { prefix: '/' }, '/', '/nik', '/nik'],
    ['a whole path with segments', { template: '/p/{nik}/rinci' }, '/nik/{nik}', '/nik/36', '/p/36/rinci'],
    ['segments in another order', { template: '/{b}/{a}' }, '/{a}/x/{b}', '/1/x/2', '/2/1'],
    ['the rest', { template: '/arsip/*' }, '/files/*', '/files/a/b', '/arsip/a/b'],
    ['no rest', { template: '/arsip/*' }, '/files/*', '/files', '/arsip'],
    ['a rest that is a slash', { template: '/arsip/*' }, '/files/*', '/files/', '/arsip/'],
    ['segments and the rest', { template: '/{id}/*' }, '/u/{id}/f/*', '/u/7/f/a%20b/c', '/7/a%20b/c'],
    ['the operation at the root', { template: '/beranda' }, '/', '', '/beranda'],
    ['a parameter more', { query: { set: { f: 'json' }, remove: [] } }, '/', '/a?x=1', '/a?x=1&f=json'],
    [
      'a parameter instead of the one that came',
      { query: { set: { f: 'json' }, remove: [] } },
      '/',
      '/a?f=xml&f=csv',
      '/a?f=json',
    ],
    ['a parameter less', { query: { set: {}, remove: ['debug'] } }, '/', '/a?debug&x=1&debug=2', '/a?x=1'],
    ['the last parameter less', { query: { set: {}, remove: ['debug'] } }, '/', '/a?debug=1', '/a'],
    [
      'a name in any spelling',
      { query: { set: {}, remove: ['x y'] } },
      '/',
      '/a?x+y=1&x%20y=2&%78%20y=3&z=1',
      '/a?z=1',
    ],
    [
      'a value that needs escapes',
      { query: { set: { 'a&b': 'x=y &' }, remove: [] } },
      '/',
      '/a',
      '/a?a%26b=x%3Dy%20%26',
    ],
    [
      'a segment as a parameter',
      { template: '/cari', query: { set: { nik: '{nik}' }, remove: [] } },
      '/nik/{nik}',
      '/nik/3&a=6',
      '/cari?nik=3%26a%3D6',
    ],
    [
      'an escaped segment as a parameter',
      { query: { set: { q: 'x-{n}' }, remove: [] } },
      '/{n}',
      '/a%2Bb',
      '/a%2Bb?q=x-a%2Bb',
    ],
    ['an escape that is none', { query: { set: {}, remove: ['%zz'] } }, '/', '/a?%zz=1&b', '/a?b'],
  ];
  for (const [name, compiled, operation, came, expected] of cases) {
    test(name, () => {
      const [path = '', query] = came.split('?');
      assert.equal(rewriteFault(compiled, operation), undefined);
      const rewritten = buildRewrite(compiled, operation)?.target(path, query === undefined ? '' : `?${query}`);
      assert.equal(rewritten, expected);
    });
  }

  test('no segment of the caller begins another parameter or path segment', () => {
    const rewrite = buildRewrite({ template: '/a/{x}/b', query: { set: { x: '{x}' }, remove: [] } }, '/{x}');
    const segment = fc.stringMatching(/^[A-Za-z0-9._~!$&'()*+,;=:@-]{1,20}$/);
    fc.assert(
      fc.property(segment, (x) => {
        const url = new URL(`http://h${rewrite?.target(`/${x}`, '?x=1&x=2')}`);
        assert.deepEqual([...url.searchParams], [['x', x]]);
        assert.equal(url.pathname.split('/').length, x === '.' || x === '..' ? url.pathname.split('/').length : 4);
      }),
    );
  });

  test('what the operation has not, and a rest that it has not', () => {
    assert.match(rewriteFault({ template: '/{lain}' }, '/{nik}') ?? '', /names \{lain\}/);
    assert.match(rewriteFault({ query: { set: { a: '{lain}' }, remove: [] } }, '/{nik}') ?? '', /names \{lain\}/);
    assert.match(rewriteFault({ template: '/a/*' }, '/{nik}') ?? '', /ends with/);
  });
});

test('operations go before the API, and answers change by both', async () => {
  await using backend = await aBackend((_request, response) => {
    response.setHeader('server', 'Rahasia/1.0').setHeader('cache-control', 'public').setHeader('x-debug', '1').end();
  });
  const rewrite = { prefix: '/v2', query: { set: { f: 'json' }, remove: [] } };
  const responseHeaders = { set: { 'cache-control': 'no-store' }, remove: ['server'] };
  const operations = [
    { path: '/nik/{nik}', methods: ['GET'], limits: [], rewrite: { template: '/penduduk/{nik}' } },
    { path: '/*', methods: [], limits: [], responseHeaders: { set: {}, remove: ['x-debug'] } },
  ];
  const api = anApi({ backend: backendAt(`${backend.url}/dasar`, { rewrite, responseHeaders }), operations });
  await using gw = await aRunningGateway([aGateway(), aTenant(), api]);

  const first = await call(gw.port, '/banten/situs/v1/nik/36?a=1');
  assert.equal(backend.requests.at(-1)?.url, '/dasar/penduduk/36?a=1');
  assert.deepEqual([first.headers['server'], first.headers['cache-control']], [undefined, 'no-store']);
  assert.equal(first.headers['x-debug'], '1');

  const second = await call(gw.port, '/banten/situs/v1/lain?f=xml');
  assert.equal(backend.requests.at(-1)?.url, '/dasar/v2/lain?f=json');
  assert.deepEqual([second.headers['x-debug'], second.headers['server']], [undefined, 'Rahasia/1.0']);
});
