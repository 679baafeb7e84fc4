import { contractVersion } from '#api/compiled/base.ts';
import type { Compiled, CompiledGateway, CompiledListener } from '#api/compiled/contract.ts';
import type { ApiGateway, ApiGatewayStatus } from '#api/generated/apigateway.ts';
import type { TenantSelection } from '#api/generated/shared.ts';
import type { Tenant } from '#api/generated/tenant.ts';
import { keyOf } from '#api/object.ts';
import type { World } from '../world/world.ts';
import { addressBlockProblem } from './address-blocks.ts';
import { compileMaintenance, maintenanceProblem } from './answers.ts';
import { compileLimits, expressionProblem, hasCalendarLimit } from './limits.ts';
import { compileListeners } from './listeners.ts';
import { compileGatewayLogging } from './logging.ts';
import type { Outcome, Problem } from './outcome.ts';
import { firstProblem, observe, verdict } from './outcome.ts';
import { parseBytes, parseDurationMs, parseShare } from './quantity.ts';
import { compileRedis, redisProblem } from './redis.ts';
import { restoredState } from './restored-state.ts';
import { scopeProblem } from './settings.ts';

/** Decides what one fleet is told about itself. `compiledNamespace` and the number of pods are the controller's to add. */
export function translateApiGateway(gateway: ApiGateway, world: World): Outcome<Partial<ApiGatewayStatus>> {
  const problem = firstProblem(checks, gateway);
  const id = keyOf(gateway);
  const { listeners, problem: refProblem } = compileListeners(gateway, world);
  const redis = compileRedis(gateway, world);
  const redisIsWrong = redis !== undefined && 'reason' in redis;
  const unresolved = refProblem ?? (redisIsWrong ? redis : undefined);
  const counting = redis === undefined || redisIsWrong ? {} : { redis };
  const restored = restoredState(gateway, [...world.podsOf(id).values()]);
  const isUsable = problem === undefined && unresolved === undefined;
  const compiled = isUsable
    ? { ...compileGateway(gateway, world, listeners), ...counting, ...restored.compiled }
    : 'keep';
  return {
    observations: [
      verdict(gateway, 'Accepted', problem),
      verdict(gateway, 'ResolvedRefs', unresolved),
      ...restored.observations,
      ...volatileQuotaWarning(gateway, [gateway], [gateway.spec.limits]),
    ],
    compiled: new Map<string, Compiled | 'keep'>([[id, compiled]]),
    status: restored.status,
  };
}

/** Nobody else's word about its client is taken, so without any no connection could be. */
function proxiesMustBeTrusted({ spec }: ApiGateway): Problem | undefined {
  if ((spec.trustedProxies ?? []).length > 0) return undefined;
  const index = spec.listeners.findIndex(({ proxyProtocol }) => proxyProtocol === 'Required');
  const believed =
    index < 0
      ? spec.clientCertHeader === 'TrustedProxies' && 'spec.clientCertHeader is TrustedProxies'
      : `spec.listeners[${index}].proxyProtocol is Required`;
  if (believed === false) return undefined;
  const message = `${believed}, and spec.trustedProxies is empty: name the addresses of the balancers there`;
  return { reason: 'InvalidValue', message };
}

type Check = (gateway: ApiGateway) => Problem | undefined;

const checks: readonly Check[] = [
  settingsMustBeSensible,
  timeZoneMustExist,
  blocksMustBeCidrs,
  quantitiesMustBeRead,
  expressionsMustCompile,
  proxiesMustBeTrusted,
  tracingMustBeRead,
  redisProblem,
  ({ spec }) => maintenanceProblem(spec.maintenance),
];

function settingsMustBeSensible({ spec }: ApiGateway): Problem | undefined {
  const message = scopeProblem(spec);
  return message === undefined ? undefined : { reason: 'InvalidValue', message };
}

