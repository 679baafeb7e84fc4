import { hash } from 'node:crypto';
import type { Withheld } from '#api/compiled/lease.ts';
import type { Clock } from '../clock.ts';

/** What a caller may lose, as one text: nothing of it can be told from its id. */
export const lossOf = {
  credential: (proofKey: string) => `credential ${proofKey}`,
  grant: (subscription: string, api: string) => `grant ${subscription} ${api}`,
  tenant: (id: string) => `tenant ${id}`,
} as const;

/** etcd has gone back to an older state, and nobody has confirmed that state yet. */
export interface Rollback {
  /** Milliseconds since the epoch at which it was noticed. */
  readonly noticedAt: number;
  /** What the older state would bring back and is refused. */
  readonly withheld: readonly Withheld[];
}

const rememberedMs = 24 * 3_600_000;
/** Some 6 MiB. Beyond it what was lost first is forgotten. */
const maxRemembered = 65_536;
const idLength = 16;

/**
 * What callers have lost in the last 24 hours, so that an older state of the cluster cannot give it back to them.
 *
 *   serving ──lost──▶ remembered ──granted again, or 24 h──▶ forgotten
 *      │ ▲
 *      │ └──────────────────────────────────────────────┐
 *      └─ versions fell back ──▶ rolled back: what was remembered is withheld ── the organiser confirms
 *
 * It is asked when objects load, never by a call. A pod that has begun since learns from its ApiGateway what others withhold.
 */
export class Revocations {
  readonly #clock: Clock;
  /** Id of each loss, and when it was (steady milliseconds); in that order. */
  #lost = new Map<string, number>();
  /** Null: nothing is. */
  #withheld: Set<string> | null = null;
  #noticedAt = 0;
  /** What of it the present state would bring back: text for people by id. */
  readonly #found = new Map<string, string>();
  #isListening = true;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get isRolledBack(): boolean {
    return this.#withheld !== null;
  }

  get withheldCount(): number {
    return this.#found.size;
  }

  /** Null: the state is the one that it has come to by itself. */
  rollback(): Rollback | null {
    if (this.#withheld === null) return null;
    const withheld = [...this.#found].map(([id, what]) => ({ id, what }));
    return { noticedAt: this.#noticedAt, withheld: withheld.sort((a, b) => (a.id < b.id ? -1 : 1)) };
  }

  lose(loss: string): void {
    if (!this.#isListening) return;
    const now = this.#clock.steady();
    const id = idOf(loss);
    this.#lost.delete(id);
    this.#lost.set(id, now);
    for (const [oldest, at] of this.#lost) {
      if (this.#lost.size <= maxRemembered && now - at < rememberedMs) break;
      this.#lost.delete(oldest);
    }
  }

  /** It was given again by whoever may. */
  regain(loss: string): void {
    if (this.#lost.size > 0 && this.#isListening) this.#lost.delete(idOf(loss));
  }

  /** `what`: which object would be brought back, for people. */
  isWithheld(loss: string, what: () => string): boolean {
    if (this.#withheld === null) return false;
    const id = idOf(loss);
    if (!this.#withheld.has(id)) return false;
    if (!this.#found.has(id)) this.#found.set(id, what());
    return true;
  }

  /** The state is an older one. While it loads, what goes with it is lost by nobody's will: {@link listen} ends that. */
  rollBack(): void {
    const now = this.#clock.steady();
    const recent = [...this.#lost].filter(([, at]) => now - at < rememberedMs).map(([id]) => id);
    this.#withheld = new Set([...(this.#withheld ?? []), ...recent]);
    this.#noticedAt = this.#clock.now();
    this.#lost = new Map();
    this.#isListening = false;
  }

  listen(): void {
    this.#isListening = true;
  }

  /** Others noticed at `noticedAt` that the state is an older one, and withhold `ids`. True: that is news here. */
  adopt(noticedAt: number, ids: readonly string[]): boolean {
    const known = this.#withheld;
    if (known !== null && ids.every((id) => known.has(id))) return false;
    this.#withheld = new Set([...(known ?? []), ...ids]);
    this.#noticedAt = Math.max(this.#noticedAt, noticedAt);
    return true;
  }

  /** Rollbacks that were noticed until `until` are confirmed: the state counts as it is. True: that ends one here. */
  confirm(until: number): boolean {
    if (this.#withheld === null || this.#noticedAt > until) return false;
    this.#withheld = null;
    this.#noticedAt = 0;
    this.#found.clear();
    return true;
  }
}

function idOf(loss: string): string {
  return hash('sha256', loss, 'base64url').slice(0, idLength);
}
