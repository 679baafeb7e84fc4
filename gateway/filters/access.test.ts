import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CompiledAccess } from '#api/compiled/contract.ts';
import { aGateway, anApi, aTenant } from '../testing/compiled.ts';
import { aBackend, backendAt } from '../testing/test-backend.ts';
import { aRunningGateway, call, codeOf } from '../testing/test-gateway.ts';

const base = '/banten/situs/v1';

const cases: readonly [name: string, access: CompiledAccess | undefined, client: string, admitted: boolean][] = [
  ['nothing said', undefined, '203.0.113.7', true],
  ['both lists empty', { allow: [], deny: [] }, '203.0.113.7', true],
  ['allowed', { allow: ['203.0.113.0/24'], deny: [] }, '203.0.113.7', true],
  ['not among the allowed', { allow: ['10.0.0.0/8'], deny: [] }, '203.0.113.7', false],
  ['denied', { allow: [], deny: ['203.0.113.7/32'] }, '203.0.113.7', false],
  ['allowed and denied', { allow: ['203.0.113.0/24'], deny: ['203.0.113.7/32'] }, '203.0.113.7', false],
  ['beside the denied', { allow: ['203.0.113.0/24'], deny: ['203.0.113.8/32'] }, '203.0.113.7', true],
  ['IPv6', { allow: ['2001:db8::/32'], deny: [] }, '2001:db8::7', true],
  ['IPv6 is not all of IPv4', { allow: ['::/0'], deny: [] }, '203.0.113.7', false],
  ['IPv4 written as IPv6', { allow: ['203.0.113.0/24'], deny: [] }, '::ffff:203.0.113.7', true],
];

for (const [name, access, client, admitted] of cases) {
  test(`${name}: ${admitted ? 'served' : 'refused'}`, async () => {
    await using backend = await aBackend((_request, response) => response.end());
    const api = anApi({ backend: backendAt(backend.url), ...(access === undefined ? {} : { access }) });
    // The peer is a trusted proxy that says who calls.
    await using gw = await aRunningGateway([aGateway({ trustedProxies: ['127.0.0.1/32'] }), aTenant(), api]);
    // Twice: the second answer is remembered.
    for (let i = 0; i < 2; i++) {
      const answer = await call(gw.port, base, { headers: { 'x-forwarded-for': client } });
      assert.equal(answer.status, admitted ? 200 : 403);
      if (!admitted) assert.equal(codeOf(answer), 'GW_ADDRESS_NOT_ALLOWED');
    }
  });
}

test('an address that is named by nobody we trust counts for nothing', async () => {
  await using backend = await aBackend((_request, response) => response.end());
  const access = { allow: ['203.0.113.0/24'], deny: [] };
  await using gw = await aRunningGateway([aTenant(), anApi({ backend: backendAt(backend.url), access })]);
  const answer = await call(gw.port, base, { headers: { 'x-forwarded-for': '203.0.113.7' } });
  assert.equal(codeOf(answer), 'GW_ADDRESS_NOT_ALLOWED');
});

test('who may not come in does not learn that the API is blocked', async () => {
  const access = { allow: ['10.0.0.0/8'], deny: [] };
  const api = anApi({ access, lifecycle: { state: 'Blocked', reason: 'rahasia' } });
  await using gw = await aRunningGateway([aTenant(), api]);
  assert.equal(codeOf(await call(gw.port, base)), 'GW_ADDRESS_NOT_ALLOWED');
});
