import type { CircuitBreaker } from './circuit-breaker.ts';
import type { HealthCheck } from './health-check.ts';

export interface EndpointGuards {
  /** Null: calls are sent whatever became of those before. */
  readonly breaker: CircuitBreaker | null;
  /** Null: it counts as well. */
  readonly check: HealthCheck | null;
  /** Most calls under way at once. */
  readonly maxRequests: number;
}

/**
 * How one endpoint does, as this process sees it. Shared by all APIs that name its URL under the same rules, and kept
 * while any does, so an edit of something else forgets nothing.
 */
export class EndpointState {
  readonly key: string;
  /** Its URL. */
  readonly url: string;
  readonly breaker: CircuitBreaker | null;
  readonly check: HealthCheck | null;
  readonly maxRequests: number;
  users = 0;
  /** Calls under way. */
  inFlight = 0;

  constructor(key: string, url: string, guards: EndpointGuards) {
    this.key = key;
    this.url = url;
    this.breaker = guards.breaker;
    this.check = guards.check;
    this.maxRequests = guards.maxRequests;
  }

  /** Whether anything can keep calls away from it. */
  get isGuarded(): boolean {
    return this.breaker !== null || this.check !== null || this.maxRequests !== Number.POSITIVE_INFINITY;
  }

  /** Whether it is well, and its calls went well of late. */
  get isUp(): boolean {
    return this.isHealthy && (this.breaker === null || this.breaker.isClosed);
  }

  get isHealthy(): boolean {
    return this.check === null || this.check.isHealthy;
  }

  isClosedAt(now: number): boolean {
    return this.breaker === null || this.breaker.admits(now);
  }

  get isFull(): boolean {
    return this.inFlight >= this.maxRequests;
  }

  /** A call begins; {@link leave} ends it. True: the circuit is half open, and this call decides. */
  enter(): boolean {
    this.inFlight++;
    return this.breaker?.enter() === true;
  }

  /** The call has shown whether the endpoint works. `now`: steady milliseconds. */
  judge(works: boolean, decides: boolean, now: number): void {
    if (works) this.breaker?.succeed(decides);
    else this.breaker?.fail(decides, now);
  }

  /** `undecided`: the call was to decide and was never judged. */
  leave(undecided: boolean): void {
    this.inFlight--;
    if (undecided) this.breaker?.forget();
  }
}
