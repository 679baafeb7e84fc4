import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Cidr = [Address, number];

/** Which addresses a backend may have. Built when the gateway's object loads. */
export interface AddressPolicy {
  /** CIDRs that may be called although they are special. */
  readonly allow: readonly string[];
  /** CIDRs that may never be called; wins over `allow`. */
  readonly deny: readonly string[];
  /** Single addresses that are special here: this pod's own and the API server's. */
  readonly own: () => readonly string[];
}

/** Why an address may not be called, or undefined when it may. */
export type AddressJudge = (address: string) => string | undefined;

/**
 * Judges the address that a connection is about to be made to, after DNS. Every form that means the same IPv4 address
 * (mapped, translated, 6to4) is judged as that address too.
 */
export function buildAddressJudge(policy: AddressPolicy): AddressJudge {
  const allow = policy.allow.map((cidr) => ipaddr.parseCIDR(cidr));
  const deny = policy.deny.map((cidr) => ipaddr.parseCIDR(cidr));
  return (text) => {
    if (!ipaddr.isValid(text)) return 'is not an address';
    const forms = meaningsOf(ipaddr.parse(text));
    if (forms.some((form) => isWithin(form, deny))) return 'is denied by backendAccess.deny';
    const own = policy.own();
    for (const form of forms) {
      const reason = specialReason(form, own);
      if (reason !== undefined && !isWithin(form, allow)) return reason;
    }
    return undefined;
  };
}

/** Whether `text` is an address block in CIDR notation, IPv4 or IPv6. */
export function isCidr(text: string): boolean {
  return ipaddr.isValidCIDR(text);
}

/** The literal address in a URL's host, without brackets; undefined when it is a name, which only DNS resolves. */
export function literalAddress(host: string): string | undefined {
  const bare = host.startsWith('[') ? host.slice(1, -1) : host;
  return ipaddr.isValid(bare) ? bare : undefined;
}

/** The address itself and the IPv4 address that it stands for, if any. */
function meaningsOf(address: Address): Address[] {
  if (address instanceof ipaddr.IPv4) return [address];
  const embedded = embeddedIPv4(address);
  // An IPv4-mapped address is nothing but the IPv4 address; translated ones exist in their own right as well.
  if (embedded === undefined) return [address];
  return address.isIPv4MappedAddress() ? [embedded] : [address, embedded];
}

function embeddedIPv4(address: ipaddr.IPv6): ipaddr.IPv4 | undefined {
  const bytes = address.toByteArray();
  switch (address.range()) {
    case 'ipv4Mapped':
    case 'rfc6145':
    case 'rfc6052':
      return new ipaddr.IPv4(bytes.slice(12));
    case '6to4':
      return new ipaddr.IPv4(bytes.slice(2, 6));
    default:
      // The old IPv4-compatible form ::a.b.c.d, which is not ::1.
      return bytes.slice(0, 12).every((byte) => byte === 0) && address.range() === 'unicast'
        ? new ipaddr.IPv4(bytes.slice(12))
        : undefined;
  }
}

const specialRanges: Readonly<Record<string, string>> = {
  unspecified: 'is the unspecified address',
  broadcast: 'is a broadcast address',
  multicast: 'is a multicast address',
  linkLocal: 'is link-local',
  loopback: 'is a loopback address',
  reserved: 'is reserved',
  teredo: 'is a tunnel address',
};

/** Where clouds keep their metadata, beside 169.254.169.254, which is link-local. */
const metadataAddresses = new Set(['fd00:ec2::254', '100.100.100.200', '168.63.129.16', '192.0.0.192']);

function specialReason(address: Address, own: readonly string[]): string | undefined {
  const text = address.toString();
  if (metadataAddresses.has(text) || text === '169.254.169.254') return 'is a metadata service';
  if (address instanceof ipaddr.IPv4 && address.octets[0] === 0) return 'is the unspecified address';
  const range = specialRanges[address.range()];
  if (range !== undefined && !isDocumentation(address)) return range;
  return own.includes(text) ? "is the gateway's own or the API server's" : undefined;
}

/** ipaddr.js calls the documentation ranges reserved; nothing answers there, so they are only unreachable. */
function isDocumentation(address: Address): boolean {
  return isWithin(address, documentation);
}

const documentation: Cidr[] = ['192.0.2.0/24', '198.51.100.0/24', '203.0.113.0/24', '2001:db8::/32'].map((cidr) =>
  ipaddr.parseCIDR(cidr),
);

function isWithin(address: Address, cidrs: readonly Cidr[]): boolean {
  return cidrs.some(([network, bits]) => address.kind() === network.kind() && address.match(network, bits));
}
