import assert from 'node:assert/strict';
import { test } from 'node:test';
import { samplesOf, sumOf } from './prometheus.ts';

const page = `# HELP calls_total Calls.
# TYPE calls_total counter
calls_total{verb="APPLY",resource="apiservices"} 12
calls_total{verb="LIST",resource="apiservices"} 3
calls_total_more{verb="APPLY"} 99
calls_total{verb="APPLY",resource="secrets",text="a, b}=\\"c\\""} 1.5e+2
up 1
`;

test('samplesOf reads one metric and leaves those whose names begin alike', () => {
  const samples = samplesOf(page, 'calls_total');
  assert.deepEqual(
    samples.map(({ value }) => value),
    [12, 3, 150],
  );
  assert.deepEqual(samples[2]?.labels, { verb: 'APPLY', resource: 'secrets', text: 'a, b}=\\"c\\"' });
  assert.deepEqual(samplesOf(page, 'up'), [{ name: 'up', labels: {}, value: 1 }]);
});

test('sumOf adds what matches', () => {
  const samples = samplesOf(page, 'calls_total');
  assert.equal(sumOf(samples, { verb: 'APPLY' }), 162);
  assert.equal(sumOf(samples, { verb: 'APPLY', resource: 'secrets' }), 150);
  assert.equal(sumOf(samples, { verb: 'POST' }), 0);
  assert.equal(sumOf(samples), 165);
});
