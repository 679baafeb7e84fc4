import { createHash, type X509Certificate } from 'node:crypto';
import { type AlternativeName, alternativeNames } from './alternative-names.ts';

/** The certificate that a client has shown and proven to own; verified by the listener, or by the proxy that names it. */
export interface ClientCertificate {
  /** SHA-256 of its DER form, base64url without padding: what tokens name as `x5t#S256` (RFC 8705, 3.1). */
  readonly thumbprint: string;
  /** The same in lower-case hexadecimal, as people and tools compare it. */
  readonly fingerprint: string;
  /** Distinguished name as RFC 4514 writes it: `CN=perizinan,O=Kota Tangerang,C=ID`. */
  readonly subject: string;
  readonly issuer: string;
  /** Hexadecimal, as in the certificate. */
  readonly serial: string;
  readonly names: readonly AlternativeName[];
  /** Milliseconds since the epoch. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** As it was parsed, to ask who issued it. */
  readonly x509: X509Certificate;
}

export function clientCertificateOf(certificate: X509Certificate): ClientCertificate {
  const digest = createHash('sha256').update(certificate.raw).digest();
  return {
    thumbprint: digest.toString('base64url'),
    fingerprint: digest.toString('hex'),
    subject: distinguishedName(certificate.subject),
    issuer: distinguishedName(certificate.issuer),
    serial: certificate.serialNumber.toLowerCase(),
    names: alternativeNames(certificate),
    notBefore: certificate.validFromDate.getTime(),
    notAfter: certificate.validToDate.getTime(),
    x509: certificate,
  };
}

/** Node gives one attribute a line, the outermost first, its value escaped as RFC 2253 has it; RFC 4514 begins at the other end. */
function distinguishedName(lines: string): string {
  return lines.split('\n').reverse().join(',');
}
