import type { CompiledCors } from '#api/compiled/contract.ts';

/** What a preflight asks for (Fetch standard, 3.3). */
export interface PreflightQuestion {
  readonly origin: string;
  readonly method: string;
  /** `Access-Control-Request-Headers` as it came; empty: none. */
  readonly headers: string;
}

/** Fields of the gateway's own answers that scripts should always be able to read. */
const alwaysExposed = [
  ...['RateLimit', 'RateLimit-Policy', 'Retry-After', 'X-Request-Id', 'Simpul-Code', 'Simpul-Fault'],
  ...['Deprecation', 'Sunset', 'Link'],
];

/** What an API lets scripts of other sites do, made ready to send. */
export class CorsPolicy {
  readonly #any: boolean;
  readonly #origins: ReadonlySet<string>;
  /** `https://` and `.example.go.id`. */
  readonly #wildcards: readonly { readonly scheme: string; readonly suffix: string }[];
  readonly #methods: ReadonlySet<string>;
  readonly #headers: ReadonlySet<string>;
  readonly #credentials: boolean;
  readonly #exposed: string;
  /** Fields of every positive answer to a preflight, but for the origin; flat name, value. */
  readonly #granted: readonly string[];

  constructor(cors: CompiledCors) {
    this.#any = cors.origins.includes('*');
    this.#origins = new Set(cors.origins.filter((origin) => !origin.includes('*')));
    this.#wildcards = cors.origins.filter((origin) => origin.includes('://*.')).map(splitWildcard);
    this.#methods = new Set(cors.methods);
    this.#headers = new Set(cors.headers);
    this.#credentials = cors.credentials;
    this.#exposed = [...new Set([...alwaysExposed, ...cors.exposeHeaders])].join(', ');
    this.#granted = [
      ...['Access-Control-Allow-Methods', cors.methods.join(', ')],
      ...(cors.headers.length === 0 ? [] : ['Access-Control-Allow-Headers', cors.headers.join(', ')]),
      ...['Access-Control-Max-Age', String(cors.maxAgeSeconds)],
    ];
  }

  /** What keeps the asked call from being made, for people; undefined: nothing. */
  refusalOf({ origin, method, headers }: PreflightQuestion): string | undefined {
    if (!this.allows(origin)) return 'the origin is not one of spec.cors.origins';
    if (!this.#methods.has(method)) return 'the method is not one of spec.cors.methods';
    const missing = names(headers).find((name) => !this.#headers.has(name));
    return missing === undefined ? undefined : 'a header field is not one of spec.cors.headers';
  }

  /** Fields that grant what a preflight asks; private network access is never granted. */
  granted(origin: string): string[] {
    return [...this.#originFields(origin), ...this.#granted];
  }

  /** Adds what lets the browser hand the answer to a script of `origin`, or nothing. */
  addTo(fields: string[], origin: string): void {
    fields.push('Vary', 'Origin');
    if (!this.allows(origin)) return;
    fields.push(...this.#originFields(origin), 'Access-Control-Expose-Headers', this.#exposed);
  }

  allows(origin: string): boolean {
    if (origin === '') return false;
    if (this.#any || this.#origins.has(origin)) return true;
    return this.#wildcards.some(({ scheme, suffix }) => isBelow(origin, scheme, suffix));
  }

  #originFields(origin: string): string[] {
    const fields = ['Access-Control-Allow-Origin', this.#any ? '*' : origin];
    if (this.#credentials) fields.push('Access-Control-Allow-Credentials', 'true');
    return fields;
  }
}

function splitWildcard(pattern: string): { scheme: string; suffix: string } {
  const [scheme = '', suffix = ''] = pattern.split('*');
  return { scheme, suffix };
}

const hostLabels = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/;

function isBelow(origin: string, scheme: string, suffix: string): boolean {
  if (!origin.startsWith(scheme) || !origin.endsWith(suffix)) return false;
  return hostLabels.test(origin.slice(scheme.length, origin.length - suffix.length));
}

function names(list: string): string[] {
  return list
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '');
}
