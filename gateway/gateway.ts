import { setTimeout as delay } from 'node:timers/promises';
import type { Store } from '#kube/store.ts';
import { AdminServer } from './admin/admin-server.ts';
import { buildChain } from './build-chain.ts';
import { CacheStore } from './cache/cache-store.ts';
import { type Clock, systemClock } from './clock.ts';
import type { Chain } from './filters/chain.ts';
import { KeySources } from './identity/key-sources.ts';
import { ProviderClient } from './identity/provider-client.ts';
import { AckLease, type Acknowledgement, type PodIdentity } from './lease/ack-lease.ts';
import { Calendar } from './limits/calendar.ts';
import { CounterPool } from './limits/counters.ts';
import { LimitSharing } from './limits/limit-sharing.ts';
import { LineWriter } from './log/line-writer.ts';
import type { Log } from './log/log.ts';
import { BackendMetrics } from './metrics/backend-metrics.ts';
import { Expositions } from './metrics/exposition.ts';
import { GatewayMetrics } from './metrics/gateway-metrics.ts';
import { ownAddresses } from './own-addresses.ts';
import { type BackendPoolOptions, BackendPools } from './proxy/backend-pools.ts';
import { endpointReport } from './proxy/endpoint-report.ts';
import { Loader } from './snapshot/loader.ts';
import type { ListenerEntry } from './snapshot/model.ts';
import { Snapshot } from './snapshot/snapshot.ts';
import type { CompiledSource } from './snapshot/store-source.ts';
import { View } from './snapshot/view.ts';
import { ProgressReport } from './supervisor/progress-report.ts';
import { openOtlpSink } from './tracing/otlp-sink.ts';
import { Tracing } from './tracing/tracing.ts';
import { HttpListener, type ListenerSettings } from './transport/http-listener.ts';
import { defaultTransportLimits, type TransportLimits } from './transport/limits.ts';
import { type ListenerAddress, ListenerSet, type WantedListener } from './transport/listener-set.ts';
import { type Period, UsageKeeper } from './usage/usage-keeper.ts';
import { type UsageReport, UsageTable } from './usage/usage-table.ts';
import { DefinitionRoom } from './validation/definition-entry.ts';

export interface GatewayOptions {
  /** Where the configuration comes from: `storeSource(store, namespace, log)`. */
  readonly source: CompiledSource;
  readonly log: Log;
  /**
   * Where to listen instead of what the compiled gateway says; port 0 takes a free one. One that has the name of a listener
   * of the compiled gateway speaks as that does, any other plain HTTP.
   */
  readonly listeners?: readonly { readonly name: string; readonly host: string; readonly port: number }[];
  /** Address for the listeners of the compiled gateway; default `0.0.0.0`. */
  readonly host?: string;
  /** Absent: no admin server. */
  readonly admin?: { readonly host: string; readonly port: number };
  /** Absent: nothing is acknowledged. */
  readonly acknowledge?: {
    readonly store: Pick<Store, 'apply' | 'delete'>;
    readonly namespace: string;
    readonly pod: PodIdentity;
  };
  /** Instead of {@link acknowledge}, in a worker: who is told how far this process is. `name`: unique among the processes that count limits. */
  readonly supervised?: { readonly name: string; readonly onProgress: (said: Acknowledgement) => void };
  /** Takes each access-log line; default: standard output, buffered. */
  readonly accessLog?: (line: string) => void;
  /** Addresses that no backend may have; default: those of this machine's network interfaces. */
  readonly ownAddresses?: () => readonly string[];
  /** PEM certificates that vouch for https backends, beside those of the system. */
  readonly extraCa?: readonly string[];
  /** How names of backends are looked up; default: as the machine does. */
  readonly names?: Pick<BackendPoolOptions, 'findAddresses' | 'findTtl'>;
  readonly transport?: Partial<TransportLimits>;
  /** How long calls under way may take after the gateway has stopped listening; default 30 s. */
  readonly drainTimeoutMs?: number;
  readonly clock?: Clock;
}

