/** How calls are spread over the endpoints of a backend, and what becomes of those that fail. */
export interface CompiledTraffic {
  /** Absent: round robin by weight. */
  readonly loadBalancing?: CompiledLoadBalancing;
  /** Absent: calls are sent whatever became of those before. */
  readonly circuitBreaker?: CompiledCircuitBreaker;
  /** Absent: endpoints are not asked how they do. */
  readonly healthCheck?: CompiledHealthCheck;
  /** Absent: a call is sent once. */
  readonly retries?: CompiledRetries;
  /** Connections of one process to one origin; absent: 1024. */
  readonly maxConnections?: number;
  /** Calls that wait for a connection when no more may be opened; absent: 1024. */
  readonly maxPendingRequests?: number;
}

export type CompiledLoadBalancing = { readonly type: 'LeastRequest' } | CompiledHashing;

export interface CompiledHashing {
  readonly type: 'ConsistentHash';
  readonly by: 'ClientIP' | 'Subscription' | 'Header';
  /** Lower case; there with `by: Header` alone. */
  readonly header?: string;
}

/** Of each endpoint by itself. */
export interface CompiledCircuitBreaker {
  readonly consecutiveFailures: number;
  readonly openForMs: number;
  /** Calls under way at once; absent: any number. */
  readonly maxRequests?: number;
}

/** Of each origin by itself; APIs that ask the same share the answer. */
export interface CompiledHealthCheck {
  /** With query; asked of the origin, whatever the path of the endpoint. */
  readonly path: string;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  /** So many checks in a row turn it. */
  readonly unhealthyAfter: number;
  readonly healthyAfter: number;
  /** Empty: 200 to 299. */
  readonly expectedStatuses: readonly number[];
}

export interface CompiledRetries {
  /** Most attempts after the first. */
  readonly attempts: number;
  readonly retryOn: readonly CompiledRetryReason[];
  /** Bound of the first pause; each further one doubles. */
  readonly backoffMs: number;
  /** Up to the head of the answer; there with `Timeout` alone. */
  readonly perTryTimeoutMs?: number;
}

/** A number is a status of the answer. */
export type CompiledRetryReason = 'ConnectFailure' | 'ResetBeforeAnswer' | 'Timeout' | number;
