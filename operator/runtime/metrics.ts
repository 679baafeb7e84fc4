import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { ConditionStatus } from '#api/conditions.ts';
import type { CallReport } from '#kube/api-server-store.ts';
import type { FleetFigures } from '../status/fleet-figures.ts';
import type { Outcome, ReconcileMetrics } from './controller.ts';
import { metricDefinitions as define } from './metric-definitions.ts';

/** Objects of one kind with one status of Ready. */
export interface ObjectCount {
  readonly kind: string;
  readonly ready: ConditionStatus;
  readonly count: number;
}

export type EventDropReason = 'queue_full' | 'failed';

/** What the metrics of a queue look at when somebody scrapes. */
export interface QueueFigures {
  readonly depth: number;
  readonly oldestAgeMs: number;
}

export interface OperatorMetricsOptions {
  readonly version: string;
  /** Metrics of the process and of Node.js, too. Off where a process runs more than the operator. Default true. */
  readonly processMetrics?: boolean;
}

const reconcileBuckets = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
const callBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** What the operator measures, in a registry of its own. Gauges are read from their sources when somebody scrapes. */
export class OperatorMetrics implements ReconcileMetrics {
  readonly registry = new Registry();
  readonly #queues = new Map<string, QueueFigures>();
  readonly #reconcileDuration = new Histogram({
    ...define.reconcileDuration,
    buckets: reconcileBuckets,
    registers: [this.registry],
  });
  readonly #reconciles = new Counter({ ...define.reconciles, registers: [this.registry] });
  readonly #watchRestarts = new Counter({ ...define.watchRestarts, registers: [this.registry] });
  readonly #apiCalls = new Counter({ ...define.apiCalls, registers: [this.registry] });
  readonly #apiCallDuration = new Histogram({
    ...define.apiCallDuration,
    buckets: callBuckets,
    registers: [this.registry],
  });
  readonly #statusWrites = new Counter({ ...define.statusWrites, registers: [this.registry] });
  readonly #compiledWrites = new Counter({ ...define.compiledWrites, registers: [this.registry] });
  readonly #eventsDropped = new Counter({ ...define.eventsDropped, registers: [this.registry] });
  #countObjects: () => Iterable<ObjectCount> = () => [];
  #lookAtFleets: () => FleetFigures = () => ({ unprogrammed: [], gatewaysWithoutPods: 0 });
  #isLeader: () => boolean = () => false;

  constructor(options: OperatorMetricsOptions) {
    this.#gaugeQueues();
    this.#gaugeObjects();
    this.#gaugeFleets();
    this.#gaugeLeader();
    const buildInfo = new Gauge({ ...define.buildInfo, registers: [this.registry] });
    buildInfo.set({ version: options.version, node: process.versions.node }, 1);
    if (options.processMetrics !== false) collectDefaultMetrics({ register: this.registry });
  }

  /** Reports depth and age of `queue` under `kind` from now on. */
  trackQueue(kind: string, queue: QueueFigures): void {
    this.#queues.set(kind, queue);
  }

  /** `count` is asked at each scrape (at most once a second) for all kinds at once. */
  trackObjects(count: () => Iterable<ObjectCount>): void {
    this.#countObjects = count;
  }

  /** `look` is asked at each scrape. */
  trackFleets(look: () => FleetFigures): void {
    this.#lookAtFleets = look;
  }

  trackLeadership(isLeader: () => boolean): void {
    this.#isLeader = isLeader;
  }

  reconciled(kind: string, outcome: Outcome, durationMs: number): void {
    this.#reconciles.inc({ kind, outcome });
    this.#reconcileDuration.observe({ kind }, durationMs / 1000);
  }

  /** `reason` is one of a fixed few words. */
  watchRestarted(kind: string, reason: string): void {
    this.#watchRestarts.inc({ kind, reason });
  }

  /** For `onCall` of the API server store. */
  apiCalled({ verb, kind, outcome, durationMs }: CallReport): void {
    this.#apiCalls.inc({ verb, kind: kind.kind, code: outcome });
    this.#apiCallDuration.observe({ verb }, durationMs / 1000);
  }

  statusWritten(kind: string): void {
    this.#statusWrites.inc({ kind });
  }

  compiledWritten(kind: string, verb: 'create' | 'update' | 'delete'): void {
    this.#compiledWrites.inc({ kind, verb });
  }

  eventDropped(reason: EventDropReason): void {
    this.#eventsDropped.inc({ reason });
  }

  #gaugeQueues(): void {
    const queues = this.#queues;
    const registers = [this.registry];
    new Gauge({
      ...define.queueDepth,
      registers,
      collect() {
        for (const [kind, queue] of queues) this.set({ kind }, queue.depth);
      },
    });
    new Gauge({
      ...define.queueOldestAge,
      registers,
      collect() {
        for (const [kind, queue] of queues) this.set({ kind }, queue.oldestAgeMs / 1000);
      },
    });
  }

  #gaugeObjects(): void {
    const count = (): Iterable<ObjectCount> => this.#countObjects();
    new Gauge({
      ...define.objects,
      registers: [this.registry],
      collect() {
        this.reset();
        for (const { kind, ready, count: number } of count()) this.set({ kind, ready }, number);
      },
    });
  }

  /** All three are set by the first one, which is collected first: one look for one scrape. */
  #gaugeFleets(): void {
    const look = (): FleetFigures => this.#lookAtFleets();
    const registers = [this.registry];
    new Gauge({
      ...define.unprogrammed,
      registers,
      collect() {
        const { unprogrammed, gatewaysWithoutPods } = look();
        withoutPods.set(gatewaysWithoutPods);
        for (const { kind, count, oldestAgeMs } of unprogrammed) {
          this.set({ kind }, count);
          ages.set({ kind }, oldestAgeMs / 1000);
        }
      },
    });
    const ages = new Gauge({ ...define.unprogrammedAge, registers });
    const withoutPods = new Gauge({ ...define.gatewaysWithoutPods, registers });
  }

  #gaugeLeader(): void {
    const isLeader = (): boolean => this.#isLeader();
    new Gauge({
      ...define.leader,
      registers: [this.registry],
      collect() {
        this.set(isLeader() ? 1 : 0);
      },
    });
  }
}
