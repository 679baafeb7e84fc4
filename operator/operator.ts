import { randomBytes } from 'node:crypto';
import type { SimpulKindName } from '#api/kinds.ts';
import { keyOf } from '#api/object.ts';
import { wakeSatisfied } from './controllers/acknowledge.ts';
import { FleetWatches } from './controllers/api-gateway/fleet-watches.ts';
import { controllers } from './controllers/controllers.ts';
import { DefinitionClaims } from './controllers/definition-claims.ts';
import { DocumentKeeper } from './controllers/documents.ts';
import type { Environment } from './controllers/environment.ts';
import { PendingAcknowledgements } from './controllers/pending.ts';
import { buildFetchDocument } from './feed/document-fetcher.ts';
import { Feed } from './feed/feed.ts';
import { Intake } from './feed/intake.ts';
import { countObjects } from './feed/object-counts.ts';
import { obtainPepper } from './feed/pepper.ts';
import { FirstPass } from './first-pass.ts';
import type { Operator, OperatorOptions } from './program.ts';
import { compiledNamespaceOf, gatewayAnnotation } from './resources/gateway.ts';
import { pullSecretSelection } from './resources/pull-secret.ts';
import type { ServiceAccountRef } from './resources/tenant.ts';
import { pause, systemClock } from './runtime/clock.ts';
import { runController } from './runtime/controller.ts';
import { EventRecorder } from './runtime/events.ts';
import { WorkQueue } from './runtime/work-queue.ts';
import { fleetFigures } from './status/fleet-figures.ts';
import { dependentsOfNamespace, type Wake } from './world/dependents.ts';
import { World } from './world/world.ts';

/*
 *   lists ──▶ ready (standby: the world is kept in step)
 *               │ leads
 *               ▼
 *             take over: what compiled objects show is given away
 *               ▼
 *             first pass: ApiGateways, Tenants, KeyManagers, Approvals, ApiServices, Subscriptions, one kind after the
 *               │         other; then the sweep of compiled objects whose source is gone
 *               ▼
 *             steady: changes only
 */

type Queues = Readonly<Record<SimpulKindName, WorkQueue>>;

/** Starts the controllers. They keep the world in step from now on, and act while {@link OperatorOptions.isLeader}. */
export function startOperator(options: OperatorOptions): Operator {
  const stop = new AbortController();
  const signal = AbortSignal.any([stop.signal, options.signal]);
  const running = new RunningOperator(options, signal);
  const ready = running.synchronise();
  const ended = ready.then(() => running.lead()).catch((error: unknown) => running.failed(error));
  return {
    ready,
    problems: () => running.problems(),
    stop: async () => {
      stop.abort();
      await ended;
    },
  };
}

class RunningOperator {
  readonly #options: OperatorOptions;
  readonly #signal: AbortSignal;
  readonly #queues: Queues;
  readonly #problems = new Set<string>();
  #leading = false;
  #parts: { readonly env: Environment; readonly feed: Feed } | undefined;

