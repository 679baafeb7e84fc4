import assert from 'node:assert/strict';
import { test } from 'node:test';
import { normalizeHost } from './host.ts';

const cases: readonly [authority: string, host: string | undefined][] = [
  ['api.bantenprov.go.id', 'api.bantenprov.go.id'],
  ['API.Bantenprov.GO.ID:8080', 'api.bantenprov.go.id'],
  ['api.example.', 'api.example'],
  ['api.example.:443', 'api.example'],
  ['127.0.0.1:80', '127.0.0.1'],
  ['[::1]:8080', '[::1]'],
  ['[2001:DB8::1]', '[2001:db8::1]'],
  ['a_b.example', 'a_b.example'],
  ['', undefined],
  [':80', undefined],
  ['.', undefined],
  ['a:b', undefined],
  ['a:123456', undefined],
  ['a b', undefined],
  ['a/b', undefined],
  ['user@host', undefined],
  ['[::1', undefined],
  ['[]', undefined],
  ['[::1]x', undefined],
  ['a'.repeat(254), undefined],
];

for (const [authority, host] of cases) {
  test(`host of "${authority.slice(0, 30)}"`, () => assert.equal(normalizeHost(authority), host));
}
