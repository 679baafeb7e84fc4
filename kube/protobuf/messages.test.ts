import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { StoreError } from '../store-error.ts';
import { readSecretPage, readStatus } from './messages.ts';

/** A field of bytes: its number, its length, what is in it. */
function field(number: number, ...parts: readonly (string | Buffer)[]): Buffer {
  const value = Buffer.concat(parts.map((part) => Buffer.from(part)));
  return Buffer.concat([varint(number * 8 + 2), varint(value.length), value]);
}

function count(number: number, value: number): Buffer {
  return Buffer.concat([varint(number * 8), varint(value)]);
}

function varint(value: number): Buffer {
  return Buffer.from(value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))]);
}

/** As the API server wraps each object. */
function wrapped(...object: readonly Buffer[]): Buffer {
  return Buffer.concat([Buffer.from('k8s\0'), field(1, field(1, 'v1'), field(2, 'Any')), field(2, ...object)]);
}

const secret = field(
  2,
  field(
    1,
    ...[
      field(1, 'a'),
      field(2, ''),
      field(3, 'n'),
      field(6, '7'),
      count(7, 2 ** 40),
      field(8, count(1, 1_764_000_000)),
    ],
    ...[field(11, field(1, 'k'), field(2, 'v')), field(11, field(1, 'empty'))],
    ...[field(17, field(1, 'managed'), field(99, 'new'))],
    ...[field(13, field(1, 'Tenant'), field(3, 't'), count(6, 1), count(7, 0)), field(14, 'x'), field(14, 'y')],
  ),
  field(2, field(1, 'compiled.json'), field(2, Buffer.from([0, 255]))),
  field(3, 'Opaque'),
  Buffer.concat([varint(9 * 8 + 1), Buffer.alloc(8), varint(10 * 8 + 5), Buffer.alloc(4)]), // of a later release
);
const page = wrapped(field(1, field(2, '12'), field(3, 'more'), count(4, 5)), secret);

test('a page of Secrets is what it would be in JSON, without managedFields', () => {
  const { each, ...read } = readSecretPage(page);
  const items = [
    {
      ...{ apiVersion: 'v1', kind: 'Secret', type: 'Opaque', data: { 'compiled.json': 'AP8=' } },
      metadata: {
        ...{ name: 'a', namespace: 'n', resourceVersion: '7', generation: 2 ** 40 },
        ...{ creationTimestamp: '2025-11-24T16:00:00Z', labels: { k: 'v', empty: '' }, finalizers: ['x', 'y'] },
        ownerReferences: [{ kind: 'Tenant', name: 't', controller: true, blockOwnerDeletion: false }],
      },
    },
  ];
  assert.deepEqual(read, {
    ...{ resourceVersion: '12', continue: 'more', items },
    size: { bytes: page.length, objects: 1 },
  });
  assert.deepEqual([...(each?.() ?? [])], items);
});

test('a Status is what it would be in JSON', () => {
  const cause = field(4, field(1, 'R'), field(2, 'M'), field(3, 'f'));
  const details = field(5, field(1, 'a'), cause, count(5, 3));
  assert.deepEqual(
    readStatus(wrapped(field(2, 'Failure'), field(3, 'gone'), field(4, 'Expired'), details, count(6, 410))),
    {
      ...{ kind: 'Status', message: 'gone', reason: 'Expired', code: 410 },
      details: { name: 'a', retryAfterSeconds: 3, causes: [{ reason: 'R', message: 'M', field: 'f' }] },
    },
  );
});

test('a page that was cut is refused, wherever that was', () => {
  for (let length = 0; length < page.length; length++) {
    assert.throws(() => readSecretPage(page.subarray(0, length)).items, { code: 'STORE_Unreachable' }, `${length}`);
  }
});

test('a field that reaches beyond its message is refused', () => {
  const name = Buffer.from([1 * 8 + 2, 100, 97]); // 100 bytes, of which one is there
  const after = field(2, field(3, 'x'.repeat(200)));
  assert.throws(() => readSecretPage(wrapped(field(2, field(1, name)), after)).items, { code: 'STORE_Unreachable' });
});

test('bytes that were cut or changed give a page or a StoreError, and nothing else', () => {
  const change = fc.record({
    at: fc.nat(page.length - 1),
    to: fc.nat(255),
    length: fc.integer({ min: 0, max: page.length }),
  });
  fc.assert(
    fc.property(change, ({ at, to, length }) => {
      const bytes = Buffer.from(page);
      bytes[at] = to;
      try {
        void readSecretPage(bytes.subarray(0, length)).items;
      } catch (error) {
        assert.ok(error instanceof StoreError, String(error));
      }
    }),
    { numRuns: 5000 },
  );
});
