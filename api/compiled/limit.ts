export type Window = 'Second' | 'Minute' | 'Hour' | 'Day' | 'Month';
export type CountBy = 'Total' | 'Subscription' | 'Application' | 'ClientIP' | 'Header' | 'Claim';

/** Which calls a limit is about, and what it counts apart. */
export interface LimitScope {
  /** Stable within its level and source, so that an edited limit goes on with its counters: the name, or `<by>-<per>` and an index. */
  readonly id: string;
  readonly by: CountBy;
  /** Lower case; with `by: Header` and only then. A call without it is counted by its address. */
  readonly header?: string;
  /** With `by: Claim` and only then. A call without it is counted by its address. */
  readonly claim?: string;
  /** An expression that `api/call-expression.ts` compiles: calls for which it does not hold pass uncounted. */
  readonly when?: string;
  /** When Redis does not answer: each pod allows its share (absent), or nothing. */
  readonly onRedisFailure?: 'Deny';
}

/**
 * At most `requests` calls per window and counter. Second, Minute and Hour are fixed windows from the key's first call;
 * Day and Month are calendar windows in the gateway's time zone. `burst`: at most that many within any one second.
 */
export interface CompiledRequestLimit extends LimitScope {
  readonly requests: number;
  readonly per: Window;
  readonly burst?: number;
}

/** No call is admitted once answers of `bytes` were sent in a window. Per Second: answers together go no faster. */
export interface CompiledByteLimit extends LimitScope {
  readonly bytes: number;
  readonly per: Window;
}

/** At most `concurrent` calls at the same time. */
export interface CompiledConcurrencyLimit extends LimitScope {
  readonly concurrent: number;
}

export type CompiledLimit = CompiledRequestLimit | CompiledByteLimit | CompiledConcurrencyLimit;
