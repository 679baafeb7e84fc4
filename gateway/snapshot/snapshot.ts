import { buildAddressJudge } from '#api/backend-address.ts';
import type {
  Compiled,
  CompiledApiService,
  CompiledGateway,
  CompiledSubscription,
  CompiledTenant,
} from '#api/compiled/contract.ts';
import type { CompiledDefinition } from '#api/compiled/definition.ts';
import type { CompiledKeyManager } from '#api/compiled/key-manager.ts';
import type { TokenEndpoint } from '../identity/token-endpoint.ts';
import { Calendar } from '../limits/calendar.ts';
import { releaseLimits } from '../limits/rule.ts';
import { FirstCome } from '../router/first-come.ts';
import { Router } from '../router/router.ts';
import { TrustedProxies } from '../router/trusted-proxies.ts';
import type { Tracing } from '../tracing/tracing.ts';
import { DefinitionEntry, type DefinitionRoom } from '../validation/definition-entry.ts';
import { CredentialIndex } from './credential-index.ts';
import {
  apiServiceFault,
  buildApiEntry,
  buildCredentials,
  buildGatewayEntry,
  buildListenerEntry,
  buildTenantEntry,
  type EntryDeps,
  gatewayFault,
  operationsFault,
  releaseApiEntry,
} from './entries.ts';
import { buildKeyManagerEntry, type KeyManagerDeps, releaseKeyManagerEntry } from './key-manager-entry.ts';
import type {
  ApiEntry,
  CredentialEntry,
  GatewayEntry,
  KeyManagerEntry,
  ListenerEntry,
  TenantEntry,
  TokenEndpointPath,
} from './model.ts';
import { lossOf, Revocations } from './revocations.ts';
import { Slots } from './slot.ts';
import { SubscriptionEntry } from './subscription-entry.ts';

export type SnapshotDeps = Pick<EntryDeps, 'counters' | 'backends' | 'metrics' | 'cacheStore'> &
  KeyManagerDeps & {
    readonly tracing: Pick<Tracing, 'configure'>;
    /** Addresses that no backend may have: this pod's own and the API server's. */
    readonly ownAddresses: () => readonly string[];
    readonly definitionRoom: DefinitionRoom;
  };

/** Takes one loaded object out again, and with it everything that it held. */
export type Unload = () => void;

/**
 * Everything that is served, joined by id and changed in place: one changed object rebuilds its own entry and nothing
 * else. Calls under way keep the entries that they began with.
 */
export class Snapshot {
  readonly router: Router<ApiEntry>;
  readonly credentials: CredentialIndex;
  readonly revocations: Revocations;
  /** By id. */
  readonly apis = new Map<string, ApiEntry>();
  /** What callers of a Subscription prove, by its id: its credentials by what `proofKey` writes. */
  readonly subscriptions = new Map<string, ReadonlyMap<string, CredentialEntry>>();
  /** By path. */
  readonly tokenEndpoints = new Map<string, TokenEndpointPath>();
  gateway: GatewayEntry | null = null;
  listeners: readonly ListenerEntry[] = [];
  trustedProxies = new TrustedProxies([]);
  readonly #deps: EntryDeps & SnapshotDeps;
  readonly #hostOwners = new FirstCome<string, string>();
  readonly #tenants = new Slots<TenantEntry>();
  /** As their objects say, by id. */
  readonly #statedTenants = new Map<string, TenantEntry>();
  readonly #keyManagers = new Slots<KeyManagerEntry>();
  readonly #definitions = new Slots<DefinitionEntry>();

