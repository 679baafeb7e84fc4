import { contractVersion } from '#api/compiled/base.ts';
import type { Compiled, CompiledApiService, CompiledBackend, CompiledLifecycle } from '#api/compiled/contract.ts';
import type { Observation } from '#api/conditions.ts';
import type { ApiService, ApiServiceStatus } from '#api/generated/apiservice.ts';
import type { Limit } from '#api/generated/shared.ts';
import { keyOf } from '#api/object.ts';
import { refId } from '../world/routes.ts';
import type { AcceptedTenant, World } from '../world/world.ts';
import { compileAnswers } from './answers.ts';
import { problemOf } from './api-service-checks.ts';
import { decisionOnPublishing } from './approvals.ts';
import { compileBackend } from './backend.ts';
import { compileBackendCredential } from './backend-credential.ts';
import { compileBackendTls } from './backend-tls.ts';
import { compileDefinitionUse, type DefinitionOutcome, definedOperations, findDefinition } from './definition.ts';
import { compileLimits } from './limits.ts';
import { compileLogging, withLoggingWarning } from './logging.ts';
import type { CompiledPlan, Outcome, Problem } from './outcome.ts';
import { observe, oneWarning, verdict } from './outcome.ts';
import { compileBackendChanges, compileOperationChanges } from './rewrites.ts';
import { type Settings, settle } from './settings.ts';
import { admits, volatileQuotaWarning } from './translate-api-gateway.ts';
import { mayUseKeyManager } from './translate-key-manager.ts';
import { compileVariants, drillProblem, drillWarning } from './variants.ts';

export interface ApiServiceOutcome extends Outcome<Pick<ApiServiceStatus, 'deprecatedAt'>> {
  /** Whether its spec is accepted: then it holds its routes, and lets go of all others. */
  readonly accepted: boolean;
}

/**
 * Decides whether and where an ApiService is served. `now`, RFC 3339, becomes `deprecatedAt` on the first visit after
 * its lifecycle turned Deprecated.
 */
export function translateApiService(api: ApiService, world: World, now: string): ApiServiceOutcome {
  const tenant = world.tenantOf(api.metadata.namespace ?? '');
  if (tenant === undefined) return withoutTenant(api);

  const defined = findDefinition(api, world);
  const problem = problemOf({ api, tenant, world }) ?? drillProblem(api.spec, now) ?? defined.problem;
  const gateways = resolveGateways(api, tenant, world);
  const fleets = gateways.ids.map((id) => world.apiGateways.get(id));
  const keyManagerProblem = findKeyManagerProblem(api, world);
  const approval = publishingProblem(api, tenant, world);
  const deprecatedAt = api.spec.lifecycle === 'Deprecated' ? (api.status?.deprecatedAt ?? now) : undefined;
  const materials = compileBackendMaterials(api, world);
  const refProblem = keyManagerProblem ?? materials.problem ?? defined.missing;
  const settings = new Map(
    gateways.ids.map((id) => [id, settle(api, world.tenants.get(tenant.name), world.apiGateways.get(id))]),
  );
  const usable = problem === undefined && refProblem === undefined;
  const input = { api, tenant, world, held: approval !== undefined, deprecatedAt, defined };
  return {
    observations: [
      verdict(api, 'Accepted', problem),
      verdict(api, 'ResolvedRefs', gateways.problem ?? refProblem ?? findSuccessorProblem(api, world)),
      verdict(api, 'Approved', approval),
      ...oneWarning([
        ...drillWarning(api, now),
        ...ceilingWarning(api, settings.values()),
        ...withLoggingWarning(api, fleets, volatileQuotaWarning(api, fleets, limitsOf(api))),
      ]),
    ],
    compiled: usable
      ? new Map(
          [...settings].map(([gateway, settled]) => [
            gateway,
            compileApiService({ ...input, materials: materials.compiled, settings: settled }),
          ]),
        )
      : planFor(servingGateways(api, tenant, world), 'keep'),
    definition: defined.definition,
    status: deprecatedAt === undefined ? {} : { deprecatedAt },
    accepted: problem === undefined,
  };
}

function ceilingWarning(api: ApiService, settings: Iterable<Settings>): Observation[] {
  const cuts = [...new Set([...settings].flatMap((settled) => settled.cuts))].sort();
  if (cuts.length === 0) return [];
  return [observe(api, 'Warning', 'True', { reason: 'CeilingApplied', message: cuts.join('; ') })];
}

function limitsOf({ spec }: ApiService): (readonly Limit[] | undefined)[] {
  const parts = [...Object.values(spec.plans ?? {}), ...(spec.operations ?? [])];
  return [spec.limits, ...parts.map((part) => part.limits)];
}

/** Where the last good state is served, and still may be. */
function servingGateways(api: ApiService, tenant: AcceptedTenant, world: World): string[] {
  const serving = [...world.compiled.of('ApiService', keyOf(api)).keys()];
  return serving.filter((gateway) => gatewayProblem(gateway, tenant, world) === undefined);
}