  constructor(options: OperatorOptions, signal: AbortSignal) {
    this.#options = options;
    this.#signal = signal;
    this.#queues = {
      ApiGateway: new WorkQueue(),
      Tenant: new WorkQueue(),
      KeyManager: new WorkQueue(),
      Approval: new WorkQueue(),
      ApiService: new WorkQueue(),
      Subscription: new WorkQueue(),
    };
    for (const [kind, queue] of Object.entries(this.#queues)) options.metrics.trackQueue(kind, queue);
  }

  problems(): readonly string[] {
    return [...this.#problems];
  }

  failed(error: unknown): void {
    if (this.#signal.aborted) return;
    this.#options.log.error({ err: error }, 'the controllers ended');
    this.#problems.add('the controllers ended; the log has the cause');
  }

  /** Builds the world and fills it. Needs no lease; without a pepper it waits for the leader to make one. */
  async synchronise(): Promise<void> {
    const { store, config, log, isLeader } = this.#options;
    const signal = this.#signal;
    const pepper = await obtainPepper({
      store,
      namespace: config.namespace,
      randomBytes,
      isLeader,
      signal,
      pause: async () => {
        await pause(systemClock, 500, signal);
        signal.throwIfAborted();
      },
      onError: (error) => log.warn({ err: error, namespace: config.namespace }, 'no pepper yet'),
    });
    const world = new World({ className: config.className, installationNamespace: config.namespace, pepper });
    this.#parts = this.#assemble(world);
    this.#options.metrics.trackObjects(() => countObjects(world));
    this.#options.metrics.trackFleets(() => fleetFigures(world, Date.now()));
    await this.#parts.feed.start();
    this.#followKnown(world, this.#parts.feed);
    await this.#parts.feed.settled();
  }

  #assemble(world: World): { readonly env: Environment; readonly feed: Feed } {
    const { store, log, metrics, config, instance } = this.#options;
    const signal = this.#signal;
    const wake = (wakes: Iterable<Wake>): void => this.#wake(wakes);
    const intake = new Intake(world, wake, (sources) => feed.reviewReferences(sources), Date.now);
    const feed: Feed = new Feed({
      store,
      world,
      intake,
      log,
      signal,
      policyPrefix: config.clusterPrefix,
      approvalPolicy: this.#options.approvalPolicy ?? 'watched',
      onRestart: (kind, reason) => metrics.watchRestarted(kind, reason),
      onError: (kind, error) => log.warn({ kind, err: error }, 'a watch failed and goes on'),
      onGatewayKnown: (gateway) => this.#gatewayKnown(gateway),
      onTenantKnown: (namespace) => wake(wakesFor('Subscription', world.subscriptions.by('namespace', namespace))),
      onFleetChanged: (gateway, membership) => this.#fleetChanged(gateway, membership),
    });
    const now = (): Date => new Date();
    const { apiServer } = config;
    const reserved = apiServer === undefined ? [] : [apiServer];
    const fetch = buildFetchDocument({ allow: this.#options.allowDocumentsFrom ?? [], reserved });
    const env: Environment = {
      store,
      world,
      log,
      metrics,
      wake,
      randomBytes,
      now,
      events: new EventRecorder({ store, instance, metrics, log, signal }),
      pending: new PendingAcknowledgements(),
      definitions: new DefinitionClaims(),
      documents: new DocumentKeeper({ world, store, fetch, wake, log, now, signal }),
      operator: {
        ...operatorAccount(config.namespace, config.operatorUsername),
        clusterPrefix: config.clusterPrefix,
      },
      gatewayImage: config.gatewayImage,
      pullSecrets: config.imagePullSecrets ?? [],
      watches: feed,
      fleetWatches: this.#watchFleets(world),
      inCluster: (this.#options.approvalPolicy ?? 'watched') === 'watched',
      learn: (kind, object) => intake.take(kind, intake.lean(object), { force: false }),
    };
    return { env, feed };
  }

  #watchFleets(world: World): FleetWatches {
    const { store, log, metrics, config } = this.#options;
    return new FleetWatches({
      pullSecrets: (config.imagePullSecrets ?? []).map((name) => pullSecretSelection(config.namespace, name)),
      onPullSecret: () => this.#wake(wakesFor('ApiGateway', world.apiGateways.ids())),
      ...{ store, log, signal: this.#signal },
      onChange: (gateway) => this.#wake(wakesFor('ApiGateway', [gateway])),
      onChangeIn: (namespace) => {
        const known = world.namespaces.get(namespace);
        if (known !== undefined) this.#wake(dependentsOfNamespace(known, world));
      },
      onRestart: (kind, reason) => metrics.watchRestarted(kind, reason),
    });
  }

  /** A standby follows what its leader follows, so that a takeover finds everything known. */
  #followKnown(world: World, feed: Feed): void {
    for (const gateway of world.apiGateways.values()) {
      const namespace = world.namespaces.get(compiledNamespaceOf(gateway));
      if (namespace !== undefined) feed.followGateway(keyOf(gateway), namespace);
    }
    for (const tenant of world.tenants.values()) {
      const namespace = tenant.status?.namespace;
      if (namespace !== undefined && world.namespaces.get(namespace) !== undefined) feed.followTenant(namespace);
    }
  }

  /** Waits for the lease, then acts until the signal aborts. */
  async lead(): Promise<void> {
    const { isLeader, log, metrics, config } = this.#options;
    const signal = this.#signal;
    const parts = this.#parts;
    while (!isLeader() && !signal.aborted) await pause(systemClock, 50, signal);
    if (signal.aborted || parts === undefined) return;
    const { env } = parts;
    env.world.takeOver();
    this.#leading = true;
    if (env.inCluster) env.fleetWatches.start();

    const running: Promise<void>[] = [];
    for (const { kind, reconcile } of controllers) {
      const pass = new FirstPass([...env.world.shelf(kind).ids()]);
      const queue = this.#queues[kind];
      for (const id of pass.ids) queue.add(id, 'resync');
      const run = async (id: string, runSignal: AbortSignal) => {
        try {
          return await reconcile(env, id, runSignal);
        } finally {
          pass.visited(id);
        }
      };
      running.push(
        runController({ name: kind, queue, workers: config.workers, reconcile: run, metrics, log, isLeader, signal }),
      );
      await pass.done(signal);
    }
    if (!signal.aborted) this.#sweep(env.world);
    log.info('the first pass is complete');
    await Promise.all(running);
  }

  /** Compiled objects whose source is gone, and namespaces of gateways that are: their reconcile removes them. */
  #sweep(world: World): void {
    this.#wake(orphansIn(world));
    this.#wake(wakesFor('ApiGateway', this.#gatewaysOfNamespaces(world)));
  }

  #gatewaysOfNamespaces(world: World): string[] {
    return [...world.namespaces.values()].flatMap(({ metadata }) => metadata.annotations?.[gatewayAnnotation] ?? []);
  }

  /** Only a leader works; it looks at everything when it begins, so a standby need not remember. */
  #wake(wakes: Iterable<Wake>): void {
    if (!this.#leading) return;
    for (const { kind, id } of wakes) this.#queues[kind].add(id);
  }

  /** Now something can be compiled for this gateway: for everything that it serves, and everything that it serves no more. */
  #gatewayKnown(gateway: string): void {
    const world = this.#parts?.env.world;
    if (world === undefined || !this.#leading) return;
    const apis = [...world.apiServices.by('gateway', gateway)];
    this.#wake([
      ...wakesFor('ApiGateway', [gateway]),
      ...wakesFor('Tenant', world.tenants.ids()),
      ...wakesFor('KeyManager', world.keyManagers.ids()),
      ...wakesFor('ApiService', apis),
      ...apis.flatMap((api) => wakesFor('Subscription', world.subscriptions.by('api', api))),
    ]);
    this.#wake(orphansIn(world));
  }