  constructor(deps: SnapshotDeps) {
    this.#deps = { ...deps, tenants: this.#tenants, keyManagers: this.#keyManagers, definitions: this.#definitions };
    this.revocations = new Revocations(deps.clock);
    this.credentials = new CredentialIndex(this.revocations);
    this.router = new Router((host) => this.#hostOwners.get(host));
  }

  /** Why `compiled` cannot be served although it is valid by its schema; undefined when it can. */
  faultOf(compiled: Compiled): string | undefined {
    if (compiled.kind === 'ApiGateway') return gatewayFault(compiled);
    if (compiled.kind === 'Definition') return operationsFault(compiled.operations);
    return compiled.kind === 'ApiService' ? apiServiceFault(compiled) : undefined;
  }

  /** What is loaded from now on until {@link endRollback} is of an older state. */
  rollBack(): void {
    this.revocations.rollBack();
  }

  endRollback(): void {
    this.revocations.listen();
    const message =
      'StateRolledBack: etcd was restored to an older state; what was revoked in the 24 hours before stays refused until the organiser confirms it';
    this.#deps.log.warn({ withheld: this.revocations.withheldCount }, message);
  }

  /**
   * Loads an object that has no {@link faultOf}. `previous` is what an older version of the same object left; it is
   * taken out only after the new one stands, so no call falls between the two.
   */
  load(compiled: Compiled, previous: LoadedObject | undefined): LoadedObject {
    switch (compiled.kind) {
      case 'ApiGateway':
        return this.#loadGateway(compiled, previous);
      case 'Tenant':
        return this.#loadTenant(compiled, previous);
      case 'KeyManager':
        return this.#loadKeyManager(compiled, previous);
      case 'Definition':
        return this.#loadDefinition(compiled);
      case 'ApiService':
        return this.#loadApi(compiled, previous);
      case 'Subscription':
        return this.#loadSubscription(compiled, previous);
    }
  }

  #loadApi(compiled: CompiledApiService, previous: LoadedObject | undefined): LoadedObject {
    const entry = buildApiEntry(compiled, this.#deps);
    const before = previous?.kind === 'ApiService' ? previous : undefined;
    if (before === undefined) this.router.add(entry);
    else this.router.replace(before.entry, entry);
    this.apis.set(compiled.id, entry);
    before?.release();
    const release = () => releaseApiEntry(compiled, entry, this.#deps);
    const unload = () => {
      this.apis.delete(compiled.id);
      this.router.remove(entry);
      release();
    };
    return { kind: 'ApiService', entry, release, unload };
  }

  #loadTenant(compiled: CompiledTenant, previous: LoadedObject | undefined): LoadedObject {
    const entry = buildTenantEntry(compiled, this.#deps.counters);
    const before = previous?.kind === 'Tenant' ? previous.hosts : [];
    this.#fillTenant(entry);
    for (const host of compiled.hosts) if (!before.includes(host)) this.#hostOwners.add(host, compiled.id);
    for (const host of before) if (!compiled.hosts.includes(host)) this.#hostOwners.remove(host, compiled.id);
    if (previous?.kind === 'Tenant') previous.release();
    const release = () => releaseLimits(this.#deps.counters, entry.limits);
    const unload = () => {
      this.#statedTenants.delete(compiled.id);
      this.#tenants.empty(compiled.id);
      for (const host of compiled.hosts) this.#hostOwners.remove(host, compiled.id);
      release();
    };
    return { kind: 'Tenant', hosts: compiled.hosts, release, unload };
  }

  /** One that was suspended stays so in an older state. */
  #fillTenant(entry: TenantEntry): void {
    const { id, suspended } = entry;
    const loss = lossOf.tenant(id);
    this.#statedTenants.set(id, entry);
    const isWithheld = !suspended && this.revocations.isWithheld(loss, () => `the end of suspension of Tenant "${id}"`);
    this.#tenants.fill(id, isWithheld ? { ...entry, suspended: true } : entry);
    if (suspended) this.revocations.lose(loss);
    else if (!isWithheld) this.revocations.regain(loss);
  }

  #loadKeyManager(compiled: CompiledKeyManager, previous: LoadedObject | undefined): LoadedObject {
    const entry = buildKeyManagerEntry(compiled, this.#deps);
    const endpoint = entry.type === 'Token' ? entry.endpoint : null;
    this.#keyManagers.fill(compiled.id, entry);
    this.#removeEndpoint(previous?.kind === 'KeyManager' ? previous.endpoint : null);
    for (const [path, what] of Object.entries(endpoint?.paths ?? {})) {
      if (endpoint !== null) this.tokenEndpoints.set(path, { endpoint, what });
    }
    // After the new one: what both need, such as an issuer's keys, is kept.
    if (previous?.kind === 'KeyManager') previous.release();
    const release = () => releaseKeyManagerEntry(compiled, this.#deps);
    const unload = () => {
      this.#keyManagers.empty(compiled.id);
      this.#removeEndpoint(endpoint);
      this.#deps.metrics.forgetKeys(compiled.id);
      release();
    };
    return { kind: 'KeyManager', endpoint, release, unload };
  }

  #removeEndpoint(endpoint: TokenEndpoint | null): void {
    for (const path of Object.keys(endpoint?.paths ?? {})) {
      if (this.tokenEndpoints.get(path)?.endpoint === endpoint) this.tokenEndpoints.delete(path);
    }
  }

  /** Its id says what is in it, so a second version of it is the first one again. */
  #loadDefinition(compiled: CompiledDefinition): LoadedObject {
    const { definitionRoom } = this.#deps;
    const entry = new DefinitionEntry(compiled, definitionRoom);
    this.#definitions.fill(compiled.id, entry);
    definitionRoom.warm(entry);
    const unload = () => {
      this.#definitions.empty(compiled.id);
      definitionRoom.drop(entry);
    };
    return { kind: 'Definition', unload };
  }

  #loadSubscription(compiled: CompiledSubscription, previous: LoadedObject | undefined): LoadedObject {
    const entry = new SubscriptionEntry(compiled, this.#deps);
    const credentials = buildCredentials(compiled, entry);
    const before = previous?.kind === 'Subscription' ? previous : undefined;
    this.#compareGrants(compiled.id, before?.entry.granted() ?? [], entry.granted());
    entry.sort(this.revocations);
    for (const [hash, credential] of credentials) {
      const earlier = before?.credentials.get(hash);
      if (earlier === undefined) this.credentials.add(hash, credential);
      else this.credentials.replace(hash, earlier, credential);
    }
    for (const [hash, earlier] of before?.credentials ?? []) {
      if (!credentials.has(hash)) this.credentials.remove(hash, earlier);
    }
    this.subscriptions.set(compiled.id, credentials);
    before?.release();
    const release = () => this.#releaseSubscription(entry);
    const unload = () => {
      this.subscriptions.delete(compiled.id);
      for (const [hash, credential] of credentials) this.credentials.remove(hash, credential);
      this.#compareGrants(compiled.id, entry.granted(), []);
      release();
    };
    return { kind: 'Subscription', entry, credentials, release, unload };
  }

  #compareGrants(subscription: string, before: readonly string[], after: readonly string[]): void {
    for (const api of after) this.revocations.regain(lossOf.grant(subscription, api));
    if (before.length === 0) return;
    const kept = new Set(after);
    for (const api of before) if (!kept.has(api)) this.revocations.lose(lossOf.grant(subscription, api));
  }

