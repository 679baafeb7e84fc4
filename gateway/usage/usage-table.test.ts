import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Exchange, type RequestHead } from '../exchange.ts';
import { anApi, aSubscription, aTenant, hashOf } from '../testing/compiled.ts';
import { aRawClient } from '../testing/raw-client.ts';
import { aBackend, backendAt } from '../testing/test-backend.ts';
import { aRunningGateway, call, until } from '../testing/test-gateway.ts';
import { maxUsageCells, UsageTable } from './usage-table.ts';

const base = '/banten/situs/v1';
const key = 'kunci-rahasia-0123456789abcdef01';

test('every call that reached an API is counted once, for whoever made it, by how it ended', async () => {
  await using backend = await aBackend((request, response) => {
    if (request.url?.startsWith('/slow')) return;
    const status = Number(request.url?.slice(1, 4));
    request.resume().on('end', () => response.writeHead(status).end('hello'));
  });
  const api = anApi({
    backend: backendAt(backend.url),
    authentication: { mode: 'Optional', keyManagers: [] },
    plans: { resmi: { limits: [] } },
  });
  const credentials = [{ name: 'utama', type: 'ApiKey', hash: hashOf(key) }] as const;
  const subscription = aSubscription({ credentials, grants: [{ api: api.id, plan: 'resmi' }] });
  const admin = { host: '127.0.0.1', port: 0 };
  await using gw = await aRunningGateway([aTenant(), aTenant({ id: 'tangerang' }), api, subscription], { admin });
  const headers = { 'x-api-key': key };
  for (const path of ['/200', '/200', '/404', '/503'])
    await call(gw.port, base + path, { headers, method: 'POST', body: 'abc' });
  await call(gw.port, `${base}/200`);
  await call(gw.port, `${base}/200`, { headers: { 'x-api-key': `${key}x` } });
  await call(gw.port, '/nowhere');
  const client = aRawClient(gw.port);
  client.socket.write(`GET ${base}/slow HTTP/1.1\r\nHost: a\r\n\r\n`);
  await until(() => backend.requests.some(({ url }) => url?.startsWith('/slow')));
  client.socket.destroy();
  await gw.logged(8);

  const { text } = await call(gw.gateway.adminAddress?.port ?? 0, '/usage');
  const { gateway, rows } = JSON.parse(text) as { gateway: string; rows: { hour: string; subscription: string }[] };
  assert.equal(gateway, 'simpul-system/public');
  const zero = { success: 0, consumerErrors: 0, providerErrors: 0, gatewayErrors: 0, aborted: 0 };
  const of = { tenant: 'banten', api: 'banten/situs' };
  assert.deepEqual(
    rows.map(({ hour: _, ...row }) => row).toSorted((a, b) => (a.subscription < b.subscription ? -1 : 1)),
    [
      {
        ...of,
        plan: '',
        subscription: '',
        consumer: '',
        version: '',
        ...zero,
        calls: 3,
        success: 1,
        consumerErrors: 1,
        aborted: 1,
        bytesIn: 0,
        bytesOut: 5 + refusalBytes(gw.calls),
      },
      {
        ...of,
        plan: 'resmi',
        subscription: 'tangerang/perizinan',
        consumer: 'tangerang',
        version: '',
        ...zero,
        calls: 4,
        success: 2,
        consumerErrors: 1,
        providerErrors: 1,
        bytesIn: 12,
        bytesOut: 20,
      },
    ],
  );
});

function refusalBytes(calls: readonly Record<string, unknown>[]): number {
  return Number(calls.find(({ code, api }) => code !== undefined && api !== undefined)?.['bytesOut']);
}

function anExchange(api: string, time: number): Exchange {
  const head = { method: 'GET', target: '/', memory: {}, connectionNames: [], link: {}, time };
  const exchange = new Exchange(head as unknown as RequestHead, {} as never);
  exchange.api = { id: api, tenantId: 'banten', canary: null } as never;
  exchange.status = 200;
  return exchange;
}

test('more than there is room for counts together, and nothing is lost', () => {
  const table = new UsageTable();
  for (let i = 0; i < maxUsageCells + 500; i++) table.count(anExchange(`banten/${i}`, 0));
  assert.equal(table.size, maxUsageCells + 1);
  const rows = table.rows();
  assert.equal(rows.find(({ api }) => api === '_other')?.calls, 500);
  assert.equal(
    rows.reduce((sum, { calls }) => sum + calls, 0),
    maxUsageCells + 500,
  );
});

test('hours are told apart, also when calls end out of order, and old ones are forgotten', () => {
  const table = new UsageTable();
  const hour = 3_600_000;
  for (const time of [hour, 2 * hour, hour, 2 * hour + 1]) table.count(anExchange('banten/a', time));
  assert.deepEqual(
    table.rows().map(({ hour: begins, calls }) => [begins, calls]),
    [
      ['1970-01-01T01:00:00.000Z', 2],
      ['1970-01-01T02:00:00.000Z', 2],
    ],
  );
  table.count(anExchange('banten/a', 24 * 32 * hour));
  assert.equal(table.size, 1);
});
