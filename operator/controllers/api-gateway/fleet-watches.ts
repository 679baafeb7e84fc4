import type { Logger } from 'pino';
import { clusterKinds, coreKinds, type ResourceKind } from '#api/kinds.ts';
import type { KubeObject } from '#api/object.ts';
import { type ReflectorSource, runProjectedReflector } from '#kube/reflector.ts';
import type { Selection, Store } from '#kube/store.ts';
import { ChildWatch } from '../../feed/child-watch.ts';
import { childSelector } from '../../resources/metadata.ts';
import { watchedContent } from '../../resources/watched-content.ts';

/** What a fleet may have of kinds that not every cluster knows, or not every fleet needs. */
export type Extra = 'exposure' | 'certificates' | 'monitor';

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

/** `kind` absent: there is nothing to follow. */
interface FollowedExtra {
  readonly kind: ResourceKind | undefined;
  readonly stop: AbortController;
}

/** Notices edits of what runs for ApiGateways, so that the operator puts them right at once. */
export class FleetWatches {
  readonly #options: FleetWatchesOptions;
  readonly #followed = new Map<string, { readonly namespaceUid: string; readonly stop: AbortController }>();
  readonly #extras = new Map<string, Map<Extra, FollowedExtra>>();

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
    for (const kind of fleetKinds) {
      this.#watchFor(gateway, { kind, namespace, labelSelector: childSelector }, stop);
    }
  }

  /** Begins the watch of what a fleet has of one sort, unless it runs; ends it without `source`. The cluster must serve its kind. */
  followExtra(gateway: string, extra: Extra, source: ReflectorSource | undefined): void {
    const extras = this.#extras.get(gateway) ?? new Map<Extra, FollowedExtra>();
    this.#extras.set(gateway, extras);
    const running = extras.get(extra);
    if (running !== undefined && running.kind === source?.kind) return;
    running?.stop.abort();
    const stop = new AbortController();
    extras.set(extra, { kind: source?.kind, stop });
    if (source !== undefined) this.#watchFor(gateway, source, stop);
  }

  /** Whether it was said last that a fleet has nothing of this sort. */
  isWithout(gateway: string, extra: Extra): boolean {
    const followed = this.#extras.get(gateway)?.get(extra);
    return followed !== undefined && followed.kind === undefined;
  }

  forget(gateway: string): void {
    this.#followed.get(gateway)?.stop.abort();
    this.#followed.delete(gateway);
    for (const { stop } of this.#extras.get(gateway)?.values() ?? []) stop.abort();
    this.#extras.delete(gateway);
  }

  #watchFor(gateway: string, source: ReflectorSource, stop: AbortController): void {
    const signal = AbortSignal.any([stop.signal, this.#options.signal]);
    this.#watch(source, new ChildWatch(() => this.#options.onChange(gateway)), signal);
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
