import ipaddr from 'ipaddr.js';

/** Most addresses whose answer is remembered; beyond it all are asked anew. */
const maxRemembered = 4096;

/** A set of addresses, stated as CIDR blocks. What it said of an address it remembers: callers come back. */
export class CidrSet {
  readonly #blocks: readonly [ipaddr.IPv4 | ipaddr.IPv6, number][];
  readonly #remembered = new Map<string, boolean>();

  constructor(cidrs: readonly string[]) {
    this.#blocks = cidrs.map((cidr) => ipaddr.parseCIDR(cidr));
  }

  get isEmpty(): boolean {
    return this.#blocks.length === 0;
  }

  /** `address`: canonical, as a Peer has it. What is no address is in no set. */
  has(address: string): boolean {
    if (this.isEmpty) return false;
    let known = this.#remembered.get(address);
    if (known === undefined) {
      known = this.#holds(address);
      if (this.#remembered.size >= maxRemembered) this.#remembered.clear();
      this.#remembered.set(address, known);
    }
    return known;
  }

  #holds(address: string): boolean {
    if (!ipaddr.isValid(address)) return false;
    const parsed = ipaddr.process(address);
    return this.#blocks.some(([network, bits]) => parsed.kind() === network.kind() && parsed.match(network, bits));
  }
}
