import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { catalogue, GatewayError, replyFor } from './errors.ts';

const documented = [
  ...readFileSync(new URL('../docs/errors.md', import.meta.url), 'utf8').matchAll(
    /^\| <a id="(gw_[a-z_]+)"><\/a>`(GW_[A-Z_]+)` \| (\d{3}) \| (consumer|gateway|provider) \| (.+?) \| .+ \|$/gm,
  ),
].map(([, anchor, code, status, fault, title]) => ({ anchor, code, status: Number(status), fault, title }));

test('every code is documented as it is answered, and nothing else is', () => {
  const inCode = Object.entries(catalogue).map(([code, { status, fault, title }]) => ({
    anchor: code.toLowerCase(),
    code,
    status,
    fault,
    title,
  }));
  assert.deepEqual(
    documented.toSorted((a, b) => ((a.code ?? '') < (b.code ?? '') ? -1 : 1)),
    inCode.toSorted((a, b) => (a.code < b.code ? -1 : 1)),
  );
});

test('a refusal becomes a problem document with its members and fields', () => {
  const error = new GatewayError('GW_RATE_LIMITED', 'used up', {
    members: { level: 'plan' },
    headers: ['Retry-After', '3'],
  });
  const reply = replyFor(error, 'id-1');
  assert.equal(reply.status, 429);
  assert.deepEqual(JSON.parse(String(reply.body)), {
    type: 'https://simpul.id/errors#gw_rate_limited',
    title: 'A limit is used up',
    status: 429,
    detail: 'used up',
    code: 'GW_RATE_LIMITED',
    fault: 'consumer',
    requestId: 'id-1',
    level: 'plan',
  });
  assert.ok(reply.headers.join('|').endsWith('|Simpul-Code|GW_RATE_LIMITED|Simpul-Fault|consumer|Retry-After|3'));
});

test('an unknown error is one generic 500 that tells nothing', () => {
  const reply = replyFor(new TypeError('secret detail of the inside'), 'id-1');
  assert.equal(reply.status, 500);
  assert.equal(reply.code, 'GW_INTERNAL');
  assert.ok(!reply.body.includes('secret'));
});
