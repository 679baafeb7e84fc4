import {
  type CompiledApiService,
  type CompiledGateway,
  type CompiledListener,
  type CompiledLogging,
  type CompiledOperation,
  type CompiledSubscription,
  type CompiledTenant,
  proofKey,
} from '#api/compiled/contract.ts';
import { parseId } from '#api/object.ts';
import type { CacheStore } from '../cache/cache-store.ts';
import { CompressionPolicy } from '../compression/compression-policy.ts';
import { CorsPolicy } from '../filters/cors-policy.ts';
import { SigningKey } from '../identity/signing-key.ts';
import type { CounterPool } from '../limits/counters.ts';
import { buildLimits, releaseLimits } from '../limits/rule.ts';
import { buildMasks } from '../log/masks.ts';
import type { GatewayMetrics } from '../metrics/gateway-metrics.ts';
import type { BackendPools } from '../proxy/backend-pools.ts';
import { backendTlsFault } from '../proxy/backend-tls.ts';
import { buildAnswerChange } from '../proxy/header-change.ts';
import { buildRewrite, rewriteFault } from '../proxy/rewrite.ts';
import { CidrSet } from '../router/cidr-set.ts';
import { OperationTable, operationPathFault } from '../router/operations.ts';
import { normalizePath } from '../router/path.ts';
import { CertificateFault } from '../tls/server-certificates.ts';
import { buildTlsSettings } from '../tls/tls-settings.ts';
import type { DefinitionEntry } from '../validation/definition-entry.ts';
import type {
  ApiEntry,
  AuthenticationEntry,
  CredentialEntry,
  DefinitionUse,
  GatewayEntry,
  KeyManagerEntry,
  ListenerEntry,
  LoggingEntry,
  MaintenanceEntry,
  OperationEntry,
  PlanEntry,
  TenantEntry,
} from './model.ts';
import { AcceptedProofs } from './proofs.ts';
import type { Slots } from './slot.ts';
import type { SubscriptionEntry } from './subscription-entry.ts';
import { apiLogText, buildVariants, releaseVariants } from './variants.ts';

/** What entries hold beyond the snapshot: each `build…` takes from it and the matching `release…` gives back. */
export interface EntryDeps {
  readonly counters: CounterPool;
  readonly backends: BackendPools;
  readonly metrics: GatewayMetrics;
  readonly cacheStore: CacheStore;
  readonly tenants: Slots<TenantEntry>;
  readonly keyManagers: Slots<KeyManagerEntry>;
  readonly definitions: Slots<DefinitionEntry>;
}

/** Why an ApiService that fits its schema still cannot be served, or undefined. Checked before anything is taken. */
export function apiServiceFault(api: CompiledApiService): string | undefined {
  const normal = normalizePath(api.basePath);
  if (!normal.ok) return `basePath ${normal.reason}`;
  if (normal.path !== api.basePath || (api.basePath !== '/' && api.basePath.endsWith('/'))) {
    return 'basePath is not in its normal form';
  }
  const tlsFault = backendTlsFault(api.backend.tls);
  if (tlsFault !== undefined) return `backend.tls ${tlsFault}`;
  return operationsFault(api.operations);
}

export function operationsFault(
  operations: readonly Pick<CompiledOperation, 'path' | 'rewrite'>[],
): string | undefined {
  for (const [index, operation] of operations.entries()) {
    const fault = operationPathFault(operation.path);
    if (fault !== undefined) return `operations.${index}.path ${fault}`;
    const rewrite = rewriteFault(operation.rewrite, operation.path);
    if (rewrite !== undefined) return `operations.${index}.rewrite ${rewrite}`;
  }
  return undefined;
}

/** Why an ApiGateway that fits its schema still cannot be served, or undefined. */
export function gatewayFault(gateway: CompiledGateway): string | undefined {
  try {
    for (const listener of gateway.listeners) buildListenerEntry(listener);
  } catch (error) {
    if (error instanceof CertificateFault) return error.message;
    throw error;
  }
  return undefined;
}

export function buildListenerEntry({ tls, ...listener }: CompiledListener): ListenerEntry {
  return { ...listener, tls: tls === undefined ? null : buildTlsSettings(tls) };
}

export function buildApiEntry(api: CompiledApiService, deps: EntryDeps): ApiEntry {
  const plans = new Map(Object.keys(api.plans).map((name) => [name, buildPlan(api, name, deps.counters)]));
  return {
    id: api.id,
    namespace: parseId(api.id).namespace,
    version: api.version,
    tenantId: api.tenant,
    tenant: deps.tenants.acquire(api.tenant),
    lifecycle: api.lifecycle,
    hosts: api.hosts,
    basePath: api.basePath,
    baseLength: api.basePath === '/' ? 0 : api.basePath.length,
    backend: deps.backends.acquire(api.backend),
    authentication: buildAuthentication(api.authentication, deps),
    access:
      api.access === undefined ? null : { allow: new CidrSet(api.access.allow), deny: new CidrSet(api.access.deny) },
    maintenance: buildMaintenance(api.maintenance),
    mock: api.mock ?? null,
    ...buildVariants(api, deps),
    compression: api.compression === undefined ? null : new CompressionPolicy(api.compression),
    formats: api.formats ?? null,
    cache: api.cache === undefined ? null : deps.cacheStore.open(api.cache),
    cors: api.cors === undefined ? null : new CorsPolicy(api.cors),
    limits: buildLimits(deps.counters, { level: 'api', owner: api.id, label: `the API "${api.id}"` }, api.limits),
    operations: buildOperations(api, deps.counters),
    definition: buildDefinitionUse(api, deps),
    plans,
    maxRequestBytes: api.maxRequestBytes,
    maxResponseBytes: api.maxResponseBytes,
    meters: deps.metrics.openApi(api.id, [...plans.keys()]),
    logText: apiLogText(api, api.version),
    logging: buildLogging(api.logging),
  };
}

