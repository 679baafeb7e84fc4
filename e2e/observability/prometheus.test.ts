import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { aGateway, anApi, aTenant } from '#gateway/testing/compiled.ts';
import { aBackend, backendAt } from '#gateway/testing/test-backend.ts';
import { aRunningGateway, call } from '#gateway/testing/test-gateway.ts';
import { programPath } from '#tools/testing/programs.ts';
import { eventually } from '../standalone/simpul.ts';
import { aPrometheus } from './prometheus-server.ts';

const monitoring = fileURLToPath(new URL('../../monitoring/', import.meta.url));
const base = '/banten/situs/v1';

function promtool(args: readonly string[], input = ''): string {
  const { status, stdout, stderr } = spawnSync(programPath('promtool'), args, {
    cwd: monitoring,
    input,
    encoding: 'utf8',
  });
  assert.equal(status, 0, `${stdout}${stderr}`);
  return `${stdout}${stderr}`;
}

const rules = join(monitoring, 'rules.yaml');

test('the rules are well-formed and say what their tests say', () => {
  promtool(['check', 'rules', 'rules.yaml']);
  promtool(['test', 'rules', 'rules.test.yaml']);
});

test('Prometheus takes every metric of a gateway, and the rules find its errors', async () => {
  let isBroken = false;
  await using backend = await aBackend((_request, response) => response.writeHead(isBroken ? 500 : 200).end());
  const admin = { host: '127.0.0.1', port: 0 };
  const objects = [aGateway(), aTenant(), anApi({ backend: backendAt(backend.url) })];
  await using gw = await aRunningGateway(objects, { admin });
  const adminPort = gw.gateway.adminAddress?.port ?? 0;
  for (isBroken of [false, true]) for (let i = 0; i < 5; i++) await call(gw.port, base);
  await call(gw.port, '/nowhere');

  const said = promtool(['check', 'metrics'], (await call(adminPort, '/metrics')).text);
  assert.equal(said, '', 'names, units and help are as the conventions have them');

  await using prometheus = await aPrometheus({ rules, jobs: { 'simpul-gateway': [adminPort] } });
  const target = await eventually('the gateway is scraped', async () => {
    const { data } = await prometheus.get('targets');
    const [active] = (data as { activeTargets: { health: string; lastError: string }[] }).activeTargets;
    return active?.health === 'up' ? active : undefined;
  });
  assert.equal(target.lastError, '');
  await eventually('every call is counted', async () => {
    const counts = await prometheus.query('sum by (class) (simpul_gateway_calls_total{api="banten/situs"})');
    assert.deepEqual(counts.map(({ metric, value }) => `${metric['class']} ${value[1]}`).sort(), ['2xx 5', '5xx 5']);
    return true;
  });
  const ratio = await eventually('the rules find the errors', async () => {
    for (const _ of '12345') await call(gw.port, base);
    const [sample] = await prometheus.query('simpul:error_ratio:rate5m{api="banten/situs"} > 0.5');
    return sample;
  });
  assert.equal(ratio.metric['api'], 'banten/situs');
  const { data } = await prometheus.get('rules');
  const { groups } = data as { groups: { rules: { name: string; health: string; lastError?: string }[] }[] };
  assert.deepEqual(
    groups.flatMap(({ rules }) => rules).filter(({ health }) => health === 'err'),
    [],
  );
});

test('the trace of a slow call is found from its histogram', async () => {
  await using backend = await aBackend((_request, response) => response.end());
  const admin = { host: '127.0.0.1', port: 0 };
  // Spans go nowhere; what is asked here is only which calls are traced.
  const gateway = aGateway({ tracing: { endpoint: 'http://127.0.0.1:1', rate: 1 } });
  await using gw = await aRunningGateway([gateway, aTenant(), anApi({ backend: backendAt(backend.url) })], { admin });
  const adminPort = gw.gateway.adminAddress?.port ?? 0;
  await using prometheus = await aPrometheus({ rules, jobs: { 'simpul-gateway': [adminPort] } });
  const [found] = await eventually('Prometheus has an exemplar', async () => {
    await call(gw.port, base);
    const now = Date.now() / 1000;
    const query = encodeURIComponent('simpul_gateway_call_duration_seconds_bucket{api="banten/situs"}');
    const { data } = await prometheus.get(`query_exemplars?query=${query}&start=${now - 600}&end=${now}`);
    const exemplars = (data as { exemplars: { labels: { trace_id: string } }[] }[]).flatMap(
      (series) => series.exemplars,
    );
    return exemplars.length > 0 ? exemplars : undefined;
  });
  const traces = gw.calls.map(({ traceId }) => traceId);
  assert.ok(traces.includes(found?.labels.trace_id), `${found?.labels.trace_id} is in the access log`);

  // Whoever asks for the other format in between gets whole names too.
  const plain = (await call(adminPort, '/metrics')).text;
  assert.match(plain, /^simpul_gateway_calls_total\{/m);
  assert.doesNotMatch(plain, /trace_id/);
});
