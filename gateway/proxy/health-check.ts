import type { CompiledHealthCheck } from '#api/compiled/traffic.ts';
import { refusalOf } from './backend-error.ts';
import type { Random } from './balancer.ts';
import { HealthProbe } from './health-probe.ts';
import type { OpenProbe } from './probe-channel.ts';

/** How long the first check may wait at most, so that a new gateway knows soon. */
const firstWithinMs = 1000;

/** Each pause is so much longer or shorter, by chance: gateways that started together do not ask together. */
const jitter = 0.1;

export interface HealthCheckDeps {
  /** Host field for the backend. */
  readonly authority: string;
  readonly ask: OpenProbe;
  readonly random: Random;
}

/**
 * Asks an origin again and again whether it is well, on connections of its own, so that calls that fill the backend do
 * not stop the question. It counts as well until `unhealthyAfter` checks in a row say otherwise. {@link stop} it in the end.
 */
export class HealthCheck {
  readonly key: string;
  users = 0;
  isHealthy = true;
  /** What was wrong when it was last checked; empty: nothing. */
  fault = '';
  readonly #check: CompiledHealthCheck;
  readonly #deps: HealthCheckDeps;
  #timer: NodeJS.Timeout;
  #probe: HealthProbe | null = null;
  /** Results in a row that speak against what it counts as. */
  #against = 0;

  constructor(key: string, check: CompiledHealthCheck, deps: HealthCheckDeps) {
    this.key = key;
    this.#check = check;
    this.#deps = deps;
    this.#timer = this.#after(deps.random() * Math.min(firstWithinMs, check.intervalMs));
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#probe?.cancel();
  }

  #after(ms: number): NodeJS.Timeout {
    return setTimeout(() => this.#ask(), ms).unref();
  }

  #ask(): void {
    const { path, timeoutMs } = this.#check;
    this.#probe = new HealthProbe({ ...this.#deps, path, timeoutMs }, (result) => this.#heard(result));
  }

  #heard(result: number | Error): void {
    this.#probe = null;
    this.fault = this.#faultOf(result);
    this.#count(this.fault === '');
    const { intervalMs } = this.#check;
    this.#timer = this.#after(intervalMs * (1 - jitter + 2 * jitter * this.#deps.random()));
  }

  #count(isWell: boolean): void {
    this.#against = isWell === this.isHealthy ? 0 : this.#against + 1;
    const { healthyAfter, unhealthyAfter } = this.#check;
    if (this.#against < (isWell ? healthyAfter : unhealthyAfter)) return;
    if (isWell !== this.isHealthy) this.#against = 0;
    this.isHealthy = isWell;
  }

  #faultOf(result: number | Error): string {
    if (typeof result !== 'number') return refusalOf(result)?.code ?? 'GW_BACKEND_UNREACHABLE';
    const { expectedStatuses } = this.#check;
    const isExpected =
      expectedStatuses.length === 0 ? result >= 200 && result < 300 : expectedStatuses.includes(result);
    return isExpected ? '' : `status ${result}`;
  }
}
