import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Encoding, negotiate } from './accept-encoding.ts';

const cases: [accept: string, offered: Encoding[], chosen: Encoding | null][] = [
  ['', ['br', 'gzip'], null],
  ['identity', ['br', 'gzip'], null],
  ['gzip', ['br', 'gzip'], 'gzip'],
  ['gzip, deflate, br, zstd', ['br', 'gzip'], 'br'],
  ['gzip, deflate, br, zstd', ['zstd', 'gzip'], 'zstd'],
  ['br;q=0.5, gzip', ['br', 'gzip'], 'gzip'],
  ['br;q=0, gzip;q=0.001', ['br', 'gzip'], 'gzip'],
  ['GZIP ; Q=1.000', ['gzip'], 'gzip'],
  ['x-gzip', ['gzip'], 'gzip'],
  ['*', ['br', 'gzip'], 'br'],
  ['*, br;q=0', ['br', 'gzip'], 'gzip'],
  ['*;q=0', ['br', 'gzip'], null],
  ['gzip;q=0.5, identity', ['gzip'], null],
  ['gzip;q=0.5, identity;q=0.5', ['gzip'], 'gzip'],
  ['gzip;q=0.1, identity;q=0', ['gzip'], 'gzip'],
  ['deflate', ['br', 'gzip'], null],
  ['gzip;q=2', ['gzip'], null],
  ['gzip;q=x', ['gzip'], null],
  ['gzip;level=9', ['gzip'], null],
  [',, ;q=1, gzip', ['gzip'], 'gzip'],
];

for (const [accept, offered, chosen] of cases) {
  test(`"${accept}" of ${offered.join(' ')} is ${chosen}`, () => assert.equal(negotiate(accept, offered), chosen));
}