export interface Gateway {
  /** Resolves when the first complete list is loaded and every port is open. */
  readonly ready: Promise<void>;
  /** Undefined: ready. Else why not, for people. */
  unready(): string | undefined;
  /** The open ports. */
  addresses(): readonly ListenerAddress[];
  /** Where the admin server answers; null without one. */
  readonly adminAddress: { readonly host: string; readonly port: number } | null;
  /** How many compiled objects are served, and which are refused. */
  readonly loader: Pick<Loader, 'loadedCount' | 'refusals'>;
  readonly metrics: GatewayMetrics;
  /** Brings the gauges of {@link metrics} up to date; for whoever serves them without the admin server. */
  refreshMetrics(): void;
  /** What was used since this process began. */
  usage(period?: Period): Promise<UsageReport>;
  /** How the endpoints of backends do, as JSON; those that are left alone first. */
  backends(): unknown;
  /**
   * Ends gracefully: not ready any more, accepts for the configured drain delay with `Connection: close`, stops
   * listening, lets calls under way finish within a bound. `hurry` aborts the waiting.
   */
  shutdown(hurry?: AbortSignal): Promise<void>;
}

/** Starts a gateway in this process. Rejects only when the admin port cannot be opened; everything else is retried. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const gateway = new RunningGateway(options);
  await gateway.start();
  return gateway;
}

/** Memory for stored answers of all APIs. */
const maxCacheBytes = 64 * 1024 * 1024;

class RunningGateway implements Gateway {
  readonly ready: Promise<void>;
  readonly metrics = new GatewayMetrics();
  readonly loader: Loader;
  adminAddress: { readonly host: string; readonly port: number } | null = null;
  readonly #options: GatewayOptions;
  readonly #clock: Clock;
  readonly #counters = new CounterPool(new Calendar('Asia/Jakarta'));
  readonly #sharing: LimitSharing;
  readonly #backends: BackendPools;
  readonly #definitionRoom = new DefinitionRoom();
  readonly #cacheStore = new CacheStore(maxCacheBytes);
  readonly #keySources: KeySources;
  readonly #backendMetrics = new BackendMetrics(this.metrics.registry);
  readonly #snapshot: Snapshot;
  readonly #view: View;
  readonly #tracing: Tracing;
  readonly #usage = new UsageTable();
  readonly #usageKeeper: UsageKeeper;
  readonly #listeners: ListenerSet;
  readonly #lines: LineWriter;
  readonly #lease: AckLease | ProgressReport | null;
  readonly #admin: AdminServer | null;
  readonly #stopSource = new AbortController();
  #sweep: NodeJS.Timeout | undefined = undefined;
  #relist: () => void = () => undefined;
  #becomeReady: () => void = () => undefined;
  #draining = false;

