import cluster from 'node:cluster';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { Counter, Gauge, Registry } from 'prom-client';
import type { CompiledSecret } from '#api/compiled/secret.ts';
import type { Store } from '#kube/store.ts';
import { AdminServer } from '../admin/admin-server.ts';
import { systemClock } from '../clock.ts';
import { AckLease, type PodIdentity } from '../lease/ack-lease.ts';
import { LineWriter } from '../log/line-writer.ts';
import type { Log } from '../log/log.ts';
import type { Exposition } from '../metrics/exposition.ts';
import type { CompiledHandler } from '../snapshot/store-source.ts';
import type { Period } from '../usage/usage-keeper.ts';
import type { UsageReport } from '../usage/usage-table.ts';
import { acknowledgementOf } from './acknowledge.ts';
import { ConfigRelay } from './config-relay.ts';
import { relayLines } from './log-relay.ts';
import { MetricSums, type MetricValues, sumBackends, sumUsage } from './sums.ts';
import { WorkerSlot } from './worker-slot.ts';

export interface SupervisorOptions {
  readonly workers: number;
  readonly source: (handler: CompiledHandler<CompiledSecret>, signal: AbortSignal) => { relist(): void };
  readonly store: Pick<Store, 'apply' | 'delete'>;
  readonly namespace: string;
  readonly pod: PodIdentity;
  readonly admin: { readonly host: string; readonly port: number };
  readonly log: Log;
}

/**
 * What a pod has once, however many workers serve its calls: the watch of the configuration, the Lease, the admin port, and
 * the access log's way out.
 *
 *   API server ──watch──▶ relay ──▶ workers ──▶ how far each is ──least──▶ Lease
 *                                     │
 *   scraper ◀── sums ◀── metrics ─────┘
 *
 * Workers share each listening port; the supervisor takes connections and hands them out in turn (docs/gateway.md).
 */
export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #relay = new ConfigRelay();
  readonly #sums = new MetricSums();
  readonly #registry = new Registry();
  readonly #running: Gauge;
  readonly #restarts: Counter;
  readonly #lines = new LineWriter(1, systemClock);
  readonly #outputs = new Set<Promise<unknown>>();
  readonly #ticketSecret = randomBytes(32);
  readonly #stopSource = new AbortController();
  readonly #slots: WorkerSlot[] = [];
  readonly #lease: AckLease;
  readonly #admin: AdminServer;
  #relist: () => void = () => undefined;
  #wasReady = false;
  #isDraining = false;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    const registers = [this.#registry];
    this.#running = new Gauge({
      name: 'simpul_gateway_workers',
      help: 'Worker processes of this pod that run.',
      registers,
    });
    this.#restarts = new Counter({
      name: 'simpul_gateway_worker_restarts_total',
      help: 'Worker processes that ended by themselves, and were followed by another.',
      registers,
    });
    this.#lease = new AckLease({
      ...options,
      clock: systemClock,
      current: () => acknowledgementOf(this.#reports(), this.unready() === undefined),
      onRolledBack: () => this.#relist(),
    });
    this.#admin = new AdminServer({
      exposition: () => this.#exposition(),
      unready: () => this.unready(),
      usage: async (period) => sumUsage((await this.#askAll('usage', period)) as UsageReport[]),
      backends: async () => sumBackends((await this.#askAll('backends')) as Parameters<typeof sumBackends>[0]),
      clock: systemClock,
    });
  }

  /** Rejects when the admin port cannot be opened; everything else is retried. Gives where it answers. */
  async start(): Promise<{ readonly host: string; readonly port: number }> {
    const { admin, source, workers } = this.#options;
    const { address, port } = await this.#admin.listen(admin.port, admin.host);
    this.#relist = source(this.#relay, this.#stopSource.signal).relist;
    cluster.schedulingPolicy = cluster.SCHED_RR;
    cluster.setupPrimary({ serialization: 'advanced', stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
    for (let index = 1; index <= workers; index++) this.#slots.push(this.#slot(index));
    return { host: address, port };
  }

  /** Undefined: the pod takes calls. It begins when all workers do, and goes on as long as one does. */
  unready(): string | undefined {
    if (this.#isDraining) return 'draining';
    const waiting = this.#slots.filter(({ said }) => said?.ready !== true);
    if (waiting.length === 0) this.#wasReady = true;
    if (waiting.length === 0 || (this.#wasReady && waiting.length < this.#slots.length)) return undefined;
    const [first] = waiting;
    return `worker ${first?.index} of ${this.#slots.length}: ${first?.said?.unready || 'it has not said anything yet'}`;
  }

  /** Ends all workers in their own time, or at once when `hurry` aborts. */
  async shutdown(hurry: AbortSignal): Promise<void> {
    if (this.#isDraining) return;
    this.#isDraining = true;
    this.#options.log.info({}, 'draining');
    this.#lease.changed();
    hurry.addEventListener('abort', () => {
      for (const slot of this.#slots) slot.hurry();
    });
    await Promise.all(this.#slots.map((slot) => slot.end()));
    this.#stopSource.abort();
    await this.#lease.stop();
    await this.#admin.close();
    await Promise.all(this.#outputs);
    await this.#lines.close();
    this.#options.log.info({}, 'stopped');
  }

  #slot(index: number): WorkerSlot {
    return new WorkerSlot(index, {
      log: this.#options.log,
      onHello: (send) => {
        send({ type: 'share', ticketSecret: this.#ticketSecret });
        this.#relay.add(send);
      },
      onGone: (send) => {
        this.#relay.drop(send);
        if (!this.#isDraining) this.#restarts.inc();
        void this.#sums.retire(index);
      },
      onSaid: () => this.#lease.changed(),
      onRelist: () => this.#relist(),
      onOutput: (output) => this.#follow(output),
    });
  }

  #follow(output: Readable): void {
    relayLines(output, this.#lines.write);
    const closed = once(output, 'close').finally(() => this.#outputs.delete(closed));
    this.#outputs.add(closed);
  }

  #reports() {
    return this.#slots.flatMap(({ said }) => said ?? []);
  }

  async #askAll(question: 'usage' | 'backends', period?: Period): Promise<unknown[]> {
    const answers = await Promise.all(this.#slots.map((slot) => slot.ask(question, period)));
    return answers.filter((answer) => answer !== undefined);
  }

  async #exposition(): Promise<Exposition> {
    // One that loads still has nothing to count, and would hold down what is the least of all.
    const telling = this.#slots.filter(({ said }) => said !== null && said.version !== '');
    const answers = await Promise.all(telling.map(async (slot) => ({ slot, values: await slot.ask('metrics') })));
    for (const { slot, values } of answers) this.#sums.note(slot.index, values as readonly MetricValues[] | undefined);
    this.#running.set(this.#slots.filter(({ isRunning }) => isRunning).length);
    return await this.#sums.text(await this.#registry.getMetricsAsJSON());
  }
}
