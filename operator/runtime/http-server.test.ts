import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, type TestContext, test } from 'node:test';
import { type HttpServerOptions, startHttpServer } from './http-server.ts';
import { ManualClock } from './manual-clock.ts';

async function start(context: TestContext, change: Partial<HttpServerOptions> = {}): Promise<string> {
  const server = await startHttpServer({
    port: 0,
    host: '127.0.0.1',
    problems: () => [],
    isReady: () => true,
    registry: { contentType: 'text/plain; version=0.0.4; charset=utf-8', metrics: async () => 'a_total 1\n' },
    ...change,
  });
  context.after(() => server.close());
  return `http://127.0.0.1:${server.port}`;
}

describe('operator http server', () => {
  test('is healthy while there is no problem, and names those there are', async (context) => {
    let problems: string[] = [];
    const url = await start(context, { problems: () => problems });
    assert.equal((await fetch(`${url}/healthz`)).status, 200);
    problems = ['the list of Tenant is stuck'];
    const sick = await fetch(`${url}/healthz`);
    assert.equal(sick.status, 503);
    assert.equal(await sick.text(), 'the list of Tenant is stuck\n');
  });

  test('is ready once the first lists are complete', async (context) => {
    let ready = false;
    const url = await start(context, { isReady: () => ready });
    assert.equal((await fetch(`${url}/readyz`)).status, 503);
    ready = true;
    assert.equal((await fetch(`${url}/readyz?verbose`)).status, 200);
  });

  test('puts metrics together at most once a second, however many ask', async (context) => {
    const clock = new ManualClock();
    let made = 0;
    const registry = {
      contentType: 'text/plain; version=0.0.4; charset=utf-8' as const,
      metrics: async () => `n ${++made}\n`,
    };
    const url = await start(context, { clock, registry });
    const ask = async (): Promise<string> => await (await fetch(`${url}/metrics`)).text();
    assert.deepEqual(await Promise.all([ask(), ask(), ask()]), ['n 1\n', 'n 1\n', 'n 1\n']);
    clock.advance(999);
    assert.equal(await ask(), 'n 1\n');
    clock.advance(1);
    assert.equal(await ask(), 'n 2\n');
    const { headers } = await fetch(`${url}/metrics`);
    assert.equal(headers.get('content-type'), registry.contentType);
  });

  test('answers 500, and tries again later, when the metrics fail', async (context) => {
    const clock = new ManualClock();
    let broken = true;
    const metrics = async (): Promise<string> => {
      if (broken) throw new Error('secret detail');
      return 'ok 1\n';
    };
    const url = await start(context, {
      clock,
      registry: { contentType: 'text/plain; version=0.0.4; charset=utf-8', metrics },
    });
    const answer = await fetch(`${url}/metrics`);
    assert.equal(answer.status, 500);
    assert.doesNotMatch(await answer.text(), /secret/);
    broken = false;
    clock.advance(1_000);
    assert.equal((await fetch(`${url}/metrics`)).status, 200);
  });

  const refusals = [
    { method: 'GET', path: '/', status: 404 },
    { method: 'GET', path: '/metrics/', status: 404 },
    { method: 'POST', path: '/debug', status: 404 },
    { method: 'POST', path: '/metrics', status: 405 },
    { method: 'DELETE', path: '/healthz', status: 405 },
  ];
  for (const { method, path, status } of refusals) {
    test(`answers ${status} to ${method} ${path}`, async (context) => {
      const url = await start(context);
      const answer = await fetch(`${url}${path}`, {
        method,
        ...(method === 'POST' ? { body: 'x'.repeat(100_000) } : {}),
      });
      assert.equal(answer.status, status);
      assert.equal(answer.headers.get('allow'), status === 405 ? 'GET, HEAD' : null);
    });
  }

  test('answers HEAD like GET without the body', async (context) => {
    const url = await start(context);
    const answer = await fetch(`${url}/metrics`, { method: 'HEAD' });
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('content-length'), '10');
    assert.equal(await answer.text(), '');
  });

  test('rejects when the port is taken', async (context) => {
    const url = await start(context);
    await assert.rejects(start(context, { port: Number(new URL(url).port) }), { code: 'EADDRINUSE' });
  });

  test('closes although a connection is kept open', async () => {
    const server = await startHttpServer({
      port: 0,
      host: '127.0.0.1',
      problems: () => [],
      isReady: () => true,
      registry: { contentType: 'text/plain; version=0.0.4; charset=utf-8', metrics: async () => '' },
    });
    const socket = connect(server.port, '127.0.0.1');
    await once(socket, 'connect');
    const ended = text(socket).catch(() => '');
    await server.close();
    await ended;
  });
});
