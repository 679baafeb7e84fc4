import ipaddr from 'ipaddr.js';

/** Whether `text` is an address block in CIDR notation, IPv4 or IPv6. */
export function isCidr(text: string): boolean {
  return ipaddr.isValidCIDR(text);
}

/**
 * Whether a backend that is named by a literal address may be reached, as far as that can be said before a connection
 * is made: the gateway judges every address again when it connects. `undefined`: a host name, which only DNS resolves.
 */
export function isReachable(
  host: string,
  access: { readonly allow: readonly string[]; readonly deny: readonly string[] },
): boolean | undefined {
  const bare = host.startsWith('[') ? host.slice(1, -1) : host;
  if (!ipaddr.isValid(bare)) return undefined;
  const address = ipaddr.process(bare);
  if (access.deny.some((block) => contains(block, address))) return false;
  if (access.allow.some((block) => contains(block, address))) return true;
  return ordinaryRanges.has(address.range());
}

/** Public and private unicast; everything else (loopback, link-local with the metadata address, multicast, …) is special. */
const ordinaryRanges = new Set<string>(['unicast', 'private', 'carrierGradeNat', 'uniqueLocal']);

function contains(block: string, address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  if (!ipaddr.isValidCIDR(block)) return false;
  const [network, bits] = ipaddr.parseCIDR(block);
  return network.kind() === address.kind() && address.match(network, bits);
}
