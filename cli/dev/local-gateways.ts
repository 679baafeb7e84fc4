import { createServer } from 'node:net';
import type { Logger } from 'pino';
import { AggregatorRegistry } from 'prom-client';
import type { ApiGateway } from '#api/generated/apigateway.ts';
import { simpulKinds } from '#api/kinds.ts';
import { keyOf } from '#api/object.ts';
import { type Gateway, startGateway } from '#gateway/gateway.ts';
import { storeSource } from '#gateway/snapshot/store-source.ts';
import type { ListenerSpec } from '#gateway/transport/listener-set.ts';
import type { UsageReport } from '#gateway/usage/usage-table.ts';
import { type ReflectorHandler, runReflector } from '#kube/reflector.ts';
import type { Store } from '#kube/store.ts';

export interface LocalGatewaysOptions {
  readonly store: Store;
  readonly log: Logger;
  readonly className: string;
  /** Port of the first gateway; 0: any free one for each. */
  readonly firstPort: number;
  /** Ports that no gateway may take. */
  readonly reserved: readonly number[];
  /** Takes each access-log line. */
  readonly accessLog: (line: string) => void;
  /** Called after a gateway has opened or closed its port. */
  readonly onChange: () => void;
}

type Listeners = ApiGateway['spec']['listeners'];

interface LocalGateway {
  readonly gateway: Gateway;
  readonly listeners: Listeners;
}

/** What would be a fleet of pods is one gateway in this process, for each ApiGateway. */
export class LocalGateways {
  readonly #options: LocalGatewaysOptions;
  readonly #running = new Map<string, LocalGateway>();
  /** By gateway and listener. */
  readonly #ports = new Map<string, number>();
  #work: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(options: LocalGatewaysOptions) {
    this.#options = options;
  }

  /** Follows ApiGateways until the signal aborts. */
  follow(signal: AbortSignal): void {
    const { store, log } = this.#options;
    const handler: ReflectorHandler<ApiGateway> = {
      replace: (items) => {
        const ids = new Set(items.map(keyOf));
        for (const id of this.#running.keys()) if (!ids.has(id)) this.#later(() => this.#stop(id));
        for (const item of items) this.#later(() => this.#start(item));
      },
      upsert: (gateway) => this.#later(() => this.#start(gateway)),
      remove: (gateway) => this.#later(() => this.#stop(keyOf(gateway))),
    };
    const source = { kind: simpulKinds.ApiGateway };
    void runReflector(store, source, handler, { signal, onError: (error) => log.error({ err: error }, 'ApiGateways') });
  }

  /** `http://127.0.0.1:8080` of each listener that answers, in the order of the ApiGateway. */
  urlsOf(id: string): string[] {
    const { gateway, listeners } = this.#running.get(id) ?? {};
    const addresses = gateway?.addresses() ?? [];
    return (listeners ?? []).flatMap(({ name, protocol }) => {
      const address = addresses.find((open) => open.name === name);
      return address === undefined ? [] : [`${protocol.toLowerCase()}://${address.host}:${address.port}`];
    });
  }

  ids(): string[] {
    return [...this.#running.keys()].sort();
  }

  /** In the form that prom-client aggregates; each series says which gateway. */
  async metrics(): Promise<object[]> {
    return await Promise.all(
      [...this.#running.values()].map(async ({ gateway }) => {
        gateway.refreshMetrics();
        return await gateway.metrics.registry.getMetricsAsJSON();
      }),
    );
  }

  async usage(): Promise<UsageReport[]> {
    return await Promise.all([...this.#running.values()].map(({ gateway }) => gateway.usage()));
  }

  /** How the backends of each gateway do, by its id. */
  backends(): Readonly<Record<string, unknown>> {
    return Object.fromEntries([...this.#running].map(([id, { gateway }]) => [id, gateway.backends()]));
  }

  /** Ends all at once: calls under way are cut. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#work;
    await Promise.all([...this.#running.keys()].map((id) => this.#stop(id)));
  }

  #later(task: () => Promise<void>): void {
    this.#work = this.#work.then(task).catch((error: unknown) => {
      this.#options.log.error({ err: error }, 'a gateway could not be started or stopped');
    });
  }

  /** Not before the operator has made its namespace: it holds what the gateway serves. */
  async #start(object: ApiGateway): Promise<void> {
    const id = keyOf(object);
    const namespace = object.status?.compiledNamespace;
    const { listeners, className } = object.spec;
    if (this.#closed || namespace === undefined || className !== this.#options.className) return;
    const running = this.#running.get(id);
    if (running !== undefined && namesOf(running.listeners) === namesOf(listeners)) return;
    if (running !== undefined) {
      await this.#stop(id);
      this.#freePorts(id, listeners);
    }
    const { store, log, accessLog, onChange } = this.#options;
    const gateway = await startGateway({
      source: storeSource(store, namespace, log),
      log,
      listeners: await this.#placesFor(id, listeners),
      acknowledge: { store, namespace, pod: { name: `${object.metadata.name}-local` } },
      accessLog,
      ownAddresses: () => [], // a backend beside us on this machine is what standalone mode is for
    });
    gateway.metrics.registry.setDefaultLabels({ gateway: id });
    this.#running.set(id, { gateway, listeners });
    void gateway.ready.then(onChange);
  }

  async #stop(id: string): Promise<void> {
    const running = this.#running.get(id);
    this.#running.delete(id);
    await running?.gateway.shutdown(AbortSignal.abort());
    this.#options.onChange();
  }

  /** What listeners had that are gone may be had by others. */
  #freePorts(id: string, listeners: Listeners): void {
    const kept = new Set(listeners.map(({ name }) => `${id}/${name}`));
    for (const place of this.#ports.keys())
      if (place.startsWith(`${id}/`) && !kept.has(place)) this.#ports.delete(place);
  }

  /** Where its listeners are on this machine; their own ports may be privileged, or taken by another gateway. */
  async #placesFor(id: string, listeners: Listeners): Promise<ListenerSpec[]> {
    const places: ListenerSpec[] = [];
    for (const { name } of listeners) {
      places.push({ name, host: '127.0.0.1', port: await this.#portFor(`${id}/${name}`) });
    }
    return places;
  }

  /** The port that it had before, else the next free one. */
  async #portFor(id: string): Promise<number> {
    const { firstPort, reserved } = this.#options;
    if (firstPort === 0) return 0;
    let port = this.#ports.get(id) ?? firstPort;
    const taken = new Set([...reserved, ...this.#ports.values()]);
    while (this.#ports.get(id) !== port && (taken.has(port) || !(await isFree(port)))) port += 1;
    this.#ports.set(id, port);
    return port;
  }
}

function namesOf(listeners: Listeners): string {
  return listeners.map(({ name, protocol }) => `${name} ${protocol}`).join();
}

/** Whether a port of 127.0.0.1 can be opened. */
export async function isFree(port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}

/** One page of metrics out of several registries that use the same names. */
export async function mergeMetrics(parts: readonly object[]): Promise<string> {
  return await AggregatorRegistry.aggregate([...parts]).metrics();
}
