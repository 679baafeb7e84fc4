import ipaddr from 'ipaddr.js';
import { CidrSet } from './cidr-set.ts';

/** The other end of a client connection; made once for each connection. */
export interface Peer {
  /** Canonical text; an IPv4-mapped address is its IPv4 address. */
  readonly address: string;
  /** What limits by ClientIP count: the address, of IPv6 the /64 that one subscriber has. */
  readonly limitKey: string;
}

/** Which peers are proxies of our own, whose word about the client is taken. */
export class TrustedProxies {
  readonly #blocks: CidrSet;

  constructor(cidrs: readonly string[]) {
    this.#blocks = new CidrSet(cidrs);
  }

  has(address: string): boolean {
    return this.#blocks.has(address);
  }

  /**
   * The client behind trusted proxies: the rightmost address of X-Forwarded-For that is none of them. What stands left
   * of it may be invented. A field that does not parse is not believed further than to its last good entry.
   */
  clientOf(peer: Peer, forwardedFor: string): Peer {
    let client = peer;
    const hops = forwardedFor.split(',');
    for (let i = hops.length - 1; i >= 0 && this.has(client.address); i--) {
      const hop = addressOf((hops[i] ?? '').trim());
      if (hop === undefined) break;
      client = hop;
    }
    return client;
  }
}

/** A {@link Peer} of an address as a socket states it. */
export function peerOf(address: string): Peer {
  return addressOf(address) ?? { address: 'unknown', limitKey: 'unknown' };
}

/** Some proxies write a port behind the address, and brackets around IPv6. */
function addressOf(text: string): Peer | undefined {
  const bare = /^\[(.+)\](?::\d{1,5})?$/.exec(text)?.[1] ?? text.replace(/^(\d+\.\d+\.\d+\.\d+):\d{1,5}$/, '$1');
  const zone = bare.indexOf('%');
  const unscoped = zone < 0 ? bare : bare.slice(0, zone);
  if (!ipaddr.isValid(unscoped) || (!unscoped.includes(':') && !ipaddr.IPv4.isValidFourPartDecimal(unscoped))) {
    return undefined;
  }
  const parsed = ipaddr.process(unscoped);
  const address = parsed.toString();
  if (parsed instanceof ipaddr.IPv4) return { address, limitKey: address };
  const network = parsed.parts.slice(0, 4).map((part) => part.toString(16));
  return { address, limitKey: `${network.join(':')}::/64` };
}
