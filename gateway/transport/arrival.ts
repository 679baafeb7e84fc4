import type { Socket } from 'node:net';
import type { Tracked } from './tracked.ts';

const nothing = Buffer.alloc(0);

/** A connection of which nobody knows yet what is spoken on it. */
export class Arrival implements Tracked {
  readonly raw: Socket;
  readonly #onLate: () => void;
  /** Steady milliseconds. */
  #lateAt = Number.POSITIVE_INFINITY;

  constructor(raw: Socket, onLate: () => void) {
    this.raw = raw;
    this.#onLate = onLate;
  }

  /** `now`: steady milliseconds. */
  expectWithin(now: number, ms: number): void {
    this.#lateAt = now + ms;
  }

  /**
   * Reads what the connection begins with. `judge` gets all bytes that have come; while it gives undefined, more are
   * waited for. What lies behind the `length` of its answer goes back into the socket, which is paused then. `done` gets
   * the answer, or what `judge` has thrown.
   */
  readStart<T extends { readonly length: number }>(
    judge: (bytes: Buffer) => T | undefined,
    done: (found: T | Error) => void,
  ): void {
    const { raw } = this;
    let bytes: Buffer = nothing;
    const onData = (piece: Buffer) => {
      bytes = bytes.length === 0 ? piece : Buffer.concat([bytes, piece]);
      const found = outcomeOf(() => judge(bytes));
      if (found === undefined) return;
      raw.off('data', onData).pause();
      if (!(found instanceof Error) && found.length < bytes.length) raw.unshift(bytes.subarray(found.length));
      done(found);
    };
    raw.on('data', onData).resume();
  }

  beginDrain(): void {
    // It may still bring its call.
  }

  leave(): void {
    this.raw.destroy();
  }

  destroy(): void {
    this.raw.destroy();
  }

  checkTime(now: number): void {
    if (now < this.#lateAt) return;
    this.#onLate();
    this.raw.destroy();
  }
}

function outcomeOf<T>(work: () => T): T | Error {
  try {
    return work();
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
}
