import type { Logger } from 'pino';
import { clusterKinds, coreKinds, type ResourceKind } from '#api/kinds.ts';
import type { KubeObject } from '#api/object.ts';
import { type ReflectorSource, runProjectedReflector } from '#kube/reflector.ts';
import type { Selection, Store } from '#kube/store.ts';
import { ChildWatch } from '../../feed/child-watch.ts';
import { childSelector } from '../../resources/metadata.ts';
import { watchedContent } from '../../resources/watched-content.ts';

/** Kinds that run for a fleet; RoleBindings are watched in the whole cluster. */
const fleetKinds: readonly ResourceKind[] = [
  coreKinds.ServiceAccount,
  coreKinds.Deployment,
  coreKinds.Service,
  clusterKinds.Pod,
  clusterKinds.PodDisruptionBudget,
  clusterKinds.HorizontalPodAutoscaler,
];

/** Kinds that both compiled namespaces and Tenants' have: one watch of the whole cluster instead of one for each. */
const sharedKinds: readonly ResourceKind[] = [clusterKinds.NetworkPolicy, clusterKinds.ResourceQuota];

export interface FleetWatchesOptions {
  readonly store: Store;
  readonly log: Pick<Logger, 'warn'>;
  /** Some child of this ApiGateway is not what it was. */
  readonly onChange: (gateway: string) => void;
  /** Some child in this namespace is not what it was. */
  readonly onChangeIn: (namespace: string) => void;
  /** Secrets by which nodes pull images, each as one selection. */
  readonly pullSecrets: readonly Selection[];
  /** Some of these is not what it was. */
  readonly onPullSecret: () => void;
  readonly onRestart: (kind: string, reason: string) => void;
  /** Ends all watches. */
  readonly signal: AbortSignal;
}

/** Notices edits of what runs for ApiGateways, so that the operator puts them right at once. */
export class FleetWatches {
  readonly #options: FleetWatchesOptions;
  readonly #followed = new Map<string, { readonly namespaceUid: string; readonly stop: AbortController }>();
  readonly #exposures = new Map<string, { readonly kind: ResourceKind; readonly stop: AbortController }>();

  constructor(options: FleetWatchesOptions) {
    this.#options = options;
  }

  /** Begins the watches of the whole cluster. */
  start(): void {
    const handler = (): ChildWatch => new ChildWatch((namespace) => this.#options.onChangeIn(namespace));
    const { signal, pullSecrets, onPullSecret } = this.#options;
    for (const kind of sharedKinds) this.#watch({ kind, labelSelector: childSelector }, handler(), signal);
    for (const selection of pullSecrets) {
      this.#watch({ kind: coreKinds.Secret, ...selection }, new ChildWatch(onPullSecret), signal);
    }
  }

  /** Begins the watches in a compiled namespace, unless they run. */
  follow(gateway: string, { metadata: { name: namespace, uid: namespaceUid = '' } }: KubeObject): void {
    if (this.#followed.get(gateway)?.namespaceUid === namespaceUid) return;
    this.#followed.get(gateway)?.stop.abort();
    const stop = new AbortController();
    this.#followed.set(gateway, { namespaceUid, stop });
    const signal = AbortSignal.any([stop.signal, this.#options.signal]);
    for (const kind of fleetKinds) {
      this.#watch(
        { kind, namespace, labelSelector: childSelector },
        new ChildWatch(() => this.#options.onChange(gateway)),
        signal,
      );
    }
  }

  /** Watches what brings callers from outside to a fleet: one kind, which the cluster serves, or none. */
  followExposure(gateway: string, namespace: string, kind: ResourceKind | undefined): void {
    const running = this.#exposures.get(gateway);
    if (running?.kind === kind) return;
    running?.stop.abort();
    this.#exposures.delete(gateway);
    if (kind === undefined) return;
    const stop = new AbortController();
    this.#exposures.set(gateway, { kind, stop });
    const signal = AbortSignal.any([stop.signal, this.#options.signal]);
    this.#watch(
      { kind, namespace, labelSelector: childSelector },
      new ChildWatch(() => this.#options.onChange(gateway)),
      signal,
    );
  }

  forget(gateway: string): void {
    for (const running of [this.#followed, this.#exposures]) {
      running.get(gateway)?.stop.abort();
      running.delete(gateway);
    }
  }

  #watch(source: ReflectorSource, handler: ChildWatch, signal: AbortSignal): void {
    const { store, log, onRestart } = this.#options;
    const { kind } = source.kind;
    const projection = { project: watchedContent, handler };
    void runProjectedReflector<KubeObject, KubeObject>(store, source, projection, {
      signal,
      onRestart: (reason) => onRestart(kind, reason),
      onError: (error) => log.warn({ kind, err: error }, 'a watch of children failed and goes on'),
    });
  }
}
