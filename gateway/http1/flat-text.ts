/**
 * The same text in one piece. V8 keeps what was put together as a tree, which every write of it walks anew; worth it for what
 * is written again and again. `text` is latin1.
 */
export function flatText(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1');
}

/** A text that may be written again: from its second use on it is flat. */
export class RepeatedText {
  #text: string;
  #uses = 0;

  /** `text`: latin1. */
  constructor(text: string) {
    this.#text = text;
  }

  take(): string {
    if (this.#uses === 1) this.#text = flatText(this.#text);
    if (this.#uses < 2) this.#uses++;
    return this.#text;
  }
}
