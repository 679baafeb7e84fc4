import { hash } from 'node:crypto';

/**
 * A token as a call shows it. A connection keeps the object for as long as its calls carry the same fields, so a token that
 * comes again is hashed once.
 */
export class ShownToken {
  readonly text: string;
  #digest = '';

  constructor(text: string) {
    this.text = text;
  }

  /** By what it is remembered: SHA-256, base64url. */
  get digest(): string {
    if (this.#digest === '') this.#digest = hash('sha256', this.text, 'base64url');
    return this.#digest;
  }
}
