/**
 * Who holds what only one may have: a route, a host or path, a key. It is taken at the moment of the decision, before
 * the write that makes it true, so that two decisions in flight never give one thing twice.
 */
export class Holdings {
  readonly #holders = new Map<string, string>();
  /** Mostly one thing each, so a list is both smaller and fast enough. */
  readonly #held = new Map<string, readonly string[]>();

  holderOf(thing: string): string | undefined {
    return this.#holders.get(thing);
  }

  /** What `holder` holds. */
  heldBy(holder: string): readonly string[] {
    return this.#held.get(holder) ?? nothing;
  }

  clear(): void {
    this.#holders.clear();
    this.#held.clear();
  }

  /** `holder` holds exactly `things` from now on. Returns what it let go: whoever wants that should be asked again. */
  hold(holder: string, things: Iterable<string>): string[] {
    const next = new Set(things);
    const freed = this.heldBy(holder).filter((thing) => !next.has(thing));
    for (const thing of freed) {
      if (this.#holders.get(thing) === holder) this.#holders.delete(thing);
    }
    for (const thing of next) this.#holders.set(thing, holder);
    if (next.size === 0) this.#held.delete(holder);
    else this.#held.set(holder, [...next]);
    return freed;
  }
}

const nothing: readonly string[] = [];
