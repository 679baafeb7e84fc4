import type { Acknowledgement } from '../lease/ack-lease.ts';

/** A change is told at once, further ones after this. */
const restMs = 100;
/** Told although nothing has changed: whoever says nothing for long is taken for dead. */
const everyMs = 1000;

/** Tells a supervisor how far a gateway is, as a Lease would tell the operator. */
export class ProgressReport {
  readonly #current: () => Acknowledgement;
  readonly #tell: (said: Acknowledgement) => void;
  readonly #beat: NodeJS.Timeout;
  #rest: NodeJS.Timeout | undefined = undefined;
  #isDirty = false;

  constructor(current: () => Acknowledgement, tell: (said: Acknowledgement) => void) {
    this.#current = current;
    this.#tell = tell;
    this.#beat = setInterval(() => tell(current()), everyMs);
  }

  changed(): void {
    this.#isDirty = true;
    if (this.#rest === undefined) this.#now();
  }

  async stop(): Promise<void> {
    clearInterval(this.#beat);
    clearTimeout(this.#rest);
  }

  #now(): void {
    this.#isDirty = false;
    this.#tell(this.#current());
    this.#rest = setTimeout(() => {
      this.#rest = undefined;
      if (this.#isDirty) this.#now();
    }, restMs);
  }
}