  #fleetChanged(gateway: string, membership: boolean): void {
    const env = this.#parts?.env;
    if (env === undefined || !this.#leading) return;
    if (membership) this.#wake(wakesFor('ApiGateway', [gateway]));
    wakeSatisfied(env, gateway);
  }
}

/** Who removes compiled objects whose source is no more; definitions are swept by their gateway. */
function orphansIn(world: World): Wake[] {
  return [...world.compiled.values()].flatMap(({ kind, source, gateway }): Wake[] => {
    if (kind === 'Definition') return [{ kind: 'ApiGateway', id: gateway }];
    return world.shelf(kind).get(source) === undefined ? [{ kind, id: source }] : [];
  });
}

function wakesFor(kind: SimpulKindName, ids: Iterable<string>): Wake[] {
  return [...ids].map((id) => ({ kind, id }));
}

/** The ServiceAccount that the operator runs as: `system:serviceaccount:<namespace>:<name>`, or the shipped one. */
function operatorAccount(namespace: string, username: string | undefined): ServiceAccountRef {
  const [system, kind, owner, name] = username?.split(':') ?? [];
  if (system === 'system' && kind === 'serviceaccount' && owner !== undefined && name !== undefined) {
    return { namespace: owner, name };
  }
  return { namespace, name: 'simpul-operator' };
}