function withoutTenant(api: ApiService): ApiServiceOutcome {
  const problem: Problem = {
    reason: 'TenantNotFound',
    message: `Namespace "${api.metadata.namespace}" belongs to no accepted Tenant: create the Tenant, or move the ApiService to a Tenant's namespace`,
  };
  const observations: Observation[] = [verdict(api, 'Accepted', problem)];
  return { observations, compiled: new Map(), status: {}, accepted: false };
}

function planFor(gateways: readonly string[], compiled: Compiled | 'keep'): CompiledPlan {
  return new Map(gateways.map((gateway) => [gateway, compiled]));
}

/** Gateways that exist and admit the Tenant, and what is wrong with the first that does not. */
function resolveGateways(
  api: ApiService,
  tenant: AcceptedTenant,
  world: World,
): { readonly ids: readonly string[]; readonly problem: Problem | undefined } {
  const ids: string[] = [];
  let problem: Problem | undefined;
  for (const ref of api.spec.gatewayRefs) {
    const id = refId(ref, api);
    const wrong = gatewayProblem(id, tenant, world);
    if (wrong === undefined) ids.push(id);
    problem ??= wrong;
  }
  return { ids, problem };
}

function gatewayProblem(id: string, tenant: AcceptedTenant, world: World): Problem | undefined {
  const gateway = world.apiGateways.get(id);
  if (gateway === undefined || gateway.metadata.deletionTimestamp !== undefined) {
    return {
      reason: 'GatewayNotFound',
      message: `ApiGateway "${id}" does not exist, or belongs to another installation`,
    };
  }
  const object = world.tenants.get(tenant.name);
  if (object !== undefined && admits(gateway.spec.tenants, object)) return undefined;
  return {
    reason: 'TenantNotAllowed',
    message: `ApiGateway "${id}" does not admit Tenant "${tenant.name}": the organiser changes spec.tenants of the gateway`,
  };
}

function findKeyManagerProblem(api: ApiService, world: World): Problem | undefined {
  for (const ref of api.spec.authentication.keyManagerRefs ?? []) {
    const id = refId(ref, api);
    const keyManager = world.keyManagers.get(id);
    if (keyManager === undefined) return { reason: 'KeyManagerNotFound', message: `KeyManager "${id}" does not exist` };
    if (!mayUseKeyManager(keyManager, api.metadata.namespace ?? '', world)) {
      const message = `KeyManager "${id}" does not admit namespace "${api.metadata.namespace}": its owner changes spec.tenants of the KeyManager`;
      return { reason: 'TenantNotAllowed', message };
    }
  }
  return undefined;
}

function findSuccessorProblem(api: ApiService, world: World): Problem | undefined {
  const ref = api.spec.deprecation?.successorRef;
  if (ref === undefined || world.apiServices.get(refId(ref, api)) !== undefined) return undefined;
  return {
    reason: 'ApiNotFound',
    message: `spec.deprecation.successorRef: ApiService "${refId(ref, api)}" does not exist, so callers are not told of it`,
  };
}

function needsPublishing(tenant: AcceptedTenant, world: World): boolean {
  return world.tenants.get(tenant.name)?.spec.approvals?.publish === 'Required';
}

/** Why the API is still served as a Draft although its spec says more. */
function publishingProblem(api: ApiService, tenant: AcceptedTenant, world: World): Problem | undefined {
  const { lifecycle } = api.spec;
  const asks = lifecycle === 'Published' || lifecycle === 'Deprecated';
  if (!asks || !needsPublishing(tenant, world)) return undefined;
  const decision = decisionOnPublishing(api, world);
  if (decision === 'Approved') return undefined;
  if (decision === 'Rejected') {
    return { reason: 'Rejected', message: 'An Approval in this namespace says Rejected: it is served as a Draft' };
  }
  const message = `Tenant "${tenant.name}" requires an Approval (with apiRef and no subscriptionRef) in namespace "${tenant.namespace}"; until then it is served as a Draft`;
  return { reason: 'PendingApproval', message };
}

/** What the backend is called with that lies in Secrets and ConfigMaps, and the first problem with it. */
function compileBackendMaterials(
  api: ApiService,
  world: World,
): { readonly compiled: BackendMaterials; readonly problem?: Problem } {
  const credential = compileBackendCredential(api, world);
  if (credential !== undefined && 'reason' in credential) return { compiled: {}, problem: credential };
  const tls = compileBackendTls(api, world);
  if (tls !== undefined && 'reason' in tls) return { compiled: {}, problem: tls };
  return { compiled: { ...credential, ...(tls && { tls }) } };
}

type BackendMaterials = Pick<CompiledBackend, 'credential' | 'oauth2' | 'tls'>;

