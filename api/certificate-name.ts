import ipaddr from 'ipaddr.js';

/**
 * Names that stand in a certificate, as one text each: `subject:CN=a,C=ID`, `dns:a.example`, `uri:spiffe://a/b`,
 * `email:a@example.org`, `ip:10.0.0.1`. The operator writes what a Subscription states, the gateway what a certificate
 * says; the two are compared character by character, so both come from here.
 */
export type CertificateNameKind = 'subject' | 'dns' | 'uri' | 'email' | 'ip';

/** Undefined: `value` is no name of this kind. Only DNS names and IP addresses have several spellings beside subjects. */
export function certificateName(kind: CertificateNameKind, value: string): string | undefined {
  if (kind === 'subject') return prefixed(kind, canonicalSubject(value));
  if (kind === 'dns') return prefixed(kind, value.toLowerCase());
  if (kind !== 'ip') return prefixed(kind, value);
  return ipaddr.isValid(value) ? prefixed(kind, ipaddr.process(value).toString()) : undefined;
}

function prefixed(kind: CertificateNameKind, value: string | undefined): string | undefined {
  return value === undefined || value === '' ? undefined : `${kind}:${value}`;
}

/** An attribute: its type, its value, in which commas and the like are escaped, and what stands behind it. */
const attribute =
  / *([A-Za-z][A-Za-z0-9-]*|\d+(?:\.\d+)+) *= *((?:\\[0-9A-Fa-f]{2}|\\[^0-9A-Fa-f]|[^\\,+;"<>])*)([,+]|$)/y;

/**
 * A distinguished name (RFC 4514) in the one spelling that is compared: types in capitals, no blanks between the parts, of
 * values only what must be escaped, attributes of one level in order. Values keep their case. Undefined: it is none.
 */
export function canonicalSubject(text: string): string | undefined {
  const levels: string[][] = [[]];
  attribute.lastIndex = 0;
  for (;;) {
    const [whole, type = '', value = '', separator] = attribute.exec(text) ?? [];
    const plain = whole === undefined ? '' : unescaped(value);
    if (plain === '') return undefined;
    levels.at(-1)?.push(`${type.toUpperCase()}=${escaped(plain)}`);
    if (separator === '') return levels.map((level) => level.sort().join('+')).join(',');
    if (separator === ',') levels.push([]);
  }
}

/** Empty: its bytes are not UTF-8, or there are none. Blanks at the ends that are not escaped belong to no value. */
function unescaped(value: string): string {
  const parts = [...value.matchAll(/\\([0-9A-Fa-f]{2})|\\(.)|([^\\]+)/gsu)];
  const bytes = parts.map(([, hex, single, run = ''], index) => {
    if (hex !== undefined) return Buffer.from(hex, 'hex');
    return Buffer.from(single ?? (index === parts.length - 1 ? run.replace(/ +$/, '') : run));
  });
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.concat(bytes));
  } catch {
    return '';
  }
}

function escaped(value: string): string {
  return value.replaceAll(/[\\,+;"<>=]|^[ #]| $|\p{Cc}/gu, (character) =>
    character < ' ' || character > '~' ? hexOf(character) : `\\${character}`,
  );
}

function hexOf(character: string): string {
  return [...Buffer.from(character)].map((byte) => `\\${byte.toString(16).padStart(2, '0').toUpperCase()}`).join('');
}
