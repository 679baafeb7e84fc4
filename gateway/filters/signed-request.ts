import { signatureKey } from '#api/compiled/contract.ts';
import type { Clock } from '../clock.ts';
import type { Exchange } from '../exchange.ts';
import { readSignature } from '../identity/request-signature.ts';
import { checkDigest } from '../identity/request-verifier.ts';
import type { SignedMessage } from '../identity/signature-base.ts';
import { SignatureFault } from '../identity/signature-fault.ts';
import type { CredentialEntry, SignatureEntry } from '../snapshot/model.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import { bodyLimitOf } from './body-limit.ts';
import { badSignature } from './challenges.ts';
import { fieldOf } from './client-address.ts';
import { readWholeBody } from './whole-body.ts';

export interface SignatureSearch {
  /** KeyManagers of the API that take signatures. */
  readonly managers: readonly SignatureEntry[];
  readonly credentials: Snapshot['credentials'];
  readonly clock: Clock;
}

/**
 * Whose signed request it is; throws, or rejects with, a GatewayError. A promise only where there is a body, which is read after the
 * signature was verified: nobody else makes us hold one.
 */
export function signerOf(exchange: Exchange, search: SignatureSearch): CredentialEntry | Promise<CredentialEntry> {
  try {
    const credential = verifiedSigner(exchange, search);
    if (exchange.bodyLength === 0) return credential;
    return readWholeBody(exchange, bodyLimitOf(exchange)).then((body) => {
      refusing(() => checkDigest(fieldOf(exchange, 'content-digest'), body));
      return credential;
    });
  } catch (error) {
    throw error instanceof SignatureFault ? badSignature(error) : error;
  }
}

function refusing(check: () => void): void {
  try {
    check();
  } catch (error) {
    throw error instanceof SignatureFault ? badSignature(error) : error;
  }
}

function verifiedSigner(exchange: Exchange, { managers, credentials, clock }: SignatureSearch): CredentialEntry {
  const signature = readSignature(fieldOf(exchange, 'signature-input'), fieldOf(exchange, 'signature'));
  for (const { id, verifier } of managers) {
    const credential = credentials.get(signatureKey(id, signature.keyId));
    const key = credential?.signingKey ?? null;
    if (credential === undefined || key === null) continue;
    const hasBody = exchange.bodyLength !== 0;
    verifier.check(messageOf(exchange), signature, { key, hasBody, now: clock.now() });
    return credential;
  }
  throw new SignatureFault('is by a key (keyid) that no Subscription names');
}

function messageOf(exchange: Exchange): SignedMessage {
  const { method, target, rawHeaders, authority } = exchange;
  const scheme = isHttps(exchange) ? 'https' : 'http';
  const port = scheme === 'https' ? ':443' : ':80';
  const lower = authority.toLowerCase();
  return {
    method,
    scheme,
    authority: lower.endsWith(port) ? lower.slice(0, -port.length) : lower,
    target,
    fields: rawHeaders,
  };
}

/** As the caller sees it: a proxy that ends TLS says so. */
function isHttps(exchange: Exchange): boolean {
  if (exchange.isTls) return true;
  return exchange.peerIsTrusted && fieldOf(exchange, 'x-forwarded-proto').toLowerCase() === 'https';
}
