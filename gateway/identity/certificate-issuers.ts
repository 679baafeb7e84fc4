import { X509Certificate } from 'node:crypto';
import { type CertificateNameKind, certificateName } from '#api/certificate-name.ts';
import { certificateKey } from '#api/compiled/contract.ts';
import type { ClientCertificate } from '../tls/client-certificate.ts';

/** What is known of a certificate that one of the authorities has issued. */
export interface IssuedCertificate {
  /** What Subscriptions may have named, as `proofKey` writes it: its subject, then its alternative names. */
  readonly proofs: readonly string[];
  /** Milliseconds since the epoch; outside of them it, or its authority, is not valid. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** It is not made for clients. */
  readonly isForeign: boolean;
}

const pemBlock = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/**
 * The authorities of one KeyManager. Each certificate is asked about once for as long as it is held: by its connection, or by
 * the memory of those that proxies name.
 *
 * Only the issuer itself counts, no path is built: Node shows neither the lengths of paths nor the constraints of names that a
 * path would be bound to, and where a listener has verified one, its authorities may be others than these.
 */
export class CertificateIssuers {
  readonly #keyManager: string;
  readonly #authorities: readonly X509Certificate[];
  readonly #known = new WeakMap<ClientCertificate, IssuedCertificate | 'not ours'>();

  /** `ca`: PEM. */
  constructor(keyManager: string, ca: string) {
    this.#keyManager = keyManager;
    this.#authorities = (ca.match(pemBlock) ?? []).map((block) => new X509Certificate(block));
  }

  /** Undefined: none of these authorities has issued it. */
  find(certificate: ClientCertificate): IssuedCertificate | undefined {
    let known = this.#known.get(certificate);
    if (known === undefined) {
      known = this.#judge(certificate) ?? 'not ours';
      this.#known.set(certificate, known);
    }
    return known === 'not ours' ? undefined : known;
  }

  #judge(certificate: ClientCertificate): IssuedCertificate | undefined {
    const { x509, notBefore, notAfter } = certificate;
    const issuer = this.#authorities.find((one) => x509.checkIssued(one) && x509.verify(one.publicKey));
    if (issuer === undefined) return undefined;
    return {
      proofs: namesOf(certificate).map((name) => certificateKey(this.#keyManager, name)),
      notBefore: Math.max(notBefore, issuer.validFromDate.getTime()),
      notAfter: Math.min(notAfter, issuer.validToDate.getTime()),
      isForeign: x509.ca || !isForClients(x509),
    };
  }
}

const clientAuthentication = '1.3.6.1.5.5.7.3.2';
const anyPurpose = '2.5.29.37.0';

/** One that says what it is for must say this (RFC 5280, 4.2.1.12); what Node calls key usage is the extended one. */
function isForClients({ keyUsage }: X509Certificate): boolean {
  const purposes = keyUsage as readonly string[] | undefined;
  return purposes === undefined || purposes.includes(clientAuthentication) || purposes.includes(anyPurpose);
}

/** By the type as OpenSSL writes it; names of other types say nothing here. */
const kinds = new Map<string, CertificateNameKind>([
  ['DNS', 'dns'],
  ['URI', 'uri'],
  ['email', 'email'],
  ['IP Address', 'ip'],
]);

function namesOf({ subject, names }: ClientCertificate): string[] {
  const alternatives = names.map(({ type, value }) => {
    const kind = kinds.get(type);
    return kind === undefined ? undefined : certificateName(kind, value);
  });
  return [certificateName('subject', subject), ...alternatives].filter((name) => name !== undefined);
}
