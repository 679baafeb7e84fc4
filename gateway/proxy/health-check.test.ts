import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CompiledHealthCheck } from '#api/compiled/traffic.ts';
import { aGateway, anApi, aTenant } from '../testing/compiled.ts';
import { aBackend, backendAt } from '../testing/test-backend.ts';
import { aRunningGateway, call, until } from '../testing/test-gateway.ts';
import type { AnswerSink } from './backend-channel.ts';
import { HealthCheck } from './health-check.ts';
import type { OpenProbe } from './probe-channel.ts';

const base = '/banten/situs/v1';
const healthCheck: CompiledHealthCheck = {
  path: '/healthz?deep',
  intervalMs: 20,
  timeoutMs: 200,
  unhealthyAfter: 2,
  healthyAfter: 2,
  expectedStatuses: [],
};

/** A backend whose health can be changed, and which counts what it is asked. */
async function aPatient(name: string) {
  /** `script`: what the next checks are answered, before it is `health` again. */
  const state = { health: 200, script: [] as number[], checks: 0, calls: 0 };
  const backend = await aBackend((request, response) => {
    const isCheck = request.url === '/healthz?deep';
    if (isCheck) state.checks++;
    else state.calls++;
    const health = (isCheck ? state.script.shift() : undefined) ?? state.health;
    if (isCheck && health === 0) return;
    response.writeHead(isCheck ? health : 200).end(name);
  });
  return Object.assign(backend, { state });
}

function upOf(gateway: { backends(): unknown }): boolean[] {
  const { endpoints } = gateway.backends() as { endpoints: { url: string; up: boolean }[] };
  return endpoints.toSorted((a, b) => (a.url < b.url ? -1 : 1)).map(({ up }) => up);
}

test('an endpoint that is not well gets no calls until it is again', async () => {
  await using one = await aPatient('one');
  await using two = await aPatient('two');
  const endpoints = [one, two].map(({ url }) => ({ url, weight: 1 })).toSorted((a, b) => (a.url < b.url ? -1 : 1));
  const backend = { ...backendAt(''), endpoints, healthCheck };
  await using gw = await aRunningGateway([aTenant(), anApi({ backend })]);
  const isFirst = endpoints[0]?.url === one.url;
  for (const sick of [500, 0, 302]) {
    one.state.health = sick;
    await until(() => upOf(gw.gateway)[isFirst ? 0 : 1] === false);
    one.state.calls = 0;
    for (let i = 0; i < 4; i++) assert.equal((await call(gw.port, base)).text, 'two');
    assert.equal(one.state.calls, 0);
    one.state.health = 204;
    await until(() => upOf(gw.gateway).every((up) => up));
  }
  assert.deepEqual(
    new Set([(await call(gw.port, base)).text, (await call(gw.port, base)).text]),
    new Set(['one', 'two']),
  );
});

test('only checks in a row change what an endpoint counts as', async () => {
  await using only = await aPatient('only');
  const alternating = (first: number, second: number) => Array.from({ length: 20 }, (_, i) => (i % 2 ? second : first));
  only.state.script = alternating(500, 200);
  await using gw = await aRunningGateway([aTenant(), anApi({ backend: backendAt(only.url, { healthCheck }) })]);
  const seen = new Set<unknown>();
  const untilAnswered = () =>
    until(() => {
      seen.add(upOf(gw.gateway)[0]);
      return only.state.script.length === 0;
    });
  await untilAnswered();
  assert.deepEqual([...seen], [true]);
  only.state.health = 500;
  await until(() => upOf(gw.gateway)[0] === false);
  seen.clear();
  only.state.script = alternating(200, 500);
  await untilAnswered();
  assert.deepEqual([...seen], [false]);
});

