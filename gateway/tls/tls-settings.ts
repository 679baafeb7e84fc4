import { constants, createHash, hkdfSync, randomBytes, X509Certificate } from 'node:crypto';
import type { SecureContextOptions, TlsOptions } from 'node:tls';
import type { CompiledListenerTls } from '#api/compiled/contract.ts';
import { CertificateFault, ServerCertificates, serverCertificate } from './server-certificates.ts';

/** How one listener speaks TLS. Made when the configuration loads; a changed one holds for the next connection. */
export interface TlsSettings {
  readonly certificates: ServerCertificates;
  readonly clientCertificates: 'None' | 'Optional' | 'Required';
  /** What a TLS server is made with; it shows the first certificate. */
  readonly serverOptions: TlsOptions;
}

/** Forward secrecy and authenticated encryption only: Mozilla's "intermediate" of 2024 without DHE. TLS 1.3 has no others. */
const ciphers = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
].join(':');

/** Throws a CertificateFault where the listener could not be served. */
export function buildTlsSettings(compiled: CompiledListenerTls): TlsSettings {
  const { clientCertificates } = compiled;
  const contextOptions: SecureContextOptions = {
    ciphers,
    minVersion: compiled.minVersion,
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
    ...(clientCertificates === undefined ? {} : { ca: checkedAuthorities(clientCertificates.ca) }),
  };
  const first = compiled.certificates[0];
  return {
    certificates: new ServerCertificates(compiled.certificates.map((one) => serverCertificate(one, contextOptions))),
    clientCertificates: clientCertificates?.mode ?? 'None',
    serverOptions: {
      ...contextOptions,
      cert: first?.certificate,
      key: first?.privateKey,
      ticketKeys: ticketKeysOf(compiled),
      requestCert: clientCertificates !== undefined,
      // Whom we do not trust is told so in HTTP, and stands in the access log; TLS could only hang up.
      rejectUnauthorized: false,
    },
  };
}

const pemBlock = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** Node ignores what it cannot read in `ca`; then every client would be refused, and nobody would know why. */
function checkedAuthorities(pem: string): string[] {
  const blocks = pem.match(pemBlock) ?? [];
  try {
    for (const block of blocks) new X509Certificate(block);
  } catch {
    throw new CertificateFault('the authorities for client certificates hold a certificate that cannot be read');
  }
  if (blocks.length > 0) return blocks;
  throw new CertificateFault('the authorities for client certificates hold no certificate in PEM form');
}

/** Of this process, or of all workers of a pod; lost with them. */
let ticketSecret: Buffer = randomBytes(32);

/** Workers share one, or a client that comes back to another of them would begin anew. Before anything is loaded. */
export function shareTicketSecret(secret: Buffer): void {
  ticketSecret = secret;
}

/**
 * Sessions go on when the configuration is loaded anew, but not when anything of the TLS settings has changed: what was
 * true of a client under other authorities need not be true any more.
 */
function ticketKeysOf(compiled: CompiledListenerTls): Buffer {
  const digest = createHash('sha256').update(JSON.stringify(compiled)).digest();
  return Buffer.from(hkdfSync('sha256', ticketSecret, digest, 'simpul tls tickets', 48));
}
