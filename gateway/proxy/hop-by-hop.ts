/** Fields that belong to one connection (RFC 9110, 7.6.1) or that this gateway settles itself; never forwarded either way. */
const hopByHop = [
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];

/**
 * Names to drop, asked for each field of each message: by length first, so that most names are never lower-cased.
 */
export class DropList {
  readonly #names: ReadonlySet<string>;
  readonly #lengths: Uint8Array;

  constructor(more: readonly string[]) {
    this.#names = new Set([...hopByHop, ...more]);
    this.#lengths = new Uint8Array(256);
    for (const name of this.#names) this.#lengths[name.length] = 1;
  }

  has(name: string): boolean {
    return this.#lengths[name.length] === 1 && this.#names.has(name.toLowerCase());
  }
}

/** Takes the fields with these lower-case names out of flat `fields`. */
export function removeNamed(fields: string[], names: readonly string[]): void {
  for (let i = fields.length - 2; i >= 0; i -= 2) {
    if (names.includes((fields[i] ?? '').toLowerCase())) fields.splice(i, 2);
  }
}
