import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { pino } from 'pino';
import { coreKinds } from '#api/kinds.ts';
import type { KubeObject } from '#api/object.ts';
import { MemoryStore } from '#kube/memory/memory-store.ts';
import type { Store } from '#kube/store.ts';
import type { OperatorConfig } from './config.ts';
import { LeaseLostError, type Operator, type OperatorOptions, runProgram } from './program.ts';
import { startElection } from './runtime/election.ts';
import { NotLeaderError } from './runtime/fenced-store.ts';
import { OperatorMetrics } from './runtime/metrics.ts';

const config: OperatorConfig = {
  className: 'simpul',
  clusterPrefix: 'simpul',
  namespace: 'default',
  httpPort: 0,
  logLevel: 'info',
  workers: 1,
};
const lease = { namespace: 'default', name: 'simpul-operator' };

async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const giveUpMs = performance.now() + 20_000;
  while (!(await holds())) {
    assert.ok(performance.now() < giveUpMs, `waited in vain: ${what}`);
    await delay(5);
  }
}

/** One operator process with controllers that do nothing until the test says so. */
class Process {
  readonly #stop = new AbortController();
  readonly steps: string[] = [];
  readonly lines: Record<string, unknown>[] = [];
  options: OperatorOptions | undefined;
  sync: () => void = () => {};
  fail: (error: Error) => void = () => {};
  problems: string[] = [];
  /** What the controllers wait for before they have stopped. */
  stopping: Promise<void> = Promise.resolve();
  readonly ended: Promise<void>;

  constructor(context: TestContext, store: Store, identity: string) {
    const log = pino({}, { write: (line) => void this.lines.push(JSON.parse(line)) });
    const election = startElection({
      ...{ store, log, identity, ...lease },
      ...{ leaseDurationMs: 600, renewDeadlineMs: 400, retryPeriodMs: 50 },
    });
    this.ended = runProgram({
      config,
      log,
      store,
      startElection: () => election,
      metrics: new OperatorMetrics({ version: '0', processMetrics: false }),
      instance: identity,
      startOperator: (options) => this.#start(options),
      signal: this.#stop.signal,
      httpHost: '127.0.0.1',
    });
    this.ended.catch(() => {});
    context.after(async () => {
      this.stop();
      await this.ended.catch(() => {});
      await election.stop();
    });
  }

  stop(): void {
    this.#stop.abort();
  }

  isLeader(): boolean {
    return this.options?.isLeader() === true;
  }

  async status(path: string): Promise<number> {
    await until('it listens', () => this.#port() !== undefined);
    return (await fetch(`http://127.0.0.1:${this.#port()}${path}`)).status;
  }

  #start(options: OperatorOptions): Operator {
    this.options = options;
    const ready = new Promise<void>((resolve, reject) => {
      this.sync = resolve;
      this.fail = reject;
    });
    if (options.signal.aborted) this.fail(new Error('the lists were cut short'));
    const stop = async (): Promise<void> => {
      this.steps.push(`stop, leading: ${this.isLeader()}`);
      await this.stopping;
    };
    return { ready, problems: () => this.problems, stop };
  }

  #port(): unknown {
    return this.lines.find((line) => 'port' in line)?.['port'];
  }
}

async function holderOf(store: Store): Promise<unknown> {
  const found = await store.get<KubeObject & { spec?: { holderIdentity?: string } }>(coreKinds.Lease, lease);
  return found?.spec?.holderIdentity;
}

describe('operator program', () => {
  test('is healthy while it lists and ready after it', async (context) => {
    const operator = new Process(context, new MemoryStore({ crds: [] }), 'a');
    assert.equal(await operator.status('/healthz'), 200);
    assert.equal(await operator.status('/readyz'), 503);
    operator.sync();
    await until('ready', async () => (await operator.status('/readyz')) === 200);
    operator.problems = ['the watch of Tenant is stuck'];
    assert.equal(await operator.status('/healthz'), 503);
  });

  test('ends in peace: controllers first, while it still leads, then the lease', async (context) => {
    const store = new MemoryStore({ crds: [] });
    const operator = new Process(context, store, 'a');
    await until('it leads', () => operator.isLeader());
    operator.sync();
    await until('ready', async () => (await operator.status('/readyz')) === 200);
    const controllers = Promise.withResolvers<void>();
    operator.stopping = controllers.promise;
    operator.stop();
    await until('the controllers are asked to stop', () => operator.steps.length > 0);
    assert.equal(await operator.status('/readyz'), 503);
    assert.equal(await operator.status('/healthz'), 200, 'it is not killed while its work ends');
    controllers.resolve();
    await operator.ended;
    assert.deepEqual(operator.steps, ['stop, leading: true']);
    assert.equal(await holderOf(store), undefined, 'the lease is given back');
    await assert.rejects(operator.status('/healthz'), 'the port is closed');
  });

  test('hands over to a standby that is ready and may not write before', async (context) => {
    const store = new MemoryStore({ crds: [] });
    const first = new Process(context, store, 'a');
    await until('the first leads', () => first.isLeader());
    const second = new Process(context, store, 'b');
    await until('the second has started', () => second.options !== undefined);
    second.sync();
    await until('the standby is ready', async () => (await second.status('/readyz')) === 200);
    assert.equal(second.isLeader(), false);
    const write = (): Promise<unknown> | undefined =>
      second.options?.store.delete(coreKinds.Secret, { namespace: 'default', name: 'x' });
    await assert.rejects(async () => await write(), NotLeaderError);
    first.stop();
    await until('the second leads', () => second.isLeader());
    await write();
  });

  test('ends at once when another process took the lease', async (context) => {
    const store = new MemoryStore({ crds: [] });
    const operator = new Process(context, store, 'a');
    await until('it leads', () => operator.isLeader());
    operator.sync();
    const thief = {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: lease,
      spec: { holderIdentity: 'z' },
    };
    await store.apply(thief, { fieldManager: 'thief', force: true });
    await assert.rejects(operator.ended, LeaseLostError);
    assert.deepEqual(operator.steps, [], 'no graceful stop: there is nothing that it may still write');
  });

  test('ends in peace when it is stopped before it has begun', async (context) => {
    const operator = new Process(context, new MemoryStore({ crds: [] }), 'a');
    operator.stop();
    await operator.ended;
    assert.deepEqual([operator.options, operator.steps], [undefined, []], 'nothing was started');
  });

  test('ends when the first lists fail for good', async (context) => {
    const operator = new Process(context, new MemoryStore({ crds: [] }), 'a');
    await until('it has started', () => operator.options !== undefined);
    operator.fail(new Error('no such kind'));
    await assert.rejects(operator.ended, /no such kind/);
  });
});
