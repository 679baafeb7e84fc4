import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fieldsOf } from './crd-fields.ts';

test('fields of objects, of items of lists, and of values of maps', () => {
  const text = { type: 'string' } as const;
  const entry = { type: 'object', properties: { requests: { type: 'integer' } } } as const;
  const schema = {
    type: 'object',
    properties: {
      spec: {
        type: 'object',
        properties: {
          limits: { type: 'array', items: entry },
          plans: {
            type: 'object',
            additionalProperties: { type: 'object', properties: { limits: { type: 'array', items: entry } } },
          },
          name: text,
        },
      },
    },
  } as const;
  assert.deepEqual(fieldsOf(schema), [
    ...['spec', 'spec.limits', 'spec.limits[].requests', 'spec.plans', 'spec.plans{}.limits'],
    ...['spec.plans{}.limits[].requests', 'spec.name'],
  ]);
});
