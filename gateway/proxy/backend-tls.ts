import { createHash } from 'node:crypto';
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls';
import type { CompiledBackendTls } from '#api/compiled/contract.ts';

/** How the connections of one pool are secured. */
export interface BackendTls {
  readonly secureContext: SecureContext;
  /** Undefined: the host of the URL. */
  readonly serverName: string | undefined;
}

/** Differs wherever two backends must not share connections: a pool serves one identity. */
export function tlsIdentity(tls: CompiledBackendTls | undefined): string {
  return tls === undefined ? '' : createHash('sha256').update(JSON.stringify(tls)).digest('base64url');
}

/**
 * Null for plain http: reading the public certificates takes 0.1 s. `extraCa`: PEM certificates that vouch beside them,
 * where the API names none of its own.
 */
export function buildBackendTls(
  origin: string,
  tls: CompiledBackendTls | undefined,
  extraCa: readonly string[],
): BackendTls | null {
  if (!origin.startsWith('https:')) return null;
  if (tls === undefined) return { secureContext: publicContext(extraCa), serverName: undefined };
  return { secureContext: ownContext(tls, tls.ca ?? publicAuthorities(extraCa)), serverName: tls.serverName };
}

/** Why TLS settings cannot be used, without a word of what is secret in them; undefined: they can. */
export function backendTlsFault(tls: CompiledBackendTls | undefined): string | undefined {
  if (tls === undefined) return undefined;
  try {
    ownContext(tls, tls.ca ?? []);
    return undefined;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    return `holds a certificate or key that TLS does not take (${code})`;
  }
}

function ownContext({ clientCertificate, minVersion }: CompiledBackendTls, ca: string | string[]): SecureContext {
  const shown = clientCertificate && { cert: clientCertificate.certificate, key: clientCertificate.privateKey };
  return createSecureContext({ ca, ...shown, minVersion });
}

const contexts = new Map<string, SecureContext>();

/** Made once: reading some hundred certificates for each connection would cost more than the handshake. */
function publicContext(extraCa: readonly string[]): SecureContext {
  const key = extraCa.join();
  const known = contexts.get(key);
  if (known !== undefined) return known;
  const context = createSecureContext({ ca: publicAuthorities(extraCa), minVersion: 'TLSv1.2' });
  contexts.set(key, context);
  return context;
}

/** PEM: Node's own list, the machine's, what NODE_EXTRA_CA_CERTS adds, and `extra`. */
function publicAuthorities(extra: readonly string[]): string[] {
  return [...new Set([...getCACertificates('default'), ...getCACertificates('system'), ...extra])];
}