  constructor(options: GatewayOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#usageKeeper = new UsageKeeper({ table: this.#usage, clock: this.#clock, log: options.log });
    this.#lines = new LineWriter(1, this.#clock);
    this.ready = new Promise((resolve) => {
      this.#becomeReady = resolve;
    });
    this.#tracing = new Tracing({
      log: options.log,
      metrics: this.metrics,
      openSink: (endpoint, gateway) => openOtlpSink({ endpoint, resource: this.#resource(gateway) }),
      chance: Math.random,
    });
    const name = nameOf(options);
    this.#sharing = new LimitSharing({
      pool: this.#counters,
      clock: this.#clock,
      log: options.log,
      ...(name === undefined ? {} : { pod: name }),
      onChange: () => this.#onProgress(),
      usage: this.#usageKeeper,
    });
    this.#backends = new BackendPools({ ...options.names, clock: this.#clock, extraCa: options.extraCa ?? [] });
    const providers = new ProviderClient({ judge: this.#backends.judge, extraCa: options.extraCa ?? [] });
    this.#keySources = new KeySources({
      client: providers,
      clock: this.#clock,
      log: options.log,
      onFetch: this.metrics.countKeyFetch,
    });
    this.#snapshot = new Snapshot({
      keySources: this.#keySources,
      providers,
      log: options.log,
      clock: this.#clock,
      counters: this.#counters,
      backends: this.#backends,
      metrics: this.metrics,
      cacheStore: this.#cacheStore,
      tracing: this.#tracing,
      ownAddresses: options.ownAddresses ?? ownAddresses,
      definitionRoom: this.#definitionRoom,
    });
    this.loader = new Loader(this.#snapshot);
    this.#view = new View(this.loader, this.#clock, () => this.#onConfiguration());
    this.#listeners = this.#buildListeners();
    this.#lease = this.#buildLease();
    this.#admin = options.admin === undefined ? null : this.#buildAdmin();
  }

  async start(): Promise<void> {
    const { admin, source } = this.#options;
    if (this.#admin !== null && admin !== undefined) {
      const { address, port } = await this.#admin.listen(admin.port, admin.host);
      this.adminAddress = { host: address, port };
    }
    this.#sweep = setInterval(() => {
      this.#counters.sweep(this.#clock);
      this.#counters.bandwidths.sweep(this.#clock.steady());
      this.#backends.sweep();
    }, 1000);
    const following = source(this.#view, this.#stopSource.signal);
    this.#relist = () => following.relist();
  }

  unready(): string | undefined {
    if (this.#draining) return 'draining';
    if (!this.#view.isComplete) return 'the first complete list of the configuration is not loaded yet';
    if (this.#snapshot.gateway === null) return 'the configuration holds no ApiGateway';
    return this.#listeners.isComplete ? undefined : 'not all ports are open';
  }

  addresses(): readonly ListenerAddress[] {
    return this.#listeners.addresses();
  }

  refreshMetrics(): void {
    const { metrics } = this;
    metrics.inFlight.set(metrics.callsInFlight);
    metrics.refusedObjects.set(this.loader.refusedCount);
    metrics.loadedObjects.set(this.loader.loadedCount);
    metrics.configVersion.set(Number(this.#view.version));
    metrics.rolledBack.set(this.#snapshot.revocations.isRolledBack ? 1 : 0);
    metrics.withheld.set(this.#snapshot.revocations.withheldCount);
    metrics.viewAge.set((this.#clock.steady() - this.#view.confirmedAt) / 1000);
    metrics.limitKeys.set(this.#counters.size + this.#counters.slots.size);
    metrics.limitSlots.set(this.#counters.slotStore?.held ?? 0);
    metrics.answers.setCache(this.#cacheStore);
    metrics.limitStoreUp.set(this.#sharing.state.mode === 'Redis' ? 1 : 0);
    metrics.limitPods.set(this.#counters.store?.pods ?? 1);
    metrics.setLostLogLines(this.#lines.lost);
    metrics.setCertificates(this.#snapshot.listeners);
    metrics.usageCells.set(this.#usage.size);
    this.#backendMetrics.refresh(this.#backends.states(), this.#backends.retryTotals);
  }

  usage(period: Period = { from: 0, until: Number.MAX_SAFE_INTEGER }): Promise<UsageReport> {
    return this.#usageKeeper.report(this.#snapshot.gateway?.id ?? '', period);
  }

  backends(): unknown {
    return endpointReport(this.#backends.states());
  }

  async shutdown(hurry: AbortSignal = new AbortController().signal): Promise<void> {
    if (this.#draining) return;
    this.#draining = true;
    this.#options.log.info({}, 'draining');
    this.#lease?.changed();
    this.#listeners.beginDrain();
    await waitFor(this.#snapshot.gateway?.drainDelayMs ?? 0, hurry);
    const bounded = new AbortController();
    const bound = waitFor(this.#options.drainTimeoutMs ?? 30_000, AbortSignal.any([hurry, bounded.signal]));
    await Promise.race([this.#listeners.stop(), bound]);
    bounded.abort();
    this.#listeners.destroy();
    await this.#close();
  }

  async #close(): Promise<void> {
    this.#stopSource.abort();
    clearInterval(this.#sweep);
    await this.#sharing.close();
    await this.#lease?.stop();
    this.#backends.destroy();
    this.#keySources.destroy();
    await this.#admin?.close();
    await this.#tracing.close();
    await this.#lines.close();
    this.#options.log.info({}, 'stopped');
  }

  /** What spans say of this process. */
  #resource(gateway: string): Record<string, string> {
    const pod = nameOf(this.#options);
    return { 'service.name': 'simpul-gateway', 'simpul.gateway': gateway, ...(pod && { 'service.instance.id': pod }) };
  }

  /** Something of the configuration, or all of it, has been loaded. */
  #onConfiguration(): void {
    // Without a gateway object the ports stay as they are: callers are told why, and nothing flaps.
    const isKnown = this.#view.isComplete && this.#snapshot.gateway !== null;
    if (isKnown && !this.#draining) this.#listeners.want(this.#wantedListeners());
    if (this.#snapshot.gateway !== null && !this.#draining) this.#sharing.use(this.#snapshot.gateway);
    this.#onProgress();
  }

  #onProgress(): void {
    if (this.unready() === undefined) this.#becomeReady();
    this.#lease?.changed();
  }

  #wantedListeners(): WantedListener[] {
    const { listeners } = this.#snapshot;
    const host = this.#options.host ?? '0.0.0.0';
    const specs = this.#options.listeners ?? listeners.map(({ name, port }) => ({ name, host, port }));
    return specs.map((spec) => ({
      ...spec,
      settings: this.#settingsOf(listeners.find(({ name }) => name === spec.name)),
    }));
  }

  #settingsOf(listener: ListenerEntry | undefined): ListenerSettings {
    const { tls = null, http2 = false, proxyProtocol = false } = listener ?? {};
    return { tls, http2, proxies: proxyProtocol ? this.#snapshot.trustedProxies : null };
  }

  #buildListeners(): ListenerSet {
    const limits = { ...defaultTransportLimits, ...this.#options.transport };
    const chain = this.#buildChain();
    const deps = { chain, clock: this.#clock, limits, meter: this.metrics, log: this.#options.log };
    return new ListenerSet(
      (name) => new HttpListener(name, deps),
      this.#options.log,
      () => this.#onProgress(),
    );
  }

  #buildChain(): Chain {
    return buildChain({
      snapshot: this.#snapshot,
      clock: this.#clock,
      metrics: this.metrics,
      usage: this.#usage,
      tracing: this.#tracing,
      counters: this.#counters,
      definitionRoom: this.#definitionRoom,
      writeLine: this.#options.accessLog ?? this.#lines.write,
      log: this.#options.log,
    });
  }

  #buildLease(): AckLease | ProgressReport | null {
    const { acknowledge, supervised, log } = this.#options;
    const current = (): Acknowledgement => ({
      version: this.#view.version,
      epoch: this.#view.epoch,
      ready: this.unready() === undefined,
      refusals: this.loader.refusals(),
      rollback: this.#snapshot.revocations.rollback(),
      limits: this.#sharing.counting(),
    });
    if (supervised !== undefined) return new ProgressReport(current, supervised.onProgress);
    if (acknowledge === undefined) return null;
    return new AckLease({
      ...acknowledge,
      clock: this.#clock,
      log,
      current,
      onRolledBack: () => {
        log.warn({ served: this.#view.version }, 'the API server is at an older version: listing anew');
        this.#relist();
      },
    });
  }

  #buildAdmin(): AdminServer {
    const expositions = new Expositions(this.metrics.registry, () => this.refreshMetrics());
    return new AdminServer({
      exposition: (accept, now) => expositions.get(accept, now),
      unready: () => this.unready(),
      usage: (period) => this.usage(period),
      backends: () => this.backends(),
      clock: this.#clock,
    });
  }
}

/** Of this process among all that serve the same; undefined: it is the only one. */
function nameOf({ supervised, acknowledge }: GatewayOptions): string | undefined {
  return supervised?.name ?? acknowledge?.pod.name;
}

/** Resolves after `ms`, or when `signal` aborts; leaves no timer behind. */
async function waitFor(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => undefined);
}
