import { aborted } from './runtime/aborted.ts';

/** How long a kind may hold up the next one: an object that keeps failing must not keep all others waiting. */
const patienceMs = 60_000;

/** The first visit of all objects of one kind by a new leader. */
export class FirstPass {
  readonly ids: readonly string[];
  readonly #left: Set<string>;
  #finish: () => void = () => undefined;
  readonly #finished: Promise<void>;

  constructor(ids: readonly string[]) {
    this.ids = ids;
    this.#left = new Set(ids);
    this.#finished = new Promise((resolve) => {
      this.#finish = resolve;
    });
    if (this.#left.size === 0) this.#finish();
  }

  /** One object was looked at, well or not. */
  visited(id: string): void {
    if (this.#left.delete(id) && this.#left.size === 0) this.#finish();
  }

  /** Resolves when every object was looked at once, when that takes too long, or when `signal` aborts. */
  async done(signal: AbortSignal): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, patienceMs);
    });
    await Promise.race([this.#finished, late, aborted(signal)]);
    clearTimeout(timer);
  }
}
