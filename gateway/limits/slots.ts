import { maxKeysPerLimit } from './limit-bounds.ts';

/**
 * The calls of one key that are under way in this process, and how many there may be. With Redis a pod holds slots that
 * it has leased, and calls use them one after the other.
 */
export class SlotCounter {
  /** Key in Redis: a keyed digest, because what is counted may be personal. */
  readonly name: string;
  readonly #set: SlotSet;
  readonly #key: string;
  /** Calls under way. */
  inUse = 0;
  /** Most calls under way since the last look. */
  peak = 0;
  /** Leased from Redis. */
  held = 0;
  /** Of the lease under way. */
  waiting = 0;
  /** Not asked again before; steady milliseconds. */
  deniedUntil = 0;
  /** When Redis was told last. */
  toldAt = 0;
  /** As the call that came last saw it. */
  limit = 1;
  /** The lease under way; settles when its answer has been dealt with. */
  leasing: Promise<void> | null = null;

  constructor(set: SlotSet, key: string) {
    this.#set = set;
    this.#key = key;
    this.name = set.nameOf(key);
  }

  take(): void {
    this.inUse++;
    if (this.inUse > this.peak) this.peak = this.inUse;
  }

  /** One call has ended. */
  release(): void {
    this.inUse--;
    this.forgetIfIdle();
  }

  /** Nothing is held that anybody would miss: makes room. */
  forgetIfIdle(): void {
    if (this.inUse === 0 && this.held === 0 && this.waiting === 0 && this.leasing === null) this.#set.drop(this.#key);
  }
}

/** The counters of one limit, by key. */
export class SlotSet {
  readonly identity: string;
  /** How many loaded rules count here. */
  users = 0;
  readonly #pool: SlotPool;
  readonly #counters = new Map<string, SlotCounter>();
  #overflow: SlotCounter | null = null;

  constructor(identity: string, pool: SlotPool) {
    this.identity = identity;
    this.#pool = pool;
  }

  /** Beyond 65,536 keys all new ones share one counter: a flood of addresses is refused too early, and never goes round the limit. */
  find(key: string): SlotCounter {
    const existing = this.#counters.get(key);
    if (existing !== undefined) return existing;
    if (this.#counters.size >= maxKeysPerLimit) {
      this.#overflow ??= new SlotCounter(this, '');
      return this.#overflow;
    }
    const counter = new SlotCounter(this, `=${key}`);
    this.#counters.set(key, counter);
    return counter;
  }

  drop(key: string): void {
    this.#counters.delete(key.slice(1));
    this.#pool.forgetIfUnused(this);
  }

  get size(): number {
    return this.#counters.size;
  }

  nameOf(key: string): string {
    return this.#pool.nameOf(`${this.identity}\n${key === '' ? 'more' : key}`);
  }
}

/** The calls under way that limits count, by the identity of their limit: an edited limit goes on with them. */
export class SlotPool {
  readonly nameOf: (identity: string) => string;
  readonly #sets = new Map<string, SlotSet>();

  constructor(nameOf: (identity: string) => string) {
    this.nameOf = nameOf;
  }

  acquire(identity: string): SlotSet {
    let set = this.#sets.get(identity);
    if (set === undefined) {
      set = new SlotSet(identity, this);
      this.#sets.set(identity, set);
    }
    set.users++;
    return set;
  }

  release(set: SlotSet): void {
    set.users--;
    this.forgetIfUnused(set);
  }

  forgetIfUnused(set: SlotSet): void {
    if (set.users === 0 && set.size === 0) this.#sets.delete(set.identity);
  }

  /** How many keys have calls under way. */
  get size(): number {
    let size = 0;
    for (const set of this.#sets.values()) size += set.size;
    return size;
  }
}
