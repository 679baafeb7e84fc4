import type { Lease } from '#api/compiled/lease.ts';
import { canonicalJson } from '#api/compiled/secret.ts';
import type { SimpulKindName } from '#api/kinds.ts';
import type { KubeObject } from '#api/object.ts';
import { keyOf } from '#api/object.ts';
import { compareVersions } from '#api/resource-version.ts';
import type { CompiledEntry } from '../world/compiled-index.ts';
import type { Change, Wake } from '../world/dependents.ts';
import {
  claimantsOfKey,
  dependentsOf,
  dependentsOfNamespace,
  needsVisit,
  usersOfSecret,
  wakesOfCompiled,
} from '../world/dependents.ts';
import { type GatewayPod, gatewayPodOf } from '../world/fleet.ts';
import { type KeySecret, keySecretOf, type Secret } from '../world/key-secret.ts';
import type { MaterialSource, MaterialState } from '../world/materials.ts';
import { referencesOf } from '../world/references.ts';
import type { World } from '../world/world.ts';
import { LeanObjects } from './lean-object.ts';

/** `force`: part of a complete list, which is true even where it is older than what we hold (etcd was restored). */
export interface TakeOptions {
  readonly force: boolean;
}

/**
 * Takes what watches bring, and what writes return, into the world, and says who has to look at it. The only place
 * where the world's objects change.
 */
export class Intake {
  readonly #world: World;
  readonly #pepper: Buffer;
  readonly #leanObjects = new LeanObjects();
  readonly #wake: (wakes: Iterable<Wake>) => void;
  readonly #onReferences: (sources: readonly MaterialSource[]) => void;
  readonly #now: () => number;

  /** `onReferences` hears which Secrets and ConfigMaps specs began or ceased to refer to; `now`: milliseconds since the epoch. */
  constructor(
    world: World,
    wake: (wakes: Iterable<Wake>) => void,
    onReferences: (sources: readonly MaterialSource[]) => void,
    now: () => number,
  ) {
    this.#now = now;
    this.#world = world;
    this.#onReferences = onReferences;
    this.#pepper = Buffer.from(world.settings.pepper, 'base64');
    this.#wake = wake;
  }

  /** What of an object of ours is kept in memory. */
  lean<T extends KubeObject>(object: T): T {
    return this.#leanObjects.lean(object);
  }

  /** An object of a kind of ours, {@link lean}. One that belongs to another installation is as good as absent. */
  take(kind: SimpulKindName, object: KubeObject, { force }: TakeOptions): void {
    if (!this.#isOurs(kind, object)) {
      this.drop(kind, keyOf(object));
      return;
    }
    const shelf = this.#world.shelf(kind);
    const known = shelf.get(keyOf(object));
    if (!force && known !== undefined && !isNewer(object, known)) return;
    this.#changed(kind, { before: shelf.put(object), after: object });
  }

  drop(kind: SimpulKindName, id: string): void {
    const before = this.#world.shelf(kind).delete(id);
    if (before !== undefined) this.#changed(kind, { before, after: undefined });
  }

  /** Ids of what is held of a kind. */
  idsOf(kind: SimpulKindName): string[] {
    return [...this.#world.shelf(kind).ids()];
  }

  #changed(kind: SimpulKindName, change: Change<KubeObject>): void {
    const object = change.after ?? change.before;
    this.#refer(kind, change);
    if (object === undefined || change.before?.metadata.resourceVersion === change.after?.metadata.resourceVersion)
      return;
    if (!needsVisit(change)) return;
    this.#wake([{ kind, id: keyOf(object) }, ...dependentsOf(kind, change, this.#world)]);
  }

