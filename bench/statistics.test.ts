import assert from 'node:assert/strict';
import { test } from 'node:test';
import { distributionOf, percentile, shown } from './statistics.ts';

const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);

const percentiles: { name: string; samples: number[]; share: number; expected: number }[] = [
  { name: 'the 99th of a hundred is the second largest', samples: hundred, share: 0.99, expected: 99 },
  { name: 'the median of a hundred is the lower one of the middle', samples: hundred, share: 0.5, expected: 50 },
  { name: 'everything is the largest', samples: hundred, share: 1, expected: 100 },
  { name: 'nothing is the smallest', samples: hundred, share: 0, expected: 1 },
  { name: 'one sample is every percentile', samples: [7], share: 0.99, expected: 7 },
  { name: 'numbers are not sorted as text', samples: [9, 10, 100], share: 1, expected: 100 },
  { name: 'no samples have none', samples: [], share: 0.5, expected: Number.NaN },
];

for (const { name, samples, share, expected } of percentiles) {
  test(`percentile: ${name}`, () => assert.equal(percentile(samples, share), expected));
}

test('distributionOf leaves its samples as they are', () => {
  const samples = [3, 1, 2];
  assert.deepEqual(distributionOf(samples), { count: 3, p50: 2, p99: 3, max: 3 });
  assert.deepEqual(samples, [3, 1, 2]);
});

test('shown keeps what matters of a number', () => {
  assert.deepEqual([0, 0.01234, 2, 9.876, 41.26, 1234.5].map(shown), ['0', '0.0123', '2', '9.88', '41.3', '1,235']);
  assert.deepEqual([undefined, Number.NaN, Number.POSITIVE_INFINITY].map(shown), ['-', '-', '-']);
});
