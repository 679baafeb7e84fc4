import type { X509Certificate } from 'node:crypto';

/** One subject alternative name of a certificate. `type` as OpenSSL writes it: `DNS`, `URI`, `IP Address`, `email`, … */
export interface AlternativeName {
  readonly type: string;
  readonly value: string;
}

/** Node writes a value with odd characters as a JSON string, so that nothing in it can pass for another name. */
const entry = /(?:^|, )([A-Za-z][A-Za-z0-9. ]*):("(?:[^"\\]|\\.)*"|[^,]*)/gy;

/** The subject alternative names of a certificate, in their order. */
export function alternativeNames(certificate: X509Certificate): AlternativeName[] {
  const text = certificate.subjectAltName ?? '';
  return [...text.matchAll(entry)].map(([, type = '', value = '']) => ({ type, value: unquoted(value) }));
}

function unquoted(value: string): string {
  return value.startsWith('"') ? (JSON.parse(value) as string) : value;
}
