import { GatewayError } from '../errors.ts';
import type { Exchange } from '../exchange.ts';
import { ClientCertHeader } from '../identity/client-cert-header.ts';
import type { CertificateEntry, CredentialEntry, GatewayEntry } from '../snapshot/model.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import type { ClientCertificate } from '../tls/client-certificate.ts';

const header = new ClientCertHeader();

/**
 * The certificate of the client; null: none. Where proxies name it, that of the connection is their own, and would
 * make every caller theirs.
 */
export function shownCertificate(exchange: Exchange, { readsClientCert }: GatewayEntry): ClientCertificate | null {
  if (!readsClientCert || !exchange.peerIsTrusted) return exchange.clientCertificate;
  return header.read(exchange.rawHeaders);
}

export interface CertificateSearch {
  /** KeyManagers of the API that vouch for certificates. */
  readonly managers: readonly CertificateEntry[];
  readonly credentials: Snapshot['credentials'];
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Whose certificate it is; throws a GatewayError that says why it is nobody's. */
export function ownerOf(
  certificate: ClientCertificate,
  { managers, credentials, now }: CertificateSearch,
): CredentialEntry {
  for (const { issuers } of managers) {
    const issued = issuers.find(certificate);
    if (issued === undefined) continue;
    if (issued.isForeign) throw invalid('is not made for clients (extended key usage)');
    if (now < issued.notBefore) throw invalid('is not valid yet');
    if (now > issued.notAfter) throw invalid('has expired, or its authority has');
    return ownerByNames(issued.proofs, credentials) ?? unknown(certificate);
  }
  throw invalid('is not issued by an authority of a KeyManager of this API');
}

/** Two Subscriptions that name one certificate by different names: nobody could say whose call it is. */
function ownerByNames(proofs: readonly string[], credentials: Snapshot['credentials']): CredentialEntry | undefined {
  let owner: CredentialEntry | undefined;
  for (const proof of proofs) {
    const found = credentials.get(proof);
    if (found === undefined) continue;
    if (owner !== undefined && owner.subscription !== found.subscription) {
      const detail =
        'The names in the client certificate belong to two Subscriptions: have one issued with one of them.';
      throw new GatewayError('GW_CREDENTIAL_AMBIGUOUS', detail);
    }
    owner ??= found;
  }
  return owner;
}

function unknown({ subject }: ClientCertificate): never {
  const detail = `The client certificate is good, but no Subscription names its subject "${subject}" or one of its alternative names (credentials[].clientCertificate).`;
  throw new GatewayError('GW_CLIENT_UNKNOWN', detail);
}

function invalid(reason: string): GatewayError {
  return new GatewayError('GW_CLIENT_CERTIFICATE_INVALID', `The client certificate ${reason}.`);
}
