import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { simpulKinds } from '#api/kinds.ts';
import { metricDefinitions } from './metric-definitions.ts';
import { OperatorMetrics } from './metrics.ts';

const operatorMetrics = (): OperatorMetrics => new OperatorMetrics({ version: '1.2.3', processMetrics: false });

async function linesOf(metrics: OperatorMetrics): Promise<string[]> {
  const text = await metrics.registry.metrics();
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

describe('operator metrics', () => {
  test('count what happens', async () => {
    const metrics = operatorMetrics();
    metrics.reconciled('ApiService', 'done', 20);
    metrics.reconciled('ApiService', 'failed', 2_000);
    metrics.watchRestarted('Tenant', 'Expired');
    metrics.apiCalled({ verb: 'apply', kind: simpulKinds.Tenant, outcome: 'Conflict', durationMs: 3 });
    metrics.statusWritten('Tenant');
    metrics.compiledWritten('tenant', 'update');
    metrics.eventDropped('queue_full');
    const lines = await linesOf(metrics);
    for (const line of [
      'simpul_operator_reconcile_total{kind="ApiService",outcome="done"} 1',
      'simpul_operator_reconcile_total{kind="ApiService",outcome="failed"} 1',
      'simpul_operator_reconcile_duration_seconds_bucket{le="0.025",kind="ApiService"} 1',
      'simpul_operator_reconcile_duration_seconds_sum{kind="ApiService"} 2.02',
      'simpul_operator_watch_restarts_total{kind="Tenant",reason="Expired"} 1',
      'simpul_operator_api_calls_total{verb="apply",kind="Tenant",code="Conflict"} 1',
      'simpul_operator_api_call_duration_seconds_count{verb="apply"} 1',
      'simpul_operator_status_writes_total{kind="Tenant"} 1',
      'simpul_operator_compiled_writes_total{kind="tenant",verb="update"} 1',
      'simpul_operator_events_dropped_total{reason="queue_full"} 1',
      `simpul_operator_build_info{version="1.2.3",node="${process.versions.node}"} 1`,
    ]) {
      assert.ok(lines.includes(line), `${line}\nnot in\n${lines.join('\n')}`);
    }
  });

  test('read gauges from their sources at each scrape', async () => {
    const metrics = operatorMetrics();
    const queue = { depth: 3, oldestAgeMs: 1_500 };
    let objects = [{ kind: 'Tenant', ready: 'False' as const, count: 2 }];
    let leader = false;
    metrics.trackQueue('Tenant', queue);
    metrics.trackObjects(() => objects);
    metrics.trackLeadership(() => leader);
    metrics.trackFleets(() => ({
      unprogrammed: [{ kind: 'ApiService', count: 2, oldestAgeMs: 61_000 }],
      gatewaysWithoutPods: 1,
    }));
    const first = await linesOf(metrics);
    assert.ok(first.includes('simpul_operator_queue_depth{kind="Tenant"} 3'));
    assert.ok(first.includes('simpul_operator_queue_oldest_age_seconds{kind="Tenant"} 1.5'));
    assert.ok(first.includes('simpul_operator_objects{kind="Tenant",ready="False"} 2'));
    assert.ok(first.includes('simpul_operator_leader 0'));
    assert.ok(first.includes('simpul_operator_unprogrammed_objects{kind="ApiService"} 2'));
    assert.ok(first.includes('simpul_operator_unprogrammed_age_seconds{kind="ApiService"} 61'));
    assert.ok(first.includes('simpul_operator_gateways_without_pods 1'));
    queue.depth = 0;
    objects = [];
    leader = true;
    const second = await linesOf(metrics);
    assert.ok(second.includes('simpul_operator_queue_depth{kind="Tenant"} 0'));
    assert.ok(!second.some((line) => line.startsWith('simpul_operator_objects')), 'what is gone is not reported on');
    assert.ok(second.includes('simpul_operator_leader 1'));
  });

  test('add those of the process and of Node.js unless told not to', async () => {
    const metrics = new OperatorMetrics({ version: '1.2.3' });
    const names = metrics.registry.getMetricsAsArray().map(({ name }) => name);
    assert.ok(names.includes('process_resident_memory_bytes'));
    assert.ok(names.includes('nodejs_eventloop_lag_seconds'));
  });

  test('are those that are defined, no more and no fewer', () => {
    const registered = operatorMetrics().registry.getMetricsAsArray();
    const defined = Object.values(metricDefinitions);
    assert.deepEqual(registered.map(({ name }) => name).sort(), defined.map(({ name }) => name).sort());
  });

  test('are documented word for word, no more and no fewer', () => {
    const page = readFileSync(new URL('../../docs/metrics-operator.md', import.meta.url), 'utf8');
    const documented = [...page.matchAll(/^\| `(simpul_\w+)` \| (.*?) \| (.*?) \| (.*?) \|$/gm)].map(
      ([, name, type, labels, help]) => ({ name, type, labels, help }),
    );
    const defined = Object.values(metricDefinitions).map(({ name, type, labelNames, help }) => ({
      name,
      type,
      labels: labelNames.map((label) => `\`${label}\``).join(', '),
      help,
    }));
    assert.deepEqual(documented, defined);
  });
});
