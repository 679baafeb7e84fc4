import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errorFromAnswer, isMissingObject } from './status-error.ts';

const status = (more: object) => JSON.stringify({ kind: 'Status', apiVersion: 'v1', ...more });

const cases: [name: string, code: number, body: string, wanted: object][] = [
  ['an object that is missing', 404, status({ reason: 'NotFound', message: 'm', code: 404 }), { reason: 'NotFound' }],
  ['a version that is gone', 410, status({ reason: 'Expired', code: 410 }), { reason: 'Expired' }],
  ['the older name of it', 410, status({ reason: 'Gone', code: 410 }), { reason: 'Expired' }],
  ['a conflict', 409, status({ reason: 'Conflict', code: 409 }), { reason: 'Conflict', status: 409 }],
  ['a name that is taken', 409, status({ reason: 'AlreadyExists', code: 409 }), { reason: 'AlreadyExists' }],
  [
    'owners of fields, without the leading dot',
    409,
    status({
      reason: 'Conflict',
      details: { causes: [{ reason: 'FieldManagerConflict', message: 'conflict with "bob"', field: '.spec.a' }] },
    }),
    { reason: 'Conflict', causes: [{ field: 'spec.a', message: 'conflict with "bob"' }] },
  ],
  [
    'a namespace that is going away',
    403,
    status({
      reason: 'Forbidden',
      details: { causes: [{ reason: 'NamespaceTerminating', field: 'metadata.namespace' }] },
    }),
    { reason: 'NamespaceTerminating' },
  ],
  [
    'a wait in the body',
    429,
    status({ reason: 'TooManyRequests', details: { retryAfterSeconds: 3 } }),
    { retryAfterMs: 3_000 },
  ],
  ['a server that gave up', 504, status({ reason: 'Timeout', code: 504 }), { reason: 'Timeout' }],
  ['a reason that nobody knows', 500, status({ reason: 'Whatever', code: 500 }), { reason: 'InternalError' }],
  ['an answer of a proxy', 502, '<html>bad gateway</html>', { reason: 'ServiceUnavailable', status: 502 }],
  ['an empty answer', 503, '', { reason: 'ServiceUnavailable', message: 'HTTP 503' }],
  ['JSON that is no Status', 403, '{"error":"no"}', { reason: 'Forbidden' }],
];

for (const [name, code, body, wanted] of cases) {
  test(`status: ${name}`, () => {
    const error = errorFromAnswer(code, body);
    assert.deepEqual(pick(error, Object.keys(wanted)), wanted);
  });
}

test('a Retry-After header goes before the body', () => {
  const error = errorFromAnswer(429, status({ reason: 'TooManyRequests', details: { retryAfterSeconds: 3 } }), 1_000);
  assert.equal(error.retryAfterMs, 1_000);
});

test('a 404 for a kind is not a 404 for an object', () => {
  assert.equal(isMissingObject(404, status({ reason: 'NotFound', details: { name: 'a', kind: 'widgets' } })), true);
  assert.equal(isMissingObject(404, status({ reason: 'NotFound', details: {} })), false);
  assert.equal(isMissingObject(404, '404 page not found'), false);
});

function pick(source: object, keys: readonly string[]): object {
  return Object.fromEntries(keys.map((key) => [key, (source as Record<string, unknown>)[key]]));
}
