import type { Logger } from 'pino';
import type { Lease } from '#api/compiled/lease.ts';
import type { CompiledSecret } from '#api/compiled/secret.ts';
import { compiledSecretType } from '#api/compiled/secret.ts';
import type { ResourceKind, SimpulKindName } from '#api/kinds.ts';
import { coreKinds, simpulKinds } from '#api/kinds.ts';
import type { KubeObject } from '#api/object.ts';
import { idOf, keyOf } from '#api/object.ts';
import {
  type Projection,
  type ReflectorHandler,
  type ReflectorSource,
  runProjectedReflector,
} from '#kube/reflector.ts';
import type { Store } from '#kube/store.ts';
import { isStoreError } from '#kube/store-error.ts';
import type { NamespaceWatches } from '../controllers/environment.ts';
import { type CompiledEntry, compiledEntryOf } from '../world/compiled-index.ts';
import { apiKeySecretType, type KeySecret, type Secret } from '../world/key-secret.ts';
import type { MaterialSource } from '../world/materials.ts';
import type { World } from '../world/world.ts';
import { ChildWatch, roleBindingSource } from './child-watch.ts';
import type { Intake } from './intake.ts';
import { MaterialWatches } from './material-watches.ts';
import { PolicyWatch } from './policy-watch.ts';

export interface FeedOptions {
  readonly store: Store;
  readonly world: World;
  readonly intake: Intake;
  readonly log: Pick<Logger, 'warn'>;
  readonly onRestart: (kind: string, reason: string) => void;
  readonly onError: (kind: string, error: Error) => void;
  readonly signal: AbortSignal;
  /** A gateway's compiled objects are completely known from now on. */
  readonly onGatewayKnown: (gateway: string) => void;
  /** Secrets of keys in a Tenant's namespace are completely known from now on. */
  readonly onTenantKnown: (namespace: string) => void;
  /** A fleet's pods came, went or acknowledged; `membership`: whether the number of ready ones may differ. */
  readonly onFleetChanged: (gateway: string, membership: boolean) => void;
  /** `assumed`: nobody but the owner of the files writes Approvals (standalone mode). */
  readonly approvalPolicy: 'watched' | 'assumed';
  /** What the names of the installation's admission policies begin with. */
  readonly policyPrefix: string;
}

/** One watch, or several that belong together. */
interface Following {
  readonly stop: AbortController;
  /** Resolves after the first complete lists. */
  readonly synced: Promise<unknown>;
}

/**
 * All watches of the operator: our kinds and namespaces in the whole cluster; Secrets and Leases only in namespaces where
 * the operator has bound its role to itself.
 */
export class Feed implements NamespaceWatches {
  readonly #options: FeedOptions;
  readonly #tenants = new Map<string, Following>();
  readonly #gateways = new Map<string, Following & { readonly namespaceUid: string }>();
  readonly #known = new Set<string>();
  readonly #materials: MaterialWatches;

