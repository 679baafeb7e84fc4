import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, type TestContext, test } from 'node:test';
import { Caller } from './caller.ts';
import type { GatewayProgram } from './gateway-program.ts';
import { Installation } from './harness.ts';
import { apiGateway, brought, keyedApi, secret, strongKey, subscription, tenant, type Written } from './objects.ts';
import { until } from './waiting.ts';

const edits = 200;
const callersAtOnce = 8;

/** A backend that can be counted and taken away. */
class NamedBackend {
  calls = 0;
  readonly #server: Server;

  constructor(name: string) {
    this.#server = createServer((_request, response) => {
      this.calls += 1;
      response.end(name);
    });
  }

  async start(): Promise<this> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return this;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** As a pod ends: it takes nothing new, and what is under way is answered. */
  async stop(): Promise<void> {
    this.#server.close();
    this.#server.closeIdleConnections();
    await once(this.#server, 'close');
  }
}

describe('a live route is changed under load', () => {
  let installation: Installation;
  let gateway: GatewayProgram;
  let one: NamedBackend;
  let other: NamedBackend;
  const key = strongKey('live');
  const more = strongKey('more');

  /** The API in one of many shapes, all of which serve every call. */
  const shape = (i: number): Written =>
    keyedApi('banten', 'live', {
      backend: {
        endpoints: [{ url: i % 2 === 0 ? one.url : other.url }],
        timeout: `${5 + (i % 7)}s`,
        headers: { set: { 'x-edit': String(i) } },
      },
      plans: { dasar: { limits: [{ requests: 1_000_000 + i, per: 'Minute' }] } },
      maxRequestBytes: `${1 + (i % 3)}Mi`,
    });
  /** The Subscription with one key, or with a second one. */
  const caller = (i: number): Written =>
    subscription('banten', 'caller', [{ name: 'live', namespace: 'banten', plan: 'dasar' }], {
      credentials: [brought('main', 'live-key', 'key'), ...(i % 2 === 0 ? [] : [brought('more', 'more-key', 'key')])],
    });

  before(async () => {
    installation = await Installation.start();
    one = await new NamedBackend('one').start();
    other = await new NamedBackend('other').start();
    await installation.keepOperator();
    await installation.apply(apiGateway(), tenant('banten', { paths: ['/banten'] }));
    gateway = await installation.startGateway('live');
    await installation.untilNamespace('banten');
    await installation.apply(secret('banten', 'live-key', { key }), secret('banten', 'more-key', { key: more }));
    await installation.apply(shape(0), caller(0));
    await installation.untilReady(shape(0), caller(0));
    await gateway.untilStatus(200, '/banten/live', { key });
  });
  after(async () => {
    await installation?.stop();
    await Promise.all([one?.stop(), other?.stop()].map((stopped) => stopped?.catch(() => undefined)));
  });

  test(`${edits} edits of backend, timeout, plan, size, header and keys: no call fails`, async (t) => {
    const callers = startCallers(t);
    for (let i = 1; i <= edits; i++) {
      await installation.apply(i % 5 === 0 ? caller(i / 5) : shape(i));
      // Now and then the edit is in force before the next one comes.
      if (i % 20 === 19) await untilServed(i);
    }
    await allServed(t, callers);
    assert.ok(one.calls > edits && other.calls > edits, `${one.calls} and ${other.calls} calls`);
  });

  test('a backend is replaced and taken away once the gateways say so: no call fails', async (t) => {
    await installation.apply(shape(0));
    await installation.untilReady(shape(0));
    const callers = startCallers(t);
    await installation.apply(shape(1));
    await installation.untilReady(shape(1));
    await one.stop();
    const before = other.calls;
    await until('the other backend serves alone', () => other.calls > before + 200);
    await allServed(t, callers);
  });

  function startCallers(t: TestContext): readonly Caller[] {
    const callers = Array.from(
      { length: callersAtOnce },
      () => new Caller(() => gateway.call('/banten/live', { key })),
    );
    t.after(() => Promise.all(callers.map((each) => each.stop())));
    return callers;
  }

  /** Every call that was made meanwhile was answered 200. */
  async function allServed(t: TestContext, callers: readonly Caller[]): Promise<void> {
    const counts = await Promise.all(callers.map((each) => each.stop()));
    t.diagnostic(JSON.stringify(counts));
    for (const count of counts) assert.deepEqual(Object.keys(count), ['200']);
  }

  /** The gateway calls the backend of edit `i`. */
  async function untilServed(i: number): Promise<void> {
    const wanted = i % 2 === 0 ? 'one' : 'other';
    await until(`edit ${i} is served`, async () => (await gateway.call('/banten/live', { key })).text === wanted);
  }
});