function timeZoneMustExist({ spec }: ApiGateway): Problem | undefined {
  if (isTimeZone(spec.timeZone)) return undefined;
  return {
    reason: 'InvalidValue',
    message: `spec.timeZone "${spec.timeZone}" is no IANA time zone, such as Asia/Jakarta`,
  };
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

function blocksMustBeCidrs({ spec }: ApiGateway): Problem | undefined {
  return addressBlockProblem({
    'spec.backendAccess.allow': spec.backendAccess?.allow,
    'spec.backendAccess.deny': spec.backendAccess?.deny,
    'spec.trustedProxies': spec.trustedProxies,
  });
}

function quantitiesMustBeRead({ spec }: ApiGateway): Problem | undefined {
  const delay = parseDurationMs(spec.drainDelay);
  if (delay === undefined || delay > 600_000) {
    return {
      reason: 'InvalidValue',
      message: `spec.drainDelay "${spec.drainDelay}" must be a duration of at most 10m`,
    };
  }
  const bytes = parseBytes(spec.maxRequestBytes);
  if (bytes === undefined || bytes < 1) {
    return {
      reason: 'InvalidValue',
      message: `spec.maxRequestBytes "${spec.maxRequestBytes}" must be a size above zero`,
    };
  }
  return undefined;
}

function expressionsMustCompile({ spec }: ApiGateway): Problem | undefined {
  return expressionProblem({ 'spec.limits': spec.limits });
}

function compileGateway(gateway: ApiGateway, world: World, listeners: readonly CompiledListener[]): CompiledGateway {
  const { spec } = gateway;
  return {
    contract: contractVersion,
    kind: 'ApiGateway',
    id: keyOf(gateway),
    pepper: world.settings.pepper,
    listeners,
    timeZone: spec.timeZone,
    limits: compileLimits(spec.limits, 'Total'),
    backendAccess: { allow: spec.backendAccess?.allow ?? [], deny: spec.backendAccess?.deny ?? [] },
    trustedProxies: spec.trustedProxies ?? [],
    ...(spec.clientCertHeader === 'TrustedProxies' ? { clientCertHeader: spec.clientCertHeader } : {}),
    maxRequestBytes: parseBytes(spec.maxRequestBytes) ?? 0,
    drainDelayMs: parseDurationMs(spec.drainDelay) ?? 0,
    ...(spec.maintenance && { maintenance: compileMaintenance(spec.maintenance) }),
    ...compileGatewayLogging(gateway),
    ...compileTracing(gateway),
  };
}

function compileTracing({ spec: { tracing } }: ApiGateway): Pick<CompiledGateway, 'tracing'> {
  if (tracing === undefined) return {};
  return { tracing: { endpoint: tracing.endpoint, rate: parseShare(tracing.sampleRate) ?? 0 } };
}

function tracingMustBeRead({ spec: { tracing } }: ApiGateway): Problem | undefined {
  if (tracing === undefined || URL.canParse(tracing.endpoint)) return undefined;
  const message = `spec.tracing.endpoint "${tracing.endpoint}" is no URL, such as http://jaeger-collector.observability:4318`;
  return { reason: 'InvalidValue', message };
}

/** Whether `selection` admits `tenant`; a selection that is absent admits nobody. */
export function admits(selection: TenantSelection | undefined, tenant: Tenant): boolean {
  if (selection === undefined) return false;
  if (selection.from === 'All') return true;
  const labels = tenant.metadata.labels ?? {};
  return Object.entries(selection.selector?.matchLabels ?? {}).every(([key, value]) => labels[key] === value);
}

/** Says that Day and Month limits do not outlive a gateway pod where there is no Redis. */
export function volatileQuotaWarning(
  subject: Parameters<typeof observe>[0],
  gateways: readonly (ApiGateway | undefined)[],
  lists: Parameters<typeof hasCalendarLimit>[0],
): ReturnType<typeof observe>[] {
  if (!hasCalendarLimit(lists) || gateways.every((gateway) => gateway?.spec.redis !== undefined)) return [];
  const message =
    'Limits per Day and Month count in the memory of each gateway pod, which a restart forgets: the organiser gives the ApiGateway spec.redis';
  return [observe(subject, 'Warning', 'True', { reason: 'VolatileQuota', message })];
}
