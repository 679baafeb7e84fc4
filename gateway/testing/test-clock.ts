import type { Clock } from '../clock.ts';

/** A clock that stands still until it is told. */
export class TestClock implements Clock {
  #now: number;
  #steady = 1_000_000;

  constructor(now = '2026-11-21T10:00:00Z') {
    this.#now = Date.parse(now);
  }

  readonly now = () => this.#now;
  readonly steady = () => this.#steady;

  /** Time passes. */
  advance(ms: number): void {
    this.#now += ms;
    this.#steady += ms;
  }

  /** Somebody sets the machine's clock. */
  setWall(now: string): void {
    this.#now = Date.parse(now);
  }
}
