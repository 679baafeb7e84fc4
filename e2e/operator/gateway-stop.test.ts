import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { leaseAnnotations } from '#api/compiled/lease.ts';
import { coreKinds } from '#api/kinds.ts';
import type { GatewayProgram } from './gateway-program.ts';
import { Installation } from './harness.ts';
import { apiGateway, apiService, tenant } from './objects.ts';
import { until } from './waiting.ts';

/** Answers each call only once it is told to. */
class SlowBackend {
  readonly #server: Server;
  readonly #waiting: (() => void)[] = [];

  private constructor() {
    this.#server = createServer((_request, response) => {
      this.#waiting.push(() => response.end('at last'));
    });
  }

  static async start(): Promise<SlowBackend> {
    const backend = new SlowBackend();
    await new Promise<void>((resolve) => backend.#server.listen(0, '127.0.0.1', resolve));
    return backend;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get calls(): number {
    return this.#waiting.length;
  }

  answerAll(): void {
    for (const answer of this.#waiting.splice(0)) answer();
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

describe('a gateway that is asked to stop', () => {
  let installation: Installation;
  let gateway: GatewayProgram;
  let slow: SlowBackend;

  before(async () => {
    installation = await Installation.start();
    slow = await SlowBackend.start();
    await installation.startOperator();
    await installation.apply(apiGateway('public', { drainDelay: '3s' }), tenant('banten', { paths: ['/banten'] }));
    await installation.untilNamespace('banten');
    const quick = apiService('banten', 'quick', { backendUrl: installation.backend });
    const patient = apiService('banten', 'patient', { backendUrl: slow.url });
    await installation.apply(quick, patient);
    gateway = await installation.startGateway('public-1');
    await installation.untilReady(quick, patient);
  });
  after(async () => {
    slow?.stop();
    await installation?.stop();
  });

  test('leaves in peace: not ready, then deaf, then gone with 0, and no call is lost', async () => {
    const underWay = gateway.call('/banten/patient');
    await until('the call is under way', async () => slow.calls > 0);
    const ended = gateway.stop();

    await until('it is not ready', async () => (await gateway.adminPage('/readyz'))?.status === 503);
    await until('its Lease says so', async () => (await leaseOf(installation))?.[leaseAnnotations.ready] === 'false');
    const late = await gateway.call('/banten/quick');
    assert.equal(late.status, 200, 'it goes on accepting for the drain delay');
    assert.equal(late.headers['connection'], 'close', 'and tells callers not to come back');

    const port = await gateway.port();
    await until('it has stopped listening', async () => !(await accepts(port)));
    assert.ok(gateway.isRunning, 'it waits for what is under way');
    slow.answerAll();
    assert.equal((await underWay).text, 'at last');
    assert.deepEqual(await ended, { code: 0, signal: null });
    assert.equal(await leaseOf(installation), undefined, 'a clean end leaves no Lease');
  });
});

async function leaseOf(installation: Installation): Promise<Readonly<Record<string, string>> | undefined> {
  const leases = await installation.list(coreKinds.Lease);
  return leases.find(({ metadata }) => metadata.name === 'public-1')?.metadata.annotations;
}

async function accepts(port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket: Socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
