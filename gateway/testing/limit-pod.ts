import type { CompiledRedis } from '#api/compiled/contract.ts';
import type { CompiledLimit } from '#api/compiled/limit.ts';
import { systemClock } from '../clock.ts';
import { Calendar } from '../limits/calendar.ts';
import { CounterPool } from '../limits/counters.ts';
import { LimitSharing } from '../limits/limit-sharing.ts';
import { type Denial, Limiter, type LimitKeys } from '../limits/limiter.ts';
import { buildRules, type LimitRule } from '../limits/rule.ts';
import { quietLog, until } from './test-gateway.ts';

export const nobody: LimitKeys = {
  subscription: '',
  application: '',
  clientIp: '192.0.2.1',
  header: () => '',
  claim: () => '',
  facts: () => {
    throw new TypeError('no limit of this test has a condition');
  },
};

export function redisAt(port: number, change: Partial<CompiledRedis> = {}): CompiledRedis {
  const addresses = [{ host: '127.0.0.1', port }];
  // Long enough for a machine that does much else; calls wait no longer than the answer takes.
  return { addresses, keyPrefix: 'simpul:uji:', timeoutMs: 1000, pods: 1, ...change };
}

/** The limits of one gateway pod without its HTTP: a process of its own as far as Redis can tell. */
export class LimitPod implements AsyncDisposable {
  readonly pool = new CounterPool(new Calendar('Asia/Jakarta'));
  readonly sharing: LimitSharing;
  rules: readonly LimitRule[];

  /** `clockMs`: how far its clocks are wrong. */
  constructor(redis: CompiledRedis, limits: readonly CompiledLimit[], clockMs = 0) {
    const clock = { now: () => systemClock.now() + clockMs, steady: () => systemClock.steady() + clockMs };
    this.sharing = new LimitSharing({ pool: this.pool, clock, log: quietLog, onChange: () => undefined });
    this.sharing.use({ id: 'a/b', pepper: Buffer.alloc(32, 1), redis });
    this.rules = this.#build(limits);
    this.#clock = clock;
  }

  readonly #clock: typeof systemClock;

  edit(limits: readonly CompiledLimit[]): void {
    this.rules = this.#build(limits);
  }

  #build(limits: readonly CompiledLimit[]): readonly LimitRule[] {
    return buildRules(this.pool, { level: 'api', owner: 'banten/situs', label: 'the API' }, limits);
  }

  up(): Promise<void> {
    return until(() => this.sharing.state.mode === 'Redis');
  }

  down(): Promise<void> {
    return until(() => this.sharing.state.mode === 'Down');
  }

  /** Null: admitted. */
  async call(keys: LimitKeys = nobody): Promise<Denial | null> {
    const limiter = new Limiter(this.pool, this.#clock);
    limiter.begin();
    limiter.addRules(this.rules, keys);
    return limiter.admit();
  }

  /** How many of so many calls, all at once, are admitted. */
  async admitted(calls: number, keys: LimitKeys = nobody): Promise<number> {
    const verdicts = await Promise.all(Array.from({ length: calls }, () => this.call(keys)));
    return verdicts.filter((verdict) => verdict === null).length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.sharing.close();
  }
}
