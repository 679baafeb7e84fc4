import { proofKey } from '#api/compiled/contract.ts';
import type { ApiGateway } from '#api/generated/apigateway.ts';
import type { ApiService } from '#api/generated/apiservice.ts';
import type { Approval } from '#api/generated/approval.ts';
import type { KeyManager } from '#api/generated/keymanager.ts';
import type { Subscription } from '#api/generated/subscription.ts';
import type { Tenant } from '#api/generated/tenant.ts';
import type { SimpulKindName } from '#api/kinds.ts';
import type { KubeObject } from '#api/object.ts';
import { idOf } from '#api/object.ts';
import { Collection } from './collection.ts';
import type { CompiledEntry } from './compiled-index.ts';
import { CompiledIndex } from './compiled-index.ts';
import { DefinitionCache } from './definition-cache.ts';
import { Documents, documentKeysOf } from './documents.ts';
import type { GatewayPod } from './fleet.ts';
import { Holdings } from './holdings.ts';
import type { KeySecret } from './key-secret.ts';
import { Materials } from './materials.ts';
import { clientsOf } from './named-proof.ts';
import { refId, routesOf } from './routes.ts';
import type { SigningKey } from './signing-keys.ts';

/** What all collections can do, whatever their kind: an object is put only where its kind belongs. */
export interface Shelf {
  get(id: string): KubeObject | undefined;
  put(object: KubeObject): KubeObject | undefined;
  delete(id: string): KubeObject | undefined;
  ids(): IterableIterator<string>;
  values(): IterableIterator<KubeObject>;
}

export interface WorldSettings {
  /** `spec.className` of the Tenants and ApiGateways that this installation looks after; others are not put in. */
  readonly className: string;
  readonly installationNamespace: string;
  /** base64 of 32 bytes. Secret. */
  readonly pepper: string;
}

/** What a Tenant has, once its spec was accepted: what its ApiServices are judged by. */
export interface AcceptedTenant {
  readonly name: string;
  readonly namespace: string;
  readonly hosts: readonly string[];
  readonly paths: readonly string[];
}

/**
 * Everything that decisions look at, in memory: what reflectors bring (kinds, Secrets' hashes, compiled objects, Leases)
 * and what decisions have given away (claims, routes, keys). No I/O happens here, and nothing is copied: objects are
 * read-only once they are in.
 */
export class World {
  readonly settings: WorldSettings;

  readonly tenants = new Collection<Tenant, 'namespace'>({
    namespace: (tenant) => [tenant.spec.namespace ?? tenant.metadata.name],
  });
  readonly apiGateways = new Collection<ApiGateway>({});
  readonly keyManagers = new Collection<KeyManager>({});
  readonly apiServices = new Collection<
    ApiService,
    'namespace' | 'gateway' | 'keyManager' | 'route' | 'successor' | 'document'
  >({
    namespace: (api) => [api.metadata.namespace ?? ''],
    gateway: (api) => api.spec.gatewayRefs.map((ref) => refId(ref, api)),
    keyManager: (api) => (api.spec.authentication.keyManagerRefs ?? []).map((ref) => refId(ref, api)),
    route: routesOf,
    successor: (api) => (api.spec.deprecation?.successorRef ? [refId(api.spec.deprecation.successorRef, api)] : []),
    document: (api) => documentKeysOf(api),
  });
  /** `client`: clients and certificates, see `proofKey`; `keyManager`: those that vouch for them. */
  readonly subscriptions = new Collection<Subscription, 'namespace' | 'api' | 'secret' | 'client' | 'keyManager'>({
    namespace: (subscription) => [subscription.metadata.namespace ?? ''],
    api: (subscription) => subscription.spec.apis.map((ref) => refId(ref, subscription)),
    secret: (subscription) =>
      keyCredentials(subscription).map((credential) =>
        idOf(subscription.metadata.namespace ?? '', secretNameOf(subscription, credential)),
      ),
    client: clientsOf,
    keyManager: (subscription) =>
      subscription.spec.credentials.flatMap(({ oidc, clientCertificate, signature }) => {
        const ref = (oidc ?? clientCertificate ?? signature)?.keyManagerRef;
        return ref === undefined ? [] : refId(ref, subscription);
      }),
  });
  /** `api`: id of the ApiService; `subscription`: id of the Subscription, or empty for publishing. */
  readonly approvals = new Collection<Approval, 'api' | 'subscription'>({
    api: (approval) => [idOf(approval.metadata.namespace ?? '', approval.spec.apiRef.name)],
    subscription: (approval) => (approval.spec.subscriptionRef ? [refId(approval.spec.subscriptionRef, approval)] : []),
  });
  readonly namespaces = new Collection<KubeObject>({});
  /** `owner`: UID of the Subscription that it was generated for. */
  readonly keySecrets = new Collection<KeySecret, 'hash' | 'owner' | 'namespace'>({
    hash: (secret) => secret.keys.map((key) => key.hash),
    owner: (secret) => (secret.ownerUid === '' ? [] : [secret.ownerUid]),
    namespace: (secret) => [secret.metadata.namespace],
  });

  /** Secrets and ConfigMaps that specs refer to. */
  readonly materials = new Materials();

  readonly compiled = new CompiledIndex();
  readonly definitions = new DefinitionCache();
  /** Documents at URLs that specs name. */
  readonly documents = new Documents();
  /** Of token endpoints, by KeyManager id. Secret. */
  readonly signingKeys = new Map<string, readonly SigningKey[]>();
  /** Gateway pods by ApiGateway id, then by name. */
  readonly fleets = new Map<string, Map<string, GatewayPod>>();
  /** Namespaces whose Secrets are completely known. */
  readonly syncedSecrets = new Set<string>();