  constructor(options: FeedOptions) {
    this.#options = options;
    this.#materials = new MaterialWatches({
      world: options.world,
      take: (source, state) => options.intake.takeMaterial(source, state),
      follow: (source, projection, { signal, onError }) => {
        void this.#follow(source, projection, AbortSignal.any([signal, options.signal]), onError);
      },
    });
  }

  /** Specs began or ceased to refer to these. */
  reviewReferences(sources: readonly MaterialSource[]): void {
    this.#materials.review(sources);
  }

  /** Begins the watches on the whole cluster. Resolves after their first complete lists. */
  async start(): Promise<void> {
    const { signal, world, approvalPolicy, intake } = this.#options;
    const kinds = Object.keys(simpulKinds) as SimpulKindName[];
    const lists = kinds.map((kind) => this.#follow({ kind: simpulKinds[kind] }, this.#kindHandler(kind), signal));
    lists.push(this.#follow({ kind: coreKinds.Namespace }, this.#namespaceHandler(), signal));
    lists.push(this.#follow(roleBindingSource, whole(new ChildWatch((name) => intake.wakeOwners(name))), signal));
    if (approvalPolicy === 'assumed') world.approvalPolicySince = '';
    else lists.push(...this.#followPolicy());
    await Promise.all(lists);
  }

  /** Resolves once everything that is followed now is completely known. */
  async settled(): Promise<void> {
    await Promise.all([...this.#tenants.values(), ...this.#gateways.values()].map(({ synced }) => synced));
  }

  followTenant(namespace: string): void {
    this.#materials.allow(namespace);
    if (this.#tenants.has(namespace)) return;
    const stop = new AbortController();
    const source = { kind: coreKinds.Secret, namespace, fieldSelector: `type=${apiKeySecretType}` };
    const signal = AbortSignal.any([stop.signal, this.#options.signal]);
    // Without the RoleBinding that the operator itself makes nothing can be read there: its making must not wait for that.
    const { promise: refused, resolve } = Promise.withResolvers<void>();
    const onFailure = (error: Error): void => void (isStoreError(error, 'Forbidden') && resolve());
    const listed = this.#follow(source, this.#keySecretHandler(namespace), signal, onFailure);
    this.#tenants.set(namespace, { stop, synced: Promise.race([listed, refused]) });
  }

  forgetTenant(namespace: string): void {
    this.#materials.disallow(namespace);
    this.#tenants.get(namespace)?.stop.abort();
    this.#tenants.delete(namespace);
    this.#options.world.syncedSecrets.delete(namespace);
    for (const id of [...this.#options.world.keySecrets.by('namespace', namespace)]) {
      this.#options.intake.dropKeySecret(id);
    }
  }

  followGateway(gateway: string, { metadata: { name: namespace, uid: namespaceUid = '' } }: KubeObject): void {
    if (this.#gateways.get(gateway)?.namespaceUid === namespaceUid) return;
    this.forgetGateway(gateway);
    const stop = new AbortController();
    const signal = AbortSignal.any([stop.signal, this.#options.signal]);
    const secrets = { kind: coreKinds.Secret, namespace, fieldSelector: `type=${compiledSecretType}` };
    const compiled = this.#follow(secrets, this.#compiledHandler(gateway, namespace), signal);
    const leases = this.#follow({ kind: coreKinds.Lease, namespace }, this.#leaseHandler(gateway), signal);
    this.#gateways.set(gateway, { stop, namespaceUid, synced: Promise.all([compiled, leases]) });
  }

  forgetGateway(gateway: string): void {
    this.#gateways.get(gateway)?.stop.abort();
    this.#gateways.delete(gateway);
    this.#known.delete(gateway);
  }

  knowsGateway(gateway: string): boolean {
    return this.#known.has(gateway);
  }

  /** Runs a reflector until `signal` aborts; resolves after its first complete list. */
  #follow<T extends KubeObject, P>(
    source: ReflectorSource,
    { project, handler }: Projection<T, P>,
    signal: AbortSignal,
    onFailure: (error: Error) => void = () => undefined,
  ): Promise<void> {
    const { store, onRestart, onError } = this.#options;
    const kind = source.kind.kind;
    return new Promise((resolve) => {
      const first: ReflectorHandler<P> = {
        replace: async (items, version, epoch) => {
          await handler.replace(items, version, epoch);
          resolve();
        },
        upsert: (object) => handler.upsert(object),
        remove: (object) => handler.remove(object),
      };
      void runProjectedReflector<T, P>(
        store,
        source,
        { project, handler: first },
        {
          signal,
          onRestart: (reason) => onRestart(kind, reason),
          onError: (error) => {
            onFailure(error);
            onError(kind, error);
          },
        },
      );
    });
  }

  #kindHandler(kind: SimpulKindName): Projection<KubeObject, KubeObject> {
    const { intake } = this.#options;
    const handler: ReflectorHandler<KubeObject> = {
      replace: (items) => {
        const present = new Set(items.map(keyOf));
        for (const id of intake.idsOf(kind)) if (!present.has(id)) intake.drop(kind, id);
        for (const item of items) intake.take(kind, item, { force: true });
      },
      upsert: (object) => intake.take(kind, object, { force: false }),
      remove: (object) => intake.drop(kind, keyOf(object)),
    };
    return { project: (object) => intake.lean(object), handler };
  }

  #namespaceHandler(): Projection<KubeObject, KubeObject> {
    const { intake, world } = this.#options;
    return whole({
      replace: (items) => {
        const present = new Set(items.map(keyOf));
        for (const name of [...world.namespaces.ids()]) if (!present.has(name)) intake.dropNamespace(name);
        for (const item of items) intake.takeNamespace(item);
      },
      upsert: (object) => intake.takeNamespace(object),
      remove: (object) => intake.dropNamespace(object.metadata.name),
    });
  }

  #keySecretHandler(namespace: string): Projection<Secret, KeySecret> {
    const { intake, world, onTenantKnown } = this.#options;
    const handler: ReflectorHandler<KeySecret> = {
      replace: (items) => {
        const present = new Set(items.map(keyOf));
        for (const id of [...world.keySecrets.by('namespace', namespace)]) {
          if (!present.has(id)) intake.dropKeySecret(id);
        }
        for (const item of items) intake.takeKeySecret(item, { force: true });
        world.syncedSecrets.add(namespace);
        onTenantKnown(namespace);
      },
      upsert: (secret) => intake.takeKeySecret(secret, { force: false }),
      remove: (secret) => intake.dropKeySecret(idOf(namespace, secret.metadata.name)),
    };
    return { project: (secret) => intake.readKeySecret(secret), handler };
  }

  #compiledHandler(gateway: string, namespace: string): Projection<CompiledSecret, ReadCompiled> {
    const { intake, world, log, onGatewayKnown } = this.#options;
    const take = ({ name, entry }: ReadCompiled, force: boolean): void => {
      if (entry !== undefined) {
        intake.takeCompiled(entry, { force });
        return;
      }
      intake.dropCompiled(namespace, name);
      log.warn({ namespace, name }, 'a compiled object cannot be read: its source writes it anew');
    };
    const handler: ReflectorHandler<ReadCompiled> = {
      replace: (items) => {
        const present = new Set(items.map((item) => item.name));
        for (const name of world.compiled.namesIn(namespace)) {
          if (!present.has(name)) intake.dropCompiled(namespace, name);
        }
        for (const item of items) take(item, true);
        this.#known.add(gateway);
        onGatewayKnown(gateway);
      },
      upsert: (secret) => take(secret, false),
      remove: (secret) => intake.dropCompiled(namespace, secret.name),
    };
    const project = (secret: CompiledSecret) => ({
      name: secret.metadata.name,
      entry: compiledEntryOf(secret, gateway),
    });
    return { project, handler };
  }

  #leaseHandler(gateway: string): Projection<Lease, Lease> {
    const { intake, world, onFleetChanged } = this.#options;
    return whole({
      replace: (items) => {
        const present = new Set(items.map((item) => item.metadata.name));
        for (const name of world.podsOf(gateway).keys()) if (!present.has(name)) intake.dropLease(name, gateway);
        for (const item of items) intake.takeLease(item, gateway);
        onFleetChanged(gateway, true);
      },
      upsert: (lease) => onFleetChanged(gateway, intake.takeLease(lease, gateway)),
      remove: (lease) => onFleetChanged(gateway, intake.dropLease(lease.metadata.name, gateway)),
    });
  }

  #followPolicy(): Promise<void>[] {
    const { world, intake, signal, policyPrefix } = this.#options;
    const policy = new PolicyWatch(policyPrefix, (since) => {
      world.approvalPolicySince = since;
      intake.wakeApprovals();
    });
    const kinds: readonly ResourceKind[] = [
      coreKinds.ValidatingAdmissionPolicy,
      coreKinds.ValidatingAdmissionPolicyBinding,
    ];
    return kinds.map((kind) => {
      return this.#follow(
        { kind, fieldSelector: `metadata.name=${policy.name}` },
        whole(policy.handlerFor(kind)),
        signal,
      );
    });
  }
}

/** A compiled Secret as it is remembered; without entry when it cannot be read as ours. */
interface ReadCompiled {
  readonly name: string;
  readonly entry: CompiledEntry | undefined;
}

/** Hands objects over as they are. */
function whole<T extends KubeObject>(handler: ReflectorHandler<T>): Projection<T, T> {
  return { project: (object) => object, handler };
}