  #refer(kind: SimpulKindName, { before, after }: Change<KubeObject>): void {
    const refs = after === undefined ? [] : referencesOf(after);
    const object = after ?? before;
    if (object === undefined) return;
    const sources = this.#world.materials.refer({ kind, id: keyOf(object) }, refs);
    if (sources.length > 0) this.#onReferences(sources);
  }

  /** A Secret or ConfigMap that specs refer to, or why there is none. */
  takeMaterial(source: MaterialSource, state: MaterialState): void {
    if (this.#world.materials.put(source, state)) this.#wake(this.#world.materials.usersOf(source));
  }

  #isOurs(kind: SimpulKindName, object: KubeObject): boolean {
    if (kind !== 'Tenant' && kind !== 'ApiGateway') return true;
    const { className } = (object as KubeObject & { spec: { className: string } }).spec;
    return className === this.#world.settings.className;
  }

  /** The policy that guards Approvals came or went. */
  wakeApprovals(): void {
    this.#wake([...this.#world.approvals.ids()].map((id) => ({ kind: 'Approval', id })));
  }

  /** Something that the operator made in a namespace is not what it was. */
  wakeOwners(namespace: string): void {
    const known = this.#world.namespaces.get(namespace);
    if (known !== undefined) this.#wake(dependentsOfNamespace(known, this.#world));
  }

  takeNamespace(namespace: KubeObject): void {
    const before = this.#world.namespaces.put(namespace);
    if (needsVisit({ before, after: namespace })) this.#wake(dependentsOfNamespace(namespace, this.#world));
  }

  dropNamespace(name: string): void {
    const before = this.#world.namespaces.delete(name);
    if (before !== undefined) this.#wake(dependentsOfNamespace(before, this.#world));
  }

  /** What is remembered of a Secret of a caller's key: hashes, never the key. */
  readKeySecret(secret: Secret): KeySecret {
    return keySecretOf(secret, this.#pepper);
  }

  /** A Secret of a caller's key, in a Tenant's namespace. */
  takeKeySecret(next: KeySecret, { force }: TakeOptions): void {
    const id = keyOf(next);
    const known = this.#world.keySecrets.get(id);
    if (!force && known !== undefined && !isNewer(next, known)) return;
    this.#world.keySecrets.put(next);
    if (known?.metadata.resourceVersion !== next.metadata.resourceVersion) this.#wakeUsers(id, [known, next]);
  }

  dropKeySecret(id: string): void {
    const known = this.#world.keySecrets.delete(id);
    if (known !== undefined) this.#wakeUsers(id, [known]);
  }

  #wakeUsers(id: string, versions: readonly (KeySecret | undefined)[]): void {
    const hashes = new Set(versions.flatMap((secret) => (secret?.keys ?? []).map(({ hash }) => hash)));
    const claimants = [...hashes].flatMap((hash) => claimantsOfKey(hash, this.#world));
    this.#wake([...usersOfSecret(id, this.#world), ...claimants]);
  }

  takeCompiled(entry: CompiledEntry, { force }: TakeOptions): void {
    if (this.#world.compiled.put(entry, force)) this.#wake(wakesOfCompiled(entry, this.#world));
  }

  dropCompiled(namespace: string, name: string): void {
    const entry = this.#world.compiled.delete(namespace, name);
    if (entry !== undefined) this.#wake(wakesOfCompiled(entry, this.#world));
  }

  /** A gateway pod's Lease. Returns whether the pod came, became ready, stopped being so, came back from the dead, counts limits elsewhere, or withholds something else. */
  takeLease(lease: Lease, gateway: string): boolean {
    const pods = this.#world.fleets.get(gateway) ?? new Map<string, GatewayPod>();
    this.#world.fleets.set(gateway, pods);
    const now = this.#now();
    const known = pods.get(lease.metadata.name);
    const pod = gatewayPodOf(lease, { now, known });
    pods.set(pod.name, pod);
    const moved = known?.limits !== pod.limits || known?.limitsReason !== pod.limitsReason;
    const withholds = canonicalJson(known?.rollback ?? {}) !== canonicalJson(pod.rollback ?? {});
    if (known === undefined || moved || withholds || known.ready !== pod.ready) return true;
    return known.expiresAt <= now && now < pod.expiresAt;
  }

  dropLease(name: string, gateway: string): boolean {
    return this.#world.fleets.get(gateway)?.delete(name) ?? false;
  }
}

interface Versioned {
  readonly metadata: { readonly resourceVersion?: string; readonly uid?: string };
}

function isNewer(next: Versioned, known: Versioned): boolean {
  return compareVersions(next.metadata.resourceVersion ?? '0', known.metadata.resourceVersion ?? '0') > 0;
}
