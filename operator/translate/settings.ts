import type { ApiGateway } from '#api/generated/apigateway.ts';
import type { ApiService } from '#api/generated/apiservice.ts';
import type { Tenant } from '#api/generated/tenant.ts';
import { keyOf } from '#api/object.ts';
import { parseBytes, parseDurationMs } from './quantity.ts';

/** Times and sizes that hold for one ApiService on one gateway. */
export interface Settings {
  readonly timeoutMs: number;
  readonly connectTimeoutMs: number;
  /** Absent: the gateway's. */
  readonly maxRequestBytes?: number;
  /** Absent: any size. */
  readonly maxResponseBytes?: number;
  /** Of a backend with retries; 0: none. */
  readonly retryAttempts: number;
  /** By position; undefined: `timeoutMs`. */
  readonly operationTimeoutsMs: readonly (number | undefined)[];
  /** What the ApiService asked for and does not get: `spec.backend.timeout "2m" is cut to 1m by ApiGateway "a/b"`. */
  readonly cuts: readonly string[];
}

const readers = {
  timeout: parseDurationMs,
  connectTimeout: parseDurationMs,
  maxRequestBytes: parseBytes,
  maxResponseBytes: parseBytes,
} as const;
type Key = keyof typeof readers;
type Values = Readonly<Partial<Record<Key, string>>>;

/** Who sets defaults and ceilings for an ApiService. */
interface Scope {
  readonly defaults?: Values;
  readonly ceilings?: Values & { readonly retryAttempts?: number };
}

/** What the API says, else the Tenant's default, else the gateway's; never above a ceiling of either. */
export function settle(api: ApiService, tenant: Tenant | undefined, gateway: ApiGateway | undefined): Settings {
  const bounds = new Bounds();
  if (tenant !== undefined) bounds.add(`Tenant "${tenant.metadata.name}"`, tenant.spec);
  if (gateway !== undefined) bounds.add(`ApiGateway "${keyOf(gateway)}"`, gateway.spec);
  const { backend, operations = [] } = api.spec;
  return {
    timeoutMs: bounds.settle('timeout', 'spec.backend.timeout', backend.timeout) ?? 0,
    connectTimeoutMs: bounds.settle('connectTimeout', 'spec.backend.connectTimeout', backend.connectTimeout) ?? 0,
    ...largestBody(api, gateway, bounds),
    ...largestAnswer(api, bounds),
    retryAttempts: bounds.settleAttempts(backend.retries?.attempts ?? 0),
    operationTimeoutsMs: operations.map(({ timeout }, i) =>
      timeout === undefined ? undefined : bounds.settle('timeout', `spec.operations[${i}].timeout`, timeout),
    ),
    cuts: bounds.cuts,
  };
}

/** Nothing where it is the gateway's own: then the ApiService follows that without being compiled anew. */
function largestBody(
  api: ApiService,
  gateway: ApiGateway | undefined,
  bounds: Bounds,
): Pick<Settings, 'maxRequestBytes'> {
  const own = bounds.settle('maxRequestBytes', 'spec.maxRequestBytes', api.spec.maxRequestBytes);
  if (own !== undefined) return { maxRequestBytes: own };
  const ceiling = bounds.ceilingOf('maxRequestBytes')?.value ?? Number.POSITIVE_INFINITY;
  return ceiling < (parseBytes(gateway?.spec.maxRequestBytes ?? '') ?? 0) ? { maxRequestBytes: ceiling } : {};
}

function largestAnswer(api: ApiService, bounds: Bounds): Pick<Settings, 'maxResponseBytes'> {
  const own = bounds.settle('maxResponseBytes', 'spec.maxResponseBytes', api.spec.maxResponseBytes);
  const bytes = own ?? bounds.ceilingOf('maxResponseBytes')?.value;
  return bytes === undefined ? {} : { maxResponseBytes: bytes };
}

interface Ceiling {
  readonly value: number;
  readonly text: string;
  readonly owner: string;
}

/** Defaults of the first scope that has one, and the lowest ceiling of all. */
class Bounds {
  readonly cuts: string[] = [];
  readonly #scopes: { readonly owner: string; readonly scope: Scope }[] = [];

  add(owner: string, scope: Scope): void {
    this.#scopes.push({ owner, scope });
  }

  /** `asked`: what the ApiService says under `field`. Undefined: neither it nor anybody else says anything. */
  settle(key: Key, field: string, asked: string | undefined): number | undefined {
    const text = asked ?? this.#scopes.map(({ scope }) => scope.defaults?.[key]).find((found) => found !== undefined);
    const value = text === undefined ? undefined : readers[key](text);
    if (value === undefined) return key === 'timeout' || key === 'connectTimeout' ? this.#fallback(key) : undefined;
    const ceiling = this.ceilingOf(key);
    if (ceiling === undefined || value <= ceiling.value) return value;
    if (asked !== undefined) this.cuts.push(`${field} "${asked}" is cut to ${ceiling.text} by ${ceiling.owner}`);
    return ceiling.value;
  }

  settleAttempts(asked: number): number {
    let least = asked;
    for (const { owner, scope } of this.#scopes) {
      const most = scope.ceilings?.retryAttempts ?? asked;
      if (most >= least) continue;
      this.cuts.push(`spec.backend.retries.attempts ${asked} is cut to ${most} by ${owner}`);
      least = most;
    }
    return least;
  }

  ceilingOf(key: Key): Ceiling | undefined {
    let lowest: Ceiling | undefined;
    for (const { owner, scope } of this.#scopes) {
      const text = scope.ceilings?.[key] ?? '';
      const value = readers[key](text);
      if (value !== undefined && value < (lowest?.value ?? Number.POSITIVE_INFINITY)) lowest = { value, text, owner };
    }
    return lowest;
  }

  #fallback(key: 'timeout' | 'connectTimeout'): number {
    return Math.min(key === 'timeout' ? 30_000 : 5_000, this.ceilingOf(key)?.value ?? Number.POSITIVE_INFINITY);
  }
}

/** What is wrong with the defaults and ceilings of a Tenant or an ApiGateway. */
export function scopeProblem({ defaults, ceilings }: Scope): string | undefined {
  const { retryAttempts: _, ...texts } = ceilings ?? {};
  const parts: [string, Values | undefined][] = Object.entries({ defaults, ceilings: texts });
  const said = parts.flatMap(([part, values = {}]) =>
    Object.entries(values).map(([key, text]) => ({ part, key: key as Key, text })),
  );
  const bad = said.find(({ key, text }) => !((readers[key](text) ?? 0) >= 1));
  if (bad === undefined) return undefined;
  const isSize = readers[bad.key] === parseBytes;
  const must = isSize ? 'a size above zero, such as 1Mi' : 'a duration between 1ms and 24h, such as 10s';
  return `spec.${bad.part}.${bad.key} "${bad.text}" must be ${must}`;
}
