import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { GatewayProgram } from '#e2e/operator/gateway-program.ts';
import { Installation } from '#e2e/operator/harness.ts';
import { apiGateway, apiService, tenant } from '#e2e/operator/objects.ts';
import type { OperatorProgram } from '#e2e/operator/operator-program.ts';
import { until } from '#e2e/operator/waiting.ts';
import { queriesOf } from './exposed.ts';
import { type Alert, aPrometheus } from './prometheus-server.ts';

/** The shipped rules, but for the times: nobody wants to wait for hours here. */
function hurriedRules(): string {
  const shipped = readFileSync('monitoring/rules.yaml', 'utf8');
  const hurried = shipped
    .replaceAll(/for: \d+[mh]/g, 'for: 2s')
    .replace('interval: 30s', 'interval: 1s')
    .replaceAll('[5m]', '[8s]')
    .replaceAll('[1h]', '[20s]')
    .replace('kind="ApiService"}) > 300', 'kind="ApiService"}) > 3');
  const file = join(mkdtempSync(join(tmpdir(), 'rules-')), 'rules.yaml');
  writeFileSync(file, hurried);
  return file;
}

let installation: Installation;
let operator: OperatorProgram;
let gateway: GatewayProgram;
let prometheus: Awaited<ReturnType<typeof aPrometheus>>;
/** The status with which the backend answers. */
let answer = 200;
const backend = createServer((_request, response) => void response.writeHead(answer).end());
const api = (name: string) =>
  apiService('owner', name, { backendUrl: `http://127.0.0.1:${(backend.address() as AddressInfo).port}` });

before(async () => {
  await new Promise<void>((resolve) => backend.listen(0, '127.0.0.1', resolve));
  installation = await Installation.start();
  operator = await installation.startOperator();
  await operator.untilWorking();
  const owner = tenant('owner', { paths: ['/owner'] });
  await installation.apply(apiGateway(), owner);
  await installation.untilCondition(owner, 'Ready', { status: 'True' });
  gateway = await installation.startGateway('first');
  await installation.apply(api('one'));
  await installation.untilReady(api('one'));
  const jobs = { 'simpul-operator': [await operator.port()], 'simpul-gateway': [await adminPortOf(gateway)] };
  prometheus = await aPrometheus({ rules: hurriedRules(), jobs });
});
after(async () => {
  await prometheus?.[Symbol.asyncDispose]();
  await installation?.stop();
  backend.close();
});

async function adminPortOf(program: GatewayProgram): Promise<number> {
  return await program.said('its admin port', (line) => (line['admin'] as { port?: number } | undefined)?.port);
}

async function untilFiring(name: string): Promise<Alert> {
  const look = async () => (await prometheus.alerts(name)).find(({ state }) => state === 'firing');
  return await until(`${name} fires`, look, { withinMs: 90_000 });
}

async function untilResolved(name: string, meanwhile: () => Promise<unknown> = async () => undefined): Promise<void> {
  const look = async (): Promise<boolean> => {
    await meanwhile();
    return (await prometheus.alerts(name)).length === 0;
  };
  await until(`${name} ends`, look, { withinMs: 90_000 });
}

test('nothing fires while all is well', async () => {
  const scraped = async (): Promise<boolean> => (await prometheus.query('up == 1')).length === 2;
  await until('operator and gateway are scraped', scraped);
  await gateway.untilStatus(200, '/owner/one');
  // A rule that was looked at before the first scrape says for a moment that nobody is there.
  await until('no alert is left', async () => {
    const { data } = await prometheus.get('alerts');
    return (data as { alerts: Alert[] }).alerts.length === 0;
  });
});

test('Prometheus takes every query of the dashboards, and those of what runs here find something', async () => {
  await gateway.call('/owner/one');
  const empty: string[] = [];
  for (const { where, expr } of readdirSync('monitoring/dashboards').flatMap(queriesOf)) {
    const answer = await prometheus.get(`query?query=${encodeURIComponent(expr)}`);
    assert.ok('data' in answer && answer.data !== undefined, `${where}: ${expr}: ${JSON.stringify(answer)}`);
    if ((answer.data as { result: unknown[] }).result.length === 0) empty.push(where);
  }
  const mustShow =
    /: (Pods that answer|Operators that lead|Waiting for gateways|ApiGateways without a pod|Objects by kind|Objects|Memory|Age of the view)$/;
  assert.deepEqual(
    empty.filter((where) => mustShow.test(where)),
    [],
  );
});

test('an error budget that burns pages, and names the API; it ends when the errors do', async () => {
  await installation.apply(api('two'));
  await installation.untilReady(api('two'));
  answer = 500;
  const burning = async (): Promise<Alert | undefined> => {
    await gateway.call('/owner/one');
    return (await prometheus.alerts('SimpulErrorBudgetBurnsFast')).find(({ state }) => state === 'firing');
  };
  const alert = await until('SimpulErrorBudgetBurnsFast fires', burning);
  assert.deepEqual(alert.labels, { alertname: 'SimpulErrorBudgetBurnsFast', severity: 'page', api: 'owner/one' });
  assert.equal(alert.annotations['runbook'], 'docs/runbooks/error-budget-burns-fast.md');
  answer = 200;
  await untilResolved('SimpulErrorBudgetBurnsFast', () => gateway.call('/owner/one'));
});

test('an ApiService that a gateway does not take pages, and ends when it does', async () => {
  gateway.send('SIGSTOP');
  await installation.apply(api('late'));
  const { annotations } = await untilFiring('SimpulApiServiceNotProgrammed');
  assert.match(annotations['summary'] ?? '', /^An ApiService has waited for \d/);
  gateway.send('SIGCONT');
  await installation.untilReady(api('late'));
  await untilResolved('SimpulApiServiceNotProgrammed');
});

test('an ApiGateway whose last pod dies pages, and ends when another is ready', async () => {
  const ports = { port: await gateway.port(), adminPort: await adminPortOf(gateway) };
  await gateway.kill();
  const { annotations } = await untilFiring('SimpulGatewayDown');
  assert.equal(annotations['summary'], '1 ApiGateways have no pod that is ready');
  assert.equal((await untilFiring('SimpulGatewayPodDown')).labels['job'], 'simpul-gateway');
  gateway = await installation.startGateway('second', { ports });
  await untilResolved('SimpulGatewayDown');
  await untilResolved('SimpulGatewayPodDown');
});