  #releaseSubscription(entry: SubscriptionEntry): void {
    this.#tenants.release(entry.tenantId);
    releaseLimits(this.#deps.counters, entry.limits);
  }

  #loadGateway(compiled: CompiledGateway, previous: LoadedObject | undefined): LoadedObject {
    const { counters, backends, ownAddresses } = this.#deps;
    const before = previous?.kind === 'ApiGateway' ? previous : undefined;
    if (counters.calendar.timeZone !== compiled.timeZone) counters.calendar = new Calendar(compiled.timeZone);
    const access = JSON.stringify(compiled.backendAccess);
    if (before?.access !== access) {
      backends.setJudge(buildAddressJudge({ ...compiled.backendAccess, own: ownAddresses }));
    }
    const entry = buildGatewayEntry(compiled, counters);
    this.trustedProxies = new TrustedProxies(compiled.trustedProxies);
    this.gateway = entry;
    this.listeners = compiled.listeners.map(buildListenerEntry);
    this.#deps.tracing.configure(compiled);
    this.#followOthers(compiled);
    before?.release();
    const release = () => releaseLimits(counters, entry.limits);
    const unload = () => {
      if (this.gateway === entry) this.gateway = null;
      release();
    };
    return { kind: 'ApiGateway', access, release, unload };
  }

  /** What other pods know of an older state, and what the organiser has confirmed. */
  #followOthers({ rolledBack, stateConfirmedAt }: CompiledGateway): void {
    const isOver = stateConfirmedAt !== undefined && this.revocations.confirm(stateConfirmedAt);
    const isNews = rolledBack !== undefined && this.revocations.adopt(rolledBack.noticedAt, rolledBack.withheld);
    if (!isOver && !isNews) return;
    this.credentials.sort();
    for (const credentials of this.subscriptions.values()) {
      for (const { subscription } of credentials.values()) subscription.sort(this.revocations);
    }
    for (const entry of this.#statedTenants.values()) this.#fillTenant(entry);
    const { log } = this.#deps;
    const withheld = this.revocations.withheldCount;
    if (isNews) log.warn({ withheld }, 'StateRolledBack: other pods have seen that etcd was restored');
    else log.info({}, 'the restored state is confirmed: nothing of it is refused any more');
  }
}

/** What a loaded object left behind: enough to replace it, and to take it out. `release` gives back only what its entry held. */
export type LoadedObject =
  | { readonly kind: 'ApiGateway'; readonly access: string; readonly release: Unload; readonly unload: Unload }
  | { readonly kind: 'Tenant'; readonly hosts: readonly string[]; readonly release: Unload; readonly unload: Unload }
  | { readonly kind: 'Definition'; readonly unload: Unload }
  | {
      readonly kind: 'KeyManager';
      readonly endpoint: TokenEndpoint | null;
      readonly release: Unload;
      readonly unload: Unload;
    }
  | { readonly kind: 'ApiService'; readonly entry: ApiEntry; readonly release: Unload; readonly unload: Unload }
  | {
      readonly kind: 'Subscription';
      readonly entry: SubscriptionEntry;
      readonly credentials: ReadonlyMap<string, CredentialEntry>;
      readonly release: Unload;
      readonly unload: Unload;
    };
