import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { before, describe, test } from 'node:test';
import { aGateway, anApi, aTenant } from '#gateway/testing/compiled.ts';
import { aBackend, backendAt } from '#gateway/testing/test-backend.ts';
import { aRunningGateway, call } from '#gateway/testing/test-gateway.ts';
import { exposedSeries, queriesOf, rules, unknownIn } from './exposed.ts';

const files = readdirSync('monitoring/dashboards');
let exposed: Map<string, Set<string>>;

before(async () => {
  await using backend = await aBackend((_request, response) => response.end());
  const admin = { host: '127.0.0.1', port: 0 };
  await using gw = await aRunningGateway([aGateway(), aTenant(), anApi({ backend: backendAt(backend.url) })], {
    admin,
  });
  await call(gw.port, '/banten/situs/v1');
  exposed = exposedSeries([(await call(gw.gateway.adminAddress?.port ?? 0, '/metrics')).text]);
});

for (const file of files) {
  test(`${file} uses only metrics and labels that exist`, () => {
    const wrong = queriesOf(file).flatMap(({ where, expr }) => {
      return unknownIn(expr, exposed).map((name) => `${where}: ${name}`);
    });
    assert.deepEqual(wrong, []);
  });

  test(`legends of ${file} name labels that the query keeps`, () => {
    const wrong = queriesOf(file).flatMap(({ where, expr, legend }) => {
      const kept = /\bby \(([^)]*)\)/.exec(expr)?.[1]?.split(', ');
      const named = [...legend.matchAll(/\{\{(\w+)\}\}/g)].map(([, name = '']) => name);
      return named.filter((name) => kept !== undefined && !kept.includes(name)).map((name) => `${where}: ${name}`);
    });
    assert.deepEqual(wrong, []);
  });

  test(`variables of ${file} are labels that exist`, () => {
    const text = readFileSync(`monitoring/dashboards/${file}`, 'utf8');
    const asked = [...text.matchAll(/"label_values\((\w+), (\w+)\)"/g)];
    assert.ok(asked.length > 0);
    for (const [, metric = '', label = ''] of asked)
      assert.ok(exposed.get(metric)?.has(label), `${label} of ${metric}`);
  });
}

test('rules use only metrics and labels that exist', () => {
  // Exposed by the supervisor of workers, which a gateway of one process does not have.
  const ofWorkers = 'simpul_gateway_worker_restarts_total';
  assert.ok(readFileSync('gateway/supervisor/supervisor.ts', 'utf8').includes(`name: '${ofWorkers}'`));
  exposed.set(ofWorkers, new Set(['namespace', 'instance']));
  assert.deepEqual(
    rules().flatMap(({ expr }) => unknownIn(expr, exposed)),
    [],
  );
});

describe('the check', () => {
  const known = new Map([['simpul_a_total', new Set(['api', 'instance'])]]);
  const cases = [
    ['sum by (api) (rate(simpul_a_total{instance="x"}[5m]))', []],
    ['simpul_b_total', ['simpul_b_total']],
    ['simpul_a_total{plan="x"}', ['plan of simpul_a_total']],
    ['sum by (plan) (simpul_a_total)', ['plan in sum by (plan) (simpul_a_total)']],
  ] as const;
  for (const [expression, found] of cases) {
    test(`finds what is wrong in ${expression}`, () => assert.deepEqual(unknownIn(expression, known), found));
  }
});
