import type { Clock } from '../clock.ts';
import type { FindTtl } from './name-ttl.ts';
import type { FindAddresses, OnLookup } from './shared-lookup.ts';

/** How long an answer of DNS holds when nobody can tell. */
const defaultTtlMs = 10_000;
/** Whatever DNS says: not more often than this, and not less. */
const shortestTtlMs = 1000;
const longestTtlMs = 60_000;
/** After a question without answer the next is asked. */
const pauseMs = 1000;
/** So long the last known addresses go on when DNS does not answer. */
const staleMs = 300_000;
/** After so long without an answer whoever wants to connect takes the last known addresses: resolvers give up only after half a minute. */
const patienceMs = 250;

export interface NameDeps {
  readonly clock: Clock;
  /** All addresses of a name, as the machine finds them: its hosts file and search domains count. */
  readonly findAddresses: FindAddresses;
  readonly findTtl: FindTtl;
}

/**
 * The addresses of one name. Asked anew when their time is up, by whoever wants to connect or by {@link refresh}; when DNS
 * does not answer, the last known ones go on for a while.
 */
export class BackendName {
  readonly #hostname: string;
  readonly #deps: NameDeps;
  readonly #onChange: (addresses: ReadonlySet<string>) => void;
  #addresses: readonly string[] = [];
  /** Steady milliseconds. */
  #freshUntil = 0;
  #usableUntil = 0;
  #isAsking = false;

  /** `onChange` hears the addresses whenever they are others than before. */
  constructor(hostname: string, deps: NameDeps, onChange: (addresses: ReadonlySet<string>) => void) {
    this.#hostname = hostname;
    this.#deps = deps;
    this.#onChange = onChange;
  }

  /** How many addresses are known. */
  get size(): number {
    return this.#addresses.length;
  }

  /** All addresses, at once where they are known. */
  find(done: (found: readonly string[] | Error) => void): void {
    const now = this.#deps.clock.steady();
    if (now < this.#freshUntil) done(this.#addresses);
    else if (this.#addresses.length === 0 || now >= this.#usableUntil) this.#ask(done);
    else this.#askWithPatience(done);
  }

  #askWithPatience(done: (found: readonly string[] | Error) => void): void {
    let isAnswered = false;
    const answer = (found: readonly string[] | Error) => {
      if (isAnswered) return;
      isAnswered = true;
      clearTimeout(timer);
      done(found);
    };
    const timer = setTimeout(() => answer(this.#addresses), patienceMs);
    this.#ask(answer);
  }

  /** Asks again if it is time; for names that are in use. */
  refresh(): void {
    if (!this.#isAsking && this.#deps.clock.steady() >= this.#freshUntil) this.#ask(() => undefined);
  }

  #ask(done: (found: readonly string[] | Error) => void): void {
    this.#isAsking = true;
    const onLookup: OnLookup = (error, found) => {
      this.#isAsking = false;
      if (error === null && found.length > 0) this.#learn(found.map(({ address }) => address));
      done(this.#afterAnswer(error));
    };
    this.#deps.findAddresses(this.#hostname, onLookup);
  }

  #afterAnswer(error: Error | null): readonly string[] | Error {
    if (error === null) return this.#addresses;
    const now = this.#deps.clock.steady();
    if (this.#addresses.length === 0 || now >= this.#usableUntil) return error;
    this.#freshUntil = now + pauseMs;
    return this.#addresses;
  }

  #learn(addresses: readonly string[]): void {
    const now = this.#deps.clock.steady();
    const before = new Set(this.#addresses);
    const after = new Set(addresses);
    this.#addresses = addresses;
    this.#freshUntil = now + defaultTtlMs;
    this.#usableUntil = now + staleMs;
    this.#deps.findTtl(this.#hostname, after, (ttlMs) => {
      if (this.#addresses !== addresses) return;
      this.#freshUntil = now + Math.min(longestTtlMs, Math.max(shortestTtlMs, ttlMs));
    });
    if (before.size > 0 && before.symmetricDifference(after).size > 0) this.#onChange(after);
  }
}
