import { redacted } from './redact.ts';

/** Shorter values are words of everyday, and would blacken everything. */
const shortest = 8;

/** Keys of Secrets whose values are public. */
const publicKeys = new Set(['username', 'user', 'ca.crt', 'tls.crt', 'service-ca.crt', 'namespace']);

/**
 * Removes values that are known to be secret, wherever they stand and however they were copied there: plain, in base64,
 * in a URL, in JSON. One pass over the text, whatever their number: places are compared where two characters fit.
 */
export class Scrubber {
  /** By their first {@link shortest} characters; longest first. */
  readonly #byStart = new Map<string, string[]>();
  readonly #firstPairs = new Set<number>();

  /** Takes the values of a Secret, as base64 by key. */
  learn(data: Readonly<Record<string, string>>): void {
    for (const [key, encoded] of Object.entries(data)) {
      if (publicKeys.has(key)) continue;
      const value = Buffer.from(encoded, 'base64').toString('utf8');
      this.#add(encoded);
      for (const part of new Set([value, value.trim(), ...value.split(/\r?\n/)])) this.#addForms(part);
    }
  }

  scrub(text: string): string {
    if (this.#byStart.size === 0) return text;
    let clean = '';
    let from = 0;
    for (let at = 0; at + shortest <= text.length; at++) {
      if (!this.#firstPairs.has(text.charCodeAt(at) * 65_536 + text.charCodeAt(at + 1))) continue;
      const found = this.#byStart.get(text.slice(at, at + shortest))?.find((value) => text.startsWith(value, at));
      if (found === undefined) continue;
      clean += text.slice(from, at) + redacted;
      from = at + found.length;
      at = from - 1;
    }
    return clean + text.slice(from);
  }

  #addForms(value: string): void {
    this.#add(value);
    this.#add(JSON.stringify(value).slice(1, -1));
    this.#add(encodeURIComponent(value));
    this.#add(Buffer.from(value).toString('base64').replace(/=+$/, ''));
    this.#add(Buffer.from(value).toString('base64url'));
  }

  #add(value: string): void {
    if (value.length < shortest) return;
    const start = value.slice(0, shortest);
    const known = this.#byStart.get(start) ?? [];
    if (known.includes(value)) return;
    this.#byStart.set(
      start,
      [...known, value].sort((a, b) => b.length - a.length),
    );
    this.#firstPairs.add(value.charCodeAt(0) * 65_536 + value.charCodeAt(1));
  }
}
