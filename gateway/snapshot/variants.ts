import type {
  CompiledApiService,
  CompiledBackend,
  CompiledCanary,
  CompiledFaultInjection,
  CompiledMirror,
} from '#api/compiled/contract.ts';
import { flatText } from '../http1/flat-text.ts';
import type { BackendPools } from '../proxy/backend-pools.ts';
import { hashText } from '../proxy/hash.ts';
import type { ApiEntry, CanaryEntry, FaultInjectionEntry, MirrorEntry, VariantEntry } from './model.ts';

interface Deps {
  readonly backends: BackendPools;
}

type Variants = Pick<ApiEntry, 'canary' | 'mirror' | 'faultInjection'>;

/** What some calls of an API get instead of, or beside, its backend. Give it back with {@link releaseVariants}. */
export function buildVariants(api: CompiledApiService, deps: Deps): Variants {
  const { canary, mirror, faultInjection } = api;
  return {
    faultInjection: faultInjection === undefined ? null : buildFaultInjection(faultInjection),
    canary: canary === undefined ? null : buildCanary(api, canary, deps),
    mirror: mirror === undefined ? null : buildMirror(api, mirror, deps),
  };
}

export function releaseVariants({ canary, mirror }: Variants, { backends }: Deps): void {
  if (canary !== null) backends.release(canary.variant.backend);
  if (mirror !== null) backends.release(mirror.variant.backend);
}

/** Its part of each access-log line. */
export function apiLogText({ basePath, id, tenant }: CompiledApiService, version: string): string {
  return flatText(`,"route":"${basePath}","api":"${id}","version":${JSON.stringify(version)},"tenant":"${tenant}"`);
}

function buildVariant(api: CompiledApiService, version: string, backend: CompiledBackend, deps: Deps): VariantEntry {
  return { version, backend: deps.backends.acquire(backend), logText: apiLogText(api, version) };
}

/** Everything but the endpoints is as for the API itself. */
function buildCanary(api: CompiledApiService, canary: CompiledCanary, deps: Deps): CanaryEntry {
  const { version, endpoints, share, sticky, always = null } = canary;
  const variant = buildVariant(api, version, { ...api.backend, endpoints }, deps);
  return { variant, share, sticky, seed: hashText(`${api.id} ${version}`), always };
}

/** Called as the backend is, but for its secrets: those are between it and the gateway. */
function buildMirror(api: CompiledApiService, mirror: CompiledMirror, deps: Deps): MirrorEntry {
  const { url, rate, methods, maxBodyBytes, timeoutMs, maxCalls } = mirror;
  const { headers, rewrite, connectTimeoutMs, credential, oauth2 } = api.backend;
  // Where the gateway shows itself to the backend, what the caller says there goes nowhere.
  const stopped = credential === undefined && oauth2 === undefined ? [] : ['authorization'];
  const backend: CompiledBackend = {
    endpoints: [{ url, weight: 1 }],
    timeoutMs,
    connectTimeoutMs: Math.min(connectTimeoutMs, timeoutMs),
    maxConnections: maxCalls,
    headers: { set: headers?.set ?? {}, remove: [...(headers?.remove ?? []), ...stopped] },
    ...(rewrite && { rewrite }),
  };
  const variant = buildVariant(api, api.version, backend, deps);
  return { variant, rate, methods: new Set(methods), maxBodyBytes, timeoutMs, maxCalls, inFlight: 0 };
}

function buildFaultInjection(compiled: CompiledFaultInjection): FaultInjectionEntry {
  const { until, share, delayMs, status = null, subscriptions, header = null } = compiled;
  const untilText = new Date(until).toISOString();
  return { until, untilText, share, delayMs, status, subscriptions: new Set(subscriptions), header };
}
