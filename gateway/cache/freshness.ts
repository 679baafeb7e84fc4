import type { CompiledCache } from '#api/compiled/answers.ts';
import { type Directives, durationOf, parseCacheControl } from './cache-control.ts';
import { fieldValue } from './fields.ts';

/** How long a stored answer may be used, and for which requests. */
export interface Freshness {
  readonly lifetimeMs: number;
  /** How old it was when it came. */
  readonly initialAgeMs: number;
  /** How long beyond its lifetime it may be used while a newer one is fetched, and while none can be had. */
  readonly staleWhileRevalidateMs: number;
  readonly staleIfErrorMs: number;
  /** Request fields that the backend chose it by, lower case. */
  readonly vary: readonly string[];
}

/** Heuristically cacheable (RFC 9110, 15.1) and understood here; 206 and 304 are parts of others. */
const storable = new Set([200, 203, 204, 300, 301, 308, 404, 405, 410, 414, 501]);
/** Those that may be kept for `ttl`, although the backend says nothing; errors are kept only if it says so. */
const keptByDefault = new Set([200, 203, 204, 300, 301, 308]);

/** Most that a backend may ask for: a day. */
const maxStaleMs = 86_400_000;

/**
 * Whether a shared cache may store an answer (RFC 9111, 3), and how long it is fresh (4.2); null: it may not. `hasIdentity`:
 * the request says who the user is, and answers are not kept apart by that.
 */
export function freshnessOf(
  status: number,
  fields: readonly string[],
  rules: CompiledCache,
  hasIdentity: boolean,
): Freshness | null {
  if (!storable.has(status)) return null;
  const directives = parseCacheControl(fieldValue(fields, 'cache-control'));
  const vary = varyOf(fields);
  if (vary === null || isForbidden(directives) || fieldValue(fields, 'set-cookie') !== '') return null;
  if (hasIdentity && !permitsIdentity.some((name) => directives.has(name))) return null;
  const lifetimeMs = lifetimeOf(status, fields, directives, rules);
  const hasValidator = fieldValue(fields, 'etag') !== '' || fieldValue(fields, 'last-modified') !== '';
  if (lifetimeMs <= 0 && !hasValidator) return null;
  return { lifetimeMs, initialAgeMs: ageOf(fields), vary, ...staleness(directives, rules) };
}

/** With one of them an answer to a request with Authorization may be stored (RFC 9111, 3.5). */
const permitsIdentity = ['public', 's-maxage', 'must-revalidate'];

function isForbidden(directives: Directives): boolean {
  return directives.has('no-store') || directives.has('private');
}

/** Lower-case names; null: it varies by what no field tells. */
function varyOf(fields: readonly string[]): string[] | null {
  const text = fieldValue(fields, 'vary');
  if (text === '') return [];
  const names = text.split(',').map((name) => name.trim().toLowerCase());
  return names.includes('*') ? null : [...new Set(names.filter((name) => name !== ''))].sort();
}

function lifetimeOf(status: number, fields: readonly string[], directives: Directives, rules: CompiledCache): number {
  if (directives.has('no-cache')) return 0;
  const stated = durationOf(directives, 's-maxage') ?? durationOf(directives, 'max-age') ?? expiryOf(fields);
  return stated ?? (keptByDefault.has(status) ? rules.ttlMs : 0);
}

/** Expires, measured by the backend's own clock; undefined: it does not say. */
function expiryOf(fields: readonly string[]): number | undefined {
  const text = fieldValue(fields, 'expires');
  if (text === '') return undefined;
  const lifetime = Date.parse(text) - Date.parse(fieldValue(fields, 'date'));
  return Number.isNaN(lifetime) ? 0 : Math.max(0, lifetime);
}

/** By Age alone: clocks of backends are off too often to compare their Date with ours (RFC 9111, 4.2.3 allows either). */
function ageOf(fields: readonly string[]): number {
  const text = fieldValue(fields, 'age');
  return /^\d{1,10}$/.test(text) ? Number(text) * 1000 : 0;
}

const noStale = ['must-revalidate', 'proxy-revalidate', 's-maxage', 'no-cache'];

function staleness(
  directives: Directives,
  rules: CompiledCache,
): Pick<Freshness, 'staleWhileRevalidateMs' | 'staleIfErrorMs'> {
  if (noStale.some((name) => directives.has(name))) return { staleWhileRevalidateMs: 0, staleIfErrorMs: 0 };
  const allowed = (name: string, otherwise: number) => Math.min(durationOf(directives, name) ?? otherwise, maxStaleMs);
  return {
    staleWhileRevalidateMs: allowed('stale-while-revalidate', rules.staleWhileRevalidateMs),
    staleIfErrorMs: allowed('stale-if-error', rules.staleIfErrorMs),
  };
}
