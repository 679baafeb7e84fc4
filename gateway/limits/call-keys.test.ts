import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileCallExpression } from '#api/call-expression.ts';
import type { Exchange } from '../exchange.ts';
import { CallKeys } from './call-keys.ts';

const head = { method: 'GET', host: 'h', path: '/a', query: '?p=1', rawHeaders: ['X-A', '1', 'x-a', '2'] };
const nobody = {
  subscription: null,
  api: null,
  plan: null,
  client: { address: '2001:db8::1', limitKey: '2001:db8::/64' },
};

function keysOf(claims: Exchange['claims']): CallKeys {
  return new CallKeys({ ...head, ...nobody, claims } as unknown as Exchange);
}

test('a claim counts by its text, and what is no text, number or truth value counts as absent', () => {
  const keys = keysOf({ azp: 'perizinan', level: 3, isStaff: true, roles: ['a'] });
  const values = ['azp', 'level', 'isStaff', 'roles', 'absent', 'toString'].map((name) => keys.claim(name));
  assert.deepEqual(values, ['perizinan', '3', 'true', '', '', '']);
  assert.equal(keysOf(null).claim('azp'), '');
});

test('long values count by their digest', () => {
  assert.equal(keysOf({ azp: 'x'.repeat(64) }).claim('azp').length, 64);
  assert.equal(keysOf({ azp: 'x'.repeat(65) }).claim('azp').length, 43);
  assert.notEqual(keysOf({ azp: 'x'.repeat(65) }).claim('azp'), keysOf({ azp: 'x'.repeat(66) }).claim('azp'));
});

test('expressions see the call, and claims only of a token', () => {
  const verdict = compileCallExpression(
    'request.headers["x-a"] == "1, 2" && request.query.p == "1" && claims.azp == ""',
  );
  assert.ok(verdict.ok);
  assert.equal(verdict.expression.holds(keysOf(null).facts()), true);
  assert.equal(verdict.expression.holds(keysOf({ azp: 'a' }).facts()), false);
});