test('when none is well all get calls: checks may be wrong', async () => {
  await using only = await aPatient('only');
  only.state.health = 500;
  await using gw = await aRunningGateway([aTenant(), anApi({ backend: backendAt(only.url, { healthCheck }) })]);
  await until(() => upOf(gw.gateway)[0] === false);
  assert.equal((await call(gw.port, base)).text, 'only');
  const report = JSON.stringify(gw.gateway.backends());
  assert.match(report, /"healthy":false,"lastCheck":"status 500"/);
});

test('other statuses may be named good', async () => {
  await using only = await aPatient('only');
  only.state.health = 401;
  const expecting = { ...healthCheck, expectedStatuses: [401] };
  await using gw = await aRunningGateway([
    aTenant(),
    anApi({ backend: backendAt(only.url, { healthCheck: expecting }) }),
  ]);
  await until(() => only.state.checks > 4);
  assert.deepEqual(upOf(gw.gateway), [true]);
  only.state.health = 200;
  await until(() => upOf(gw.gateway)[0] === false);
});

test('a check that is stopped asks no more, and lets go of what it has opened', async () => {
  const opened = { begun: 0, ended: 0 };
  let asked = 0;
  const waiting: Parameters<OpenProbe>[0][] = [];
  const ask: OpenProbe = (done) => {
    asked++;
    waiting.push(done);
  };
  const channel = (answers: boolean) => ({
    channel: {
      begin: (sink: AnswerSink) => {
        opened.begun++;
        if (answers) sink.onAnswer({ status: 200 } as never);
      },
      end: () => undefined,
    } as never,
    end: () => opened.ended++,
  });
  const deps = { authority: 'a', ask, random: () => 0.5 };
  const check = new HealthCheck('x', { ...healthCheck, intervalMs: 10, timeoutMs: 60_000 }, deps);
  await until(() => asked === 1);
  waiting.shift()?.(channel(true));
  assert.deepEqual(opened, { begun: 1, ended: 1 }, 'answered');
  await until(() => asked === 2);
  waiting.shift()?.(channel(false));
  check.stop();
  assert.deepEqual(opened, { begun: 2, ended: 2 }, 'stopped while it waited for the answer');
  const other = new HealthCheck('y', { ...healthCheck, intervalMs: 10, timeoutMs: 60_000 }, deps);
  await until(() => asked === 3);
  other.stop();
  waiting.shift()?.(channel(true));
  assert.deepEqual(opened, { begun: 2, ended: 3 }, 'stopped while it was opened');
  const third = new HealthCheck('z', { ...healthCheck, intervalMs: 10 }, deps);
  third.stop();
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal(asked, 3);
});

test('APIs that ask the same of one origin ask once, and the asking ends with the last of them', async () => {
  await using only = await aPatient('only');
  const slow = { ...healthCheck, intervalMs: 150 };
  const apis = Array.from({ length: 20 }, (_, i) =>
    anApi({ id: `banten/a${i}`, basePath: `/a${i}`, backend: backendAt(`${only.url}/a${i}`, { healthCheck: slow }) }),
  );
  await using gw = await aRunningGateway([aTenant(), ...apis]);
  await until(() => only.state.checks > 2);
  assert.ok(only.state.checks < 10, `${only.state.checks}`);
  for (const api of apis) gw.source.remove(api);
  const { checks } = only.state;
  await new Promise((resolve) => setTimeout(resolve, 400));
  assert.ok(only.state.checks <= checks + 1, 'at most one was under way');
});

test('addresses that may not be called are not asked either', async () => {
  await using only = await aPatient('only');
  const closed = aGateway({ backendAccess: { allow: [], deny: [] } });
  const backend = backendAt(only.url, { healthCheck });
  await using gw = await aRunningGateway([closed, aTenant(), anApi({ backend })]);
  await until(() => upOf(gw.gateway)[0] === false);
  assert.equal(only.state.checks, 0);
  assert.match(JSON.stringify(gw.gateway.backends()), /"lastCheck":"GW_BACKEND_ADDRESS_REFUSED"/);
});
