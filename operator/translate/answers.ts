import type {
  CompiledApiService,
  CompiledCache,
  CompiledCompression,
  CompiledCors,
  CompiledMaintenance,
} from '#api/compiled/contract.ts';
import type { ApiService } from '#api/generated/apiservice.ts';
import { addressBlockProblem } from './address-blocks.ts';
import type { Problem } from './outcome.ts';
import { parseBytes, parseDurationMs } from './quantity.ts';

type Spec = ApiService['spec'];

/** What becomes of answers on their way to the caller: the compiled form of the fields that say so. */
export function compileAnswers({
  cors,
  compression,
  cache,
  formats,
  maintenance,
}: Spec): Pick<CompiledApiService, 'cors' | 'compression' | 'cache' | 'formats' | 'maintenance'> {
  return {
    ...(maintenance === undefined ? {} : { maintenance: compileMaintenance(maintenance) }),
    ...(cors === undefined ? {} : { cors: compileCors(cors) }),
    ...(compression === undefined ? {} : { compression: compileCompression(compression) }),
    ...(formats === undefined ? {} : { formats }),
    ...(cache === undefined ? {} : { cache: compileCache(cache) }),
  };
}

function compileCors({ origins, methods, headers, exposeHeaders, ...cors }: NonNullable<Spec['cors']>): CompiledCors {
  return {
    origins: [...origins].sort(),
    methods: [...methods].sort(),
    headers: [...headers].sort(),
    exposeHeaders: [...(exposeHeaders ?? [])].sort(),
    credentials: cors.credentials,
    maxAgeSeconds: Math.floor((parseDurationMs(cors.maxAge) ?? 0) / 1000),
  };
}

/** The order of encodings is that of preference. */
function compileCompression(compression: NonNullable<Spec['compression']>): CompiledCompression {
  const { encodings, types, minBytes } = compression;
  return { encodings, minBytes: parseBytes(minBytes) ?? 0, types: [...types].sort() };
}

type Maintenance = NonNullable<Spec['maintenance']>;

/** What the schema cannot say about `spec.maintenance` of an ApiService, Tenant or ApiGateway. */
export function maintenanceProblem(maintenance: Maintenance | undefined): Problem | undefined {
  return (
    durationProblem('spec.maintenance.retryAfter', maintenance?.retryAfter) ??
    addressBlockProblem({ 'spec.maintenance.allowFrom': maintenance?.allowFrom })
  );
}

export function compileMaintenance(maintenance: Maintenance): CompiledMaintenance {
  const { message, retryAfter, allowFrom } = maintenance;
  const seconds = Math.ceil((parseDurationMs(retryAfter ?? '0s') ?? 0) / 1000);
  return { message, ...(seconds === 0 ? {} : { retryAfterSeconds: seconds }), allow: allowFrom ?? [] };
}

function compileCache(cache: NonNullable<Spec['cache']>): CompiledCache {
  return {
    ttlMs: parseDurationMs(cache.ttl) ?? 0,
    maxBytes: parseBytes(cache.maxBytes) ?? 0,
    keyHeaders: [...(cache.keyHeaders ?? [])].sort(),
    shared: cache.shared,
    staleWhileRevalidateMs: parseDurationMs(cache.staleWhileRevalidate) ?? 0,
    staleIfErrorMs: parseDurationMs(cache.staleIfError) ?? 0,
  };
}

/** What the schema cannot say about these fields. */
export function answerProblem({ cors, compression, cache, maintenance }: Spec): Problem | undefined {
  return (
    durationProblem('spec.cors.maxAge', cors?.maxAge) ??
    durationProblem('spec.cache.ttl', cache?.ttl) ??
    durationProblem('spec.cache.staleWhileRevalidate', cache?.staleWhileRevalidate) ??
    durationProblem('spec.cache.staleIfError', cache?.staleIfError) ??
    sizeProblem('spec.compression.minBytes', compression?.minBytes) ??
    maintenanceProblem(maintenance) ??
    cacheSizeProblem(cache?.maxBytes)
  );
}

function durationProblem(field: string, text: string | undefined): Problem | undefined {
  if (text === undefined || parseDurationMs(text) !== undefined) return undefined;
  return { reason: 'InvalidValue', message: `${field} "${text}" must be a duration of at most 24h, such as 10m` };
}

function sizeProblem(field: string, text: string | undefined): Problem | undefined {
  if (text === undefined || parseBytes(text) !== undefined) return undefined;
  return { reason: 'InvalidValue', message: `${field} "${text}" must be a size such as 1Ki` };
}

const mostCachedBytes = 16 * 1024 ** 2;

function cacheSizeProblem(text: string | undefined): Problem | undefined {
  const bytes = text === undefined ? 1 : (parseBytes(text) ?? 0);
  if (bytes >= 1 && bytes <= mostCachedBytes) return undefined;
  return { reason: 'InvalidValue', message: `spec.cache.maxBytes "${text}" must be a size between 1 and 16Mi` };
}
