/**
 * The Day and Month windows of one time zone. The bounds of the current window are kept, so a call costs two comparisons
 * and only the first call of a window looks at the zone's rules (an hour that is skipped or lived twice included).
 */
export class Calendar {
  readonly timeZone: string;
  readonly #format: Intl.DateTimeFormat;
  readonly #day = { from: 0, until: 0 };
  readonly #month = { from: 0, until: 0 };

  constructor(timeZone: string) {
    this.timeZone = timeZone;
    this.#format = new Intl.DateTimeFormat('en-CA', {
      timeZone,
      calendar: 'gregory',
      numberingSystem: 'latn',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
    });
  }

  /** First instant of the next local date, in milliseconds since the epoch. */
  endOfDay(now: number): number {
    const bounds = this.#day;
    if (now < bounds.from || now >= bounds.until) {
      bounds.until = this.#firstChange(now, now + 2 * dayMs, 10);
      bounds.from = now;
    }
    return bounds.until;
  }

  /** First instant of the next local month. */
  endOfMonth(now: number): number {
    const bounds = this.#month;
    if (now < bounds.from || now >= bounds.until) {
      bounds.until = this.#firstChange(now, now + 33 * dayMs, 7);
      bounds.from = now;
    }
    return bounds.until;
  }

  /** The local date of `now`, from its first instant until the next one's; milliseconds since the epoch. */
  dayAt(now: number): { readonly from: number; readonly until: number } {
    return { from: this.#lastChange(now, now - 2 * dayMs, 10), until: this.endOfDay(now) };
  }

  monthAt(now: number): { readonly from: number; readonly until: number } {
    return { from: this.#lastChange(now, now - 33 * dayMs, 7), until: this.endOfMonth(now) };
  }

  /** The last instant up to `until` at which the local date changed in its first `digits` characters. */
  #lastChange(until: number, from: number, digits: number): number {
    const current = this.#dateAt(until).slice(0, digits);
    let same = until;
    let other = from;
    while (same - other > 1) {
      const middle = Math.floor((same + other) / 2);
      if (this.#dateAt(middle).slice(0, digits) === current) same = middle;
      else other = middle;
    }
    return same;
  }

  /** The first instant after `from` whose local date differs in its first `digits` characters (10: day, 7: month). */
  #firstChange(from: number, until: number, digits: number): number {
    const current = this.#dateAt(from).slice(0, digits);
    let same = from;
    let changed = until;
    while (changed - same > 1) {
      const middle = Math.floor((same + changed) / 2);
      if (this.#dateAt(middle).slice(0, digits) === current) same = middle;
      else changed = middle;
    }
    return changed;
  }

  /** `2026-11-21`. */
  #dateAt(instant: number): string {
    return this.#format.format(instant);
  }
}

const dayMs = 86_400_000;
