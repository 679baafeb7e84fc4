/** What scripts of other sites may do (Fetch standard, 3.3). */
export interface CompiledCors {
  /** `https://portal.example.go.id`, `https://*.example.go.id` (any host below), or `*`, which excludes `credentials`. */
  readonly origins: readonly string[];
  /** Upper case. */
  readonly methods: readonly string[];
  /** Request fields beyond the safelisted ones, lower case. */
  readonly headers: readonly string[];
  /** Answer fields that scripts may read beside the gateway's own, lower case. */
  readonly exposeHeaders: readonly string[];
  readonly credentials: boolean;
  /** How long browsers keep the answer to a preflight. */
  readonly maxAgeSeconds: number;
}

/** Answers 503 with this message. */
export interface CompiledMaintenance {
  readonly message: string;
  /** Absent: nobody knows. */
  readonly retryAfterSeconds?: number;
  /** CIDR blocks of client addresses that are served all the same. */
  readonly allow: readonly string[];
}

/** Which answers are compressed for whoever accepts it. */
export interface CompiledCompression {
  /** In the order of preference. */
  readonly encodings: readonly ('br' | 'gzip' | 'zstd')[];
  /** Shorter bodies go as they are; where the length is not known they are compressed. */
  readonly minBytes: number;
  /** Media types in lower case: `application/json`, `text/*`, `*+json`. */
  readonly types: readonly string[];
}

export type CompiledFormat = 'json' | 'xml' | 'csv' | 'php' | 'phpserialize';

/** What a gateway keeps of answers to GET (RFC 9111). */
export interface CompiledCache {
  /** How long an answer is fresh when the backend does not say. */
  readonly ttlMs: number;
  /** Largest body that is kept. */
  readonly maxBytes: number;
  /** Request fields by which answers are told apart, lower case. */
  readonly keyHeaders: readonly string[];
  /** True: one answer serves all callers; else each Subscription and identity has its own. */
  readonly shared: boolean;
  /** How long beyond its life an answer is given while a newer one is fetched, and while the backend fails. */
  readonly staleWhileRevalidateMs: number;
  readonly staleIfErrorMs: number;
}
