import type { CompiledApiService, CompiledFaultInjection } from '#api/compiled/contract.ts';
import type { Observation } from '#api/conditions.ts';
import type { ApiService } from '#api/generated/apiservice.ts';
import { refId } from '../world/routes.ts';
import { observe, type Problem } from './outcome.ts';
import { parseBytes, parseDurationMs, parseShare } from './quantity.ts';

type Spec = ApiService['spec'];

/** Where some calls go instead of, or beside, the backend: the compiled form of the fields that say so. */
export function compileVariants(api: ApiService): Pick<CompiledApiService, 'canary' | 'mirror' | 'faultInjection'> {
  const { canary, mirror, faultInjection } = api.spec;
  return {
    ...(canary && { canary: compileCanary(canary) }),
    ...(mirror && { mirror: compileMirror(mirror) }),
    ...(faultInjection && { faultInjection: compileFaultInjection(api, faultInjection) }),
  };
}

function compileCanary(canary: NonNullable<Spec['canary']>): NonNullable<CompiledApiService['canary']> {
  const { version, endpoints, share, stickyBy: by, header, always } = canary;
  return {
    version,
    endpoints: endpoints.map(({ url, weight }) => ({ url, weight })),
    share: parseShare(share) ?? 0,
    sticky: { by, ...(header === undefined ? {} : { header }) },
    ...(always && { always }),
  };
}

function compileMirror(mirror: NonNullable<Spec['mirror']>): NonNullable<CompiledApiService['mirror']> {
  const { url, share, methods, maxRequestBytes, timeout, maxCalls } = mirror;
  return {
    url,
    rate: parseShare(share) ?? 0,
    methods: [...methods].sort(),
    maxBodyBytes: parseBytes(maxRequestBytes) ?? 0,
    timeoutMs: parseDurationMs(timeout) ?? 0,
    maxCalls,
  };
}

type FaultInjection = NonNullable<Spec['faultInjection']>;

function compileFaultInjection(api: ApiService, injection: FaultInjection): CompiledFaultInjection {
  const { until, share, delay = '0s', status, subscriptionRefs = [], header } = injection;
  return {
    until: Date.parse(until),
    share: parseShare(share) ?? 0,
    delayMs: parseDurationMs(delay) ?? 0,
    ...(status === undefined ? {} : { status }),
    subscriptions: subscriptionRefs.map((ref) => refId(ref, api)).sort(),
    ...(header && { header }),
  };
}

const mostMirroredBytes = 1024 ** 2;
const longestMirrorMs = 60_000;
const longestDelayMs = 30_000;
const longestDrillMs = 7 * 86_400_000;

/** What the schema cannot say about these fields. */
export function variantProblem({ mirror, faultInjection }: Spec): Problem | undefined {
  if (mirror !== undefined) {
    const { maxRequestBytes, timeout } = mirror;
    if ((parseBytes(maxRequestBytes) ?? Number.POSITIVE_INFINITY) > mostMirroredBytes) {
      return invalid(`spec.mirror.maxRequestBytes "${maxRequestBytes}" must be a size of at most 1Mi`);
    }
    if (!isWithin(timeout, longestMirrorMs)) {
      return invalid(`spec.mirror.timeout "${timeout}" must be a duration between 1ms and 60s`);
    }
  }
  const delay = faultInjection?.delay;
  if (delay === undefined || isWithin(delay, longestDelayMs)) return undefined;
  return invalid(`spec.faultInjection.delay "${delay}" must be a duration between 1ms and 30s`);
}

/** A drill that nobody ends must not last. `now`: RFC 3339. */
export function drillProblem({ faultInjection }: Spec, now: string): Problem | undefined {
  if (faultInjection === undefined || Date.parse(faultInjection.until) - Date.parse(now) <= longestDrillMs)
    return undefined;
  return invalid(`spec.faultInjection.until "${faultInjection.until}" is more than 7 days ahead: name an earlier end`);
}

/** Says that a drill is on, or that it is over and can be taken out. */
export function drillWarning(api: ApiService, now: string): Observation[] {
  const { faultInjection } = api.spec;
  if (faultInjection === undefined || drillProblem(api.spec, now) !== undefined) return [];
  const { until } = faultInjection;
  const because: Problem =
    Date.parse(now) < Date.parse(until)
      ? { reason: 'FaultInjectionActive', message: `Calls are held up or refused on purpose until ${until}` }
      : { reason: 'FaultInjectionOver', message: `The drill ended at ${until}: remove spec.faultInjection` };
  return [observe(api, 'Warning', 'True', because)];
}

/** Milliseconds until {@link drillWarning} says something else; undefined: it will not. */
export function drillEndsInMs({ faultInjection }: Spec, now: number): number | undefined {
  const left = Date.parse(faultInjection?.until ?? '') - now;
  return left > 0 ? left : undefined;
}

function isWithin(text: string, mostMs: number): boolean {
  const ms = parseDurationMs(text) ?? 0;
  return ms >= 1 && ms <= mostMs;
}

function invalid(message: string): Problem {
  return { reason: 'InvalidValue', message };
}
