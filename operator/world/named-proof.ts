import { type CertificateNameKind, certificateName } from '#api/certificate-name.ts';
import { type CredentialProof, proofKey, signatureKey } from '#api/compiled/contract.ts';
import type { Subscription } from '#api/generated/subscription.ts';
import { refId } from './routes.ts';

type Credential = Subscription['spec']['credentials'][number];

/** The clients, certificates and signing keys that it names, as `proofKey` writes them. */
export function clientsOf(subscription: Subscription): string[] {
  return subscription.spec.credentials.flatMap((credential) => {
    const { signature } = credential;
    if (signature !== undefined) return signatureKey(refId(signature.keyManagerRef, subscription), signature.keyId);
    const proof = namedProof(credential, subscription);
    return proof === undefined ? [] : proofKey(proof);
  });
}

/** What a credential that is no key says of its callers; undefined: it is a key, or its name is no name. */
export function namedProof(credential: Credential, owner: Subscription): CredentialProof | undefined {
  const { oidc, clientCertificate } = credential;
  if (oidc !== undefined) {
    return { type: 'OIDC', keyManager: refId(oidc.keyManagerRef, owner), clientId: oidc.clientId };
  }
  if (clientCertificate === undefined) return undefined;
  const stated = statedName(clientCertificate);
  if (stated === undefined) return undefined;
  return {
    type: 'ClientCertificate',
    keyManager: refId(clientCertificate.keyManagerRef, owner),
    certificateName: stated,
  };
}

function statedName(stated: NonNullable<Credential['clientCertificate']>): string | undefined {
  const { subject, dnsName, uri, email, ipAddress } = stated;
  const names = { subject, dns: dnsName, uri, email, ip: ipAddress };
  const [[kind, value] = []] = Object.entries(names).filter((entry) => entry[1] !== undefined);
  return kind === undefined ? undefined : certificateName(kind as CertificateNameKind, value ?? '');
}