interface CompileInput {
  readonly api: ApiService;
  readonly tenant: AcceptedTenant;
  readonly world: World;
  /** Publishing waits for an Approval. */
  readonly held: boolean;
  readonly deprecatedAt: string | undefined;
  readonly defined: DefinitionOutcome;
  readonly materials: BackendMaterials;
  readonly settings: Settings;
}

function compileApiService(input: CompileInput): CompiledApiService {
  const { settings } = input;
  const { spec } = input.api;
  const { backend, authentication } = spec;
  return {
    contract: contractVersion,
    kind: 'ApiService',
    id: keyOf(input.api),
    tenant: input.tenant.name,
    version: spec.version,
    lifecycle: input.held ? { state: 'Draft' } : compileLifecycle(input),
    hosts: [...(spec.hosts ?? [])].sort(),
    basePath: spec.basePath,
    backend: { ...compileBackend(backend, settings), ...compileBackendChanges(backend), ...input.materials },
    authentication: {
      mode: authentication.mode,
      keyManagers: (authentication.keyManagerRefs ?? []).map((ref) => refId(ref, input.api)),
      ...compileScopes(authentication),
    },
    ...compileAccess(spec),
    ...compileAnswers(spec),
    ...compileVariants(input.api),
    limits: compileLimits(spec.limits, 'Total'),
    operations:
      spec.operations?.map((operation, i) => compileOperation(operation, backend, settings.operationTimeoutsMs[i])) ??
      definedOperations(spec, input.defined.definition),
    ...compileDefinitionUse(spec, input.defined),
    plans: Object.fromEntries(
      Object.entries(spec.plans ?? {}).map(([name, plan]) => [
        name,
        { limits: compileLimits(plan.limits, 'Subscription'), ...compileScopes(plan) },
      ]),
    ),
    ...(settings.maxRequestBytes === undefined ? {} : { maxRequestBytes: settings.maxRequestBytes }),
    ...(settings.maxResponseBytes === undefined ? {} : { maxResponseBytes: settings.maxResponseBytes }),
    ...compileLogging(spec.logging),
  };
}

function compileScopes({ scopes }: { readonly scopes?: readonly string[] }): { readonly scopes?: readonly string[] } {
  return scopes === undefined || scopes.length === 0 ? {} : { scopes: [...scopes].sort() };
}

function compileAccess({ access }: ApiService['spec']): Pick<CompiledApiService, 'access'> {
  return access === undefined ? {} : { access: { allow: access.allowFrom ?? [], deny: access.denyFrom ?? [] } };
}

function compileOperation(
  operation: NonNullable<ApiService['spec']['operations']>[number],
  backend: ApiService['spec']['backend'],
  timeoutMs: number | undefined,
): CompiledApiService['operations'][number] {
  return {
    path: operation.path,
    methods: [...(operation.methods ?? [])].sort(),
    limits: compileLimits(operation.limits, 'Total'),
    ...compileScopes(operation),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...compileOperationChanges(operation, backend),
  };
}

function compileLifecycle({ api, world, deprecatedAt }: CompileInput): CompiledLifecycle {
  const { lifecycle, blockedReason, deprecation } = api.spec;
  const successor = successorLocation(api, world);
  switch (lifecycle) {
    case 'Deprecated':
      return {
        state: 'Deprecated',
        deprecation: `@${Math.floor(Date.parse(deprecation?.since ?? deprecatedAt ?? '') / 1000)}`,
        ...(deprecation?.sunset === undefined ? {} : { sunset: httpDate(deprecation.sunset) }),
        ...(successor === undefined ? {} : { link: `<${successor}>; rel="successor-version"` }),
      };
    case 'Blocked':
      return { state: 'Blocked', reason: blockedReason ?? '' };
    case 'Retired':
      return { state: 'Retired', ...(successor === undefined ? {} : { successor }) };
    default:
      return { state: lifecycle };
  }
}

/** URI reference of the successor: a path on the same host, or a host of its own without a scheme (RFC 3986, 4.2). */
function successorLocation(api: ApiService, world: World): string | undefined {
  const ref = api.spec.deprecation?.successorRef;
  const successor = ref === undefined ? undefined : world.apiServices.get(refId(ref, api));
  if (successor === undefined) return undefined;
  const host = successor.spec.hosts?.[0];
  return host === undefined ? successor.spec.basePath : `//${host}${successor.spec.basePath}`;
}

/** IMF-fixdate of a day's first second in UTC (RFC 9110, 5.6.7). */
function httpDate(day: string): string {
  const parts = new Map(fixdate.formatToParts(Date.parse(day)).map(({ type, value }) => [type, value]));
  return `${parts.get('weekday')}, ${parts.get('day')} ${parts.get('month')} ${parts.get('year')} 00:00:00 GMT`;
}

const fixdate = new Intl.DateTimeFormat('en-US', {
  timeZone: 'UTC',
  weekday: 'short',
  day: '2-digit',
  month: 'short',
  year: 'numeric',
});