  /** ApiService id by route (see `routesOf`). */
  readonly routes = new Holdings();
  /** Subscription id by what its callers prove, a key's hash or a client (`proofKey`). */
  readonly keys = new Holdings();
  readonly #shelves: Readonly<Record<SimpulKindName, Shelf>> = {
    Tenant: this.tenants,
    ApiGateway: this.apiGateways,
    KeyManager: this.keyManagers,
    ApiService: this.apiServices,
    Subscription: this.subscriptions,
    Approval: this.approvals,
  };
  readonly #acceptedTenants = new Map<string, AcceptedTenant>();
  readonly #tenantByNamespace = new Map<string, string>();

  /** Since when the admission policy for Approvals is in force, RFC 3339; undefined when it is not. */
  approvalPolicySince: string | undefined;

  constructor(settings: WorldSettings) {
    this.settings = settings;
  }

  /** The collection of a kind of ours. */
  shelf(kind: SimpulKindName): Shelf {
    return this.#shelves[kind];
  }

  /** The accepted Tenant that owns `namespace`. */
  tenantOf(namespace: string): AcceptedTenant | undefined {
    const name = this.#tenantByNamespace.get(namespace);
    return name === undefined ? undefined : this.#acceptedTenants.get(name);
  }

  acceptedTenant(name: string): AcceptedTenant | undefined {
    return this.#acceptedTenants.get(name);
  }

  acceptedTenants(): IterableIterator<AcceptedTenant> {
    return this.#acceptedTenants.values();
  }

  acceptTenant(tenant: AcceptedTenant): void {
    this.dropTenant(tenant.name);
    this.#acceptedTenants.set(tenant.name, tenant);
    this.#tenantByNamespace.set(tenant.namespace, tenant.name);
  }

  dropTenant(name: string): void {
    const known = this.#acceptedTenants.get(name);
    if (known === undefined) return;
    this.#acceptedTenants.delete(name);
    if (this.#tenantByNamespace.get(known.namespace) === name) this.#tenantByNamespace.delete(known.namespace);
  }

  podsOf(gateway: string): ReadonlyMap<string, GatewayPod> {
    return this.fleets.get(gateway) ?? noPods;
  }

  /**
   * Begins to decide: what compiled objects show to be given away is given away, everything else is free. Before that,
   * a standby only listens.
   */
  takeOver(): void {
    this.routes.clear();
    this.keys.clear();
    this.#acceptedTenants.clear();
    this.#tenantByNamespace.clear();
    for (const entry of this.compiled.values()) this.#learn(entry);
  }

  /** Routes that gateways are told to serve for an ApiService. */
  compiledRoutesOf(id: string): string[] {
    return [...this.compiled.of('ApiService', id).values()].flatMap(compiledRoutes);
  }

  /** What gateways are told to let in for a Subscription, as `proofKey` writes it. */
  compiledKeysOf(id: string): string[] {
    return [...this.compiled.of('Subscription', id).values()].flatMap(proofsOf);
  }

  #learn(entry: CompiledEntry): void {
    if (entry.kind === 'Tenant') this.#learnTenant(entry);
    if (entry.kind === 'ApiService') this.#learnRoutes(entry);
    if (entry.kind === 'Subscription') this.#learnKeys(entry);
  }

  #learnTenant({ source, claims }: CompiledEntry): void {
    const namespace = this.tenants.get(source)?.status?.namespace;
    if (claims !== undefined && namespace !== undefined) this.acceptTenant({ name: source, namespace, ...claims });
  }

  #learnRoutes(entry: CompiledEntry): void {
    const free = compiledRoutes(entry).filter((route) => this.routes.holderOf(route) === undefined);
    this.routes.hold(entry.source, [...this.routes.heldBy(entry.source), ...free]);
  }

  #learnKeys(entry: CompiledEntry): void {
    const free = proofsOf(entry).filter((proof) => this.keys.holderOf(proof) === undefined);
    this.keys.hold(entry.source, [...this.keys.heldBy(entry.source), ...free]);
  }
}

function proofsOf(entry: CompiledEntry): string[] {
  return (entry.credentials ?? []).map(proofKey);
}

const noPods: ReadonlyMap<string, GatewayPod> = new Map();

/** Routes that a compiled ApiService stands for, as {@link routesOf} writes them. */
function compiledRoutes(entry: CompiledEntry): string[] {
  if (entry.routes === undefined) return [];
  const hosts = entry.routes.hosts.length === 0 ? [''] : entry.routes.hosts;
  const { basePath } = entry.routes;
  return hosts.map((host) => `${entry.gateway} ${host} ${basePath}`);
}

type Credential = Subscription['spec']['credentials'][number];

/** Whether it names what somebody else vouches for; else it is a key. */
export function isNamed({ oidc, clientCertificate, signature }: Credential): boolean {
  return (oidc ?? clientCertificate ?? signature) !== undefined;
}

/** Those of its credentials that are keys and lie in Secrets. */
export function keyCredentials({ spec }: Subscription): Credential[] {
  return spec.credentials.filter((credential) => !isNamed(credential));
}

/** Name of the Secret that holds a key: the one that was brought, or the generated one. */
export function secretNameOf(subscription: Subscription, credential: Credential): string {
  return credential.apiKey?.secretRef.name ?? `${subscription.metadata.name}-${credential.name}`;
}
