import type { Encoding } from '../compression/accept-encoding.ts';

/** A stored answer's body as it was compressed for callers before, so that it is done once for each coding. */
export class PackedBodies {
  /** Of the answer: what another filter has made of it has another. */
  readonly contentType: string;
  readonly #bodies = new Map<Encoding, Buffer>();
  readonly #onGrow: (bytes: number) => void;

  /** `onGrow`: told of memory that is held from now on. */
  constructor(contentType: string, onGrow: (bytes: number) => void) {
    this.contentType = contentType;
    this.#onGrow = onGrow;
  }

  get(encoding: Encoding): Buffer | undefined {
    return this.#bodies.get(encoding);
  }

  put(encoding: Encoding, body: Buffer): void {
    if (this.#bodies.has(encoding)) return;
    this.#bodies.set(encoding, body);
    this.#onGrow(body.length);
  }
}
