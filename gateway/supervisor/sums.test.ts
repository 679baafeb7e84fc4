import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Counter, Gauge, Registry } from 'prom-client';
import type { UsageRow } from '../usage/usage-table.ts';
import { MetricSums, sumBackends, sumUsage } from './sums.ts';

/** What a worker answers that has counted so many calls and serves this version. */
async function counted(calls: number, version: number) {
  const registry = new Registry();
  new Counter({ name: 'calls_total', help: 'x', labelNames: ['api'], registers: [registry] }).inc({ api: 'a' }, calls);
  new Gauge({ name: 'version', help: 'x', aggregator: 'min', registers: [registry] }).set(version);
  return await registry.getMetricsAsJSON();
}

test('counters are added up and never fall when a worker dies; gauges say the least', async () => {
  const sums = new MetricSums();
  sums.note(1, await counted(5, 9));
  sums.note(2, await counted(7, 8));
  assert.match((await sums.text([])).text, /calls_total\{api="a"\} 12\n[\s\S]*version 8\n/);
  await sums.retire(2);
  assert.match((await sums.text([])).text, /calls_total\{api="a"\} 12\n[\s\S]*version 9\n/);
  sums.note(2, await counted(1, 9));
  await sums.retire(1);
  await sums.retire(1);
  assert.match((await sums.text([])).text, /calls_total\{api="a"\} 13\n/);
  sums.note(2, undefined);
  assert.match((await sums.text([])).text, /calls_total\{api="a"\} 13\n/);
});

test('usage of one hour, API, version, plan and Subscription is one row', () => {
  const row = {
    ...{ hour: '2026-11-21T10:00:00Z', tenant: 't', api: 't/a', plan: '', subscription: '', consumer: '', version: '' },
    ...{
      calls: 2,
      success: 1,
      consumerErrors: 1,
      providerErrors: 0,
      gatewayErrors: 0,
      aborted: 0,
      bytesIn: 3,
      bytesOut: 4,
    },
  };
  const canary = { ...row, version: '2' };
  const earlier = { ...row, hour: '2026-11-21T09:00:00Z' };
  const sum = sumUsage([
    { gateway: 'g', since: '2026-11-21T09:30:00Z', countedIn: 'Memory', rows: [row] },
    { gateway: 'g', since: '2026-11-21T09:00:00Z', countedIn: 'Memory', rows: [earlier, row, canary] },
  ]);
  assert.equal(sum.since, '2026-11-21T09:00:00Z');
  const doubled = { calls: 4, success: 2, consumerErrors: 2, bytesIn: 6, bytesOut: 8 };
  assert.deepEqual(sum.rows, [earlier, { ...row, ...doubled }, canary]);
});

test('usage that Redis has added up is that of all: the latest is taken', () => {
  const report = (calls: number, countedIn: 'Redis' | 'Memory') => {
    const rows = [{ calls } as UsageRow];
    return { gateway: 'g', since: '', countedIn, rows };
  };
  const sum = sumUsage([report(9, 'Memory'), report(5, 'Redis'), report(7, 'Redis')]);
  assert.deepEqual(sum.rows, [{ calls: 7 }]);
});

test('an endpoint is as the worker sees it for whom it does worst', () => {
  const up = { url: 'http://a/', up: true, callsInFlight: 1 };
  const down = { ...up, up: false, callsInFlight: 2 };
  const other = { ...up, url: 'http://b/' };
  const sum = sumBackends([
    { total: 2, endpoints: [other, up] },
    { total: 2, endpoints: [down, other] },
  ]);
  assert.deepEqual(sum.endpoints, [
    { ...down, callsInFlight: 3 },
    { ...other, callsInFlight: 2 },
  ]);
});