function buildDefinitionUse({ definition }: CompiledApiService, { definitions }: EntryDeps): DefinitionUse | null {
  if (definition === undefined) return null;
  return { slot: definitions.acquire(definition.id), requests: definition.requests, responses: definition.responses };
}

function buildLogging(logging: CompiledLogging | undefined): LoggingEntry | null {
  if (logging === undefined) return null;
  const { target, headers, bodies = null, mask } = logging;
  return { target, headers, bodies, masks: buildMasks(mask) };
}

function buildMaintenance(maintenance: CompiledApiService['maintenance']): MaintenanceEntry | null {
  if (maintenance === undefined) return null;
  const { message, retryAfterSeconds, allow } = maintenance;
  return { message, retryAfterSeconds, allow: new CidrSet(allow) };
}

function buildAuthentication(compiled: CompiledApiService['authentication'], deps: EntryDeps): AuthenticationEntry {
  const keyManagers = compiled.keyManagers.map((id) => ({ id, slot: deps.keyManagers.acquire(id) }));
  const { mode, scopes = [] } = compiled;
  return { mode, keyManagers, accepted: new AcceptedProofs(keyManagers), scopes };
}

export function releaseApiEntry(api: CompiledApiService, entry: ApiEntry, deps: EntryDeps): void {
  deps.tenants.release(api.tenant);
  for (const { id } of entry.authentication.keyManagers) deps.keyManagers.release(id);
  if (api.definition !== undefined) deps.definitions.release(api.definition.id);
  deps.backends.release(entry.backend);
  releaseVariants(entry, deps);
  releaseLimits(deps.counters, entry.limits);
  for (const plan of entry.plans.values()) releaseLimits(deps.counters, plan.limits);
  for (const operation of entry.operations?.operations ?? []) releaseLimits(deps.counters, operation.limits);
  entry.cache?.close();
  deps.metrics.closeApi(entry.meters);
}

function buildPlan(api: CompiledApiService, name: string, counters: CounterPool): PlanEntry {
  const source = { level: 'plan', owner: `${api.id} ${name}`, label: `the plan "${name}"` } as const;
  const { limits = [], scopes } = api.plans[name] ?? {};
  return { name, scopes: new Set(scopes), limits: buildLimits(counters, source, limits) };
}

function buildOperations(api: CompiledApiService, counters: CounterPool): OperationTable<OperationEntry> | null {
  if (api.operations.length === 0) return null;
  return new OperationTable(api.operations.map((operation) => buildOperation(api.id, operation, counters)));
}

function buildOperation(api: string, operation: CompiledOperation, counters: CounterPool): OperationEntry {
  const { path, methods } = operation;
  const name = methods.length === 0 ? path : `${methods.join(' ')} ${path}`;
  const source = { level: 'operation', owner: `${api} ${name}`, label: `the operation "${name}"` } as const;
  return {
    path,
    methods,
    limits: buildLimits(counters, source, operation.limits),
    timeoutMs: operation.timeoutMs,
    scopes: operation.scopes ?? [],
    rewrite: buildRewrite(operation.rewrite, path),
    answerChange: buildAnswerChange(operation.responseHeaders),
  };
}

export function buildTenantEntry(tenant: CompiledTenant, counters: CounterPool): TenantEntry {
  const source = { level: 'tenant', owner: tenant.id, label: `the Tenant "${tenant.id}"` } as const;
  const { id, suspended, hosts, paths } = tenant;
  const maintenance = buildMaintenance(tenant.maintenance);
  return { id, suspended, maintenance, hosts, paths, limits: buildLimits(counters, source, tenant.limits) };
}

export function buildGatewayEntry(gateway: CompiledGateway, counters: CounterPool): GatewayEntry {
  const source = { level: 'gateway', owner: gateway.id, label: `the gateway "${gateway.id}"` } as const;
  return {
    id: gateway.id,
    pepper: Buffer.from(gateway.pepper, 'base64'),
    limits: buildLimits(counters, source, gateway.limits),
    maxRequestBytes: gateway.maxRequestBytes,
    maintenance: buildMaintenance(gateway.maintenance),
    readsClientCert: gateway.clientCertHeader !== undefined,
    drainDelayMs: gateway.drainDelayMs,
    redis: gateway.redis ?? null,
    logging: { bodies: gateway.logging?.bodies ?? false, masks: buildMasks(gateway.logging?.mask ?? []) },
  };
}

export function buildCredentials(
  compiled: CompiledSubscription,
  entry: SubscriptionEntry,
): Map<string, CredentialEntry> {
  const credentials = new Map<string, CredentialEntry>();
  for (const credential of compiled.credentials) {
    credentials.set(proofKey(credential), {
      name: credential.name,
      subscription: entry,
      notBefore: credential.notBefore ?? Number.NEGATIVE_INFINITY,
      notAfter: credential.notAfter ?? Number.POSITIVE_INFINITY,
      signingKey: credential.type === 'Signature' ? new SigningKey(credential) : null,
    });
  }
  return credentials;
}
