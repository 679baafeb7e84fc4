import { clientKey } from '#api/compiled/contract.ts';
import type { Clock } from '../clock.ts';
import { GatewayError } from '../errors.ts';
import type { Exchange } from '../exchange.ts';
import type { KnownProof } from '../field-memory.ts';
import { looksLikeJws } from '../identity/json-web-signature.ts';
import { ShownToken } from '../identity/shown-token.ts';
import { checkBinding, isBound, statedIssuer, type TokenIdentity } from '../identity/token-claims.ts';
import { TokenFault } from '../identity/token-fault.ts';
import type { ApiEntry, CredentialEntry, GatewayEntry, SignatureEntry, TokenEntry } from '../snapshot/model.ts';
import type { Proofs } from '../snapshot/proofs.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import type { ClientCertificate } from '../tls/client-certificate.ts';
import { badToken, keyChallenge, nothingPresented } from './challenges.ts';
import { CredentialFinder } from './credential-finder.ts';
import type { Filter } from './filter.ts';
import { buildKeyDigest, maxKeyLength } from './key-digest.ts';
import { findPresented } from './presented.ts';
import { ownerOf, shownCertificate } from './shown-certificate.ts';
import { signerOf } from './signed-request.ts';
import { ownerOfToken } from './token-endpoint.ts';

/**
 * Finds who calls: what was presented, of what the KeyManagers of the API take, and the Subscription that it belongs to.
 * Exactly one proof decides; two of different kinds are refused. A certificate decides where nothing else is presented: it
 * belongs to the connection, and a token may be bound to it. The fields that may carry one stop here. An API with
 * mode None looks at nothing; with mode Optional what is presented must still be good.
 */
export function credential(snapshot: Pick<Snapshot, 'credentials' | 'subscriptions'>, clock: Clock): Filter {
  const digests = new FinderOfGateway();
  const { credentials } = snapshot;

  function acceptKey(exchange: Exchange, gateway: GatewayEntry, key: string): void {
    const found = isKey(key) ? digests.of(gateway).find(key, credentials) : undefined;
    if (found === undefined) {
      const detail = 'The API key belongs to no Subscription that is in force.';
      throw new GatewayError('GW_API_KEY_UNKNOWN', detail, keyChallenge);
    }
    checkTime(found, clock.now(), 'GW_API_KEY_EXPIRED');
    accept(exchange, found);
  }

  function acceptToken(exchange: Exchange, issuers: readonly TokenEntry[], token: ShownToken): void | Promise<void> {
    try {
      const issuer = issuerOf(token.text, issuers);
      const identity = issuer.verifier.verify(token);
      if (!(identity instanceof Promise)) return acceptIdentity(exchange, issuer, identity);
      return identity.then((verified) => acceptIdentity(exchange, issuer, verified)).catch(refuseToken);
    } catch (error) {
      return refuseToken(error);
    }
  }

  function acceptIdentity(exchange: Exchange, { id, endpoint }: TokenEntry, identity: TokenIdentity): void {
    if (isBound(identity)) checkBinding(identity, certificateOf(exchange)?.thumbprint);
    exchange.token = identity;
    exchange.claims = identity.claims;
    const found =
      endpoint === null ? credentials.get(clientKey(id, identity.clientId)) : ownerOfToken(identity.claims, snapshot);
    if (found === undefined && endpoint !== null) throw new TokenFault('ended with the API key that it was given for');
    if (found === undefined) {
      const detail = `The token is good, but no Subscription names the client "${identity.clientId}" of the KeyManager "${id}" (credentials[].oidc.clientId).`;
      throw new GatewayError('GW_CLIENT_UNKNOWN', detail);
    }
    acceptNow(exchange, found);
  }

  function acceptSigner(exchange: Exchange, managers: readonly SignatureEntry[]): void | Promise<void> {
    const signer = signerOf(exchange, { managers, credentials, clock });
    if (!(signer instanceof Promise)) return acceptNow(exchange, signer);
    return signer.then((found) => acceptNow(exchange, found));
  }

  function acceptNow(exchange: Exchange, found: CredentialEntry): void {
    checkTime(found, clock.now(), 'GW_CLIENT_UNKNOWN');
    accept(exchange, found);
  }

  /** Nothing is presented by the call itself. */
  function acceptConnection(exchange: Exchange, api: ApiEntry, proofs: Proofs): void {
    const { certificates: managers } = proofs;
    const certificate = managers.length === 0 ? null : certificateOf(exchange);
    if (certificate !== null) acceptNow(exchange, ownerOf(certificate, { managers, credentials, now: clock.now() }));
    else if (needsProof(api)) throw nothingPresented(api, proofs);
  }

  return {
    name: 'credential',
    onRequest(exchange) {
      const { api, gateway } = exchange;
      if (api === null || gateway === null || !looksAtProofs(api)) return undefined;
      const proofs = api.authentication.accepted.now();
      exchange.proofs = proofs;
      const { key, token, isSigned } = presentedBy(exchange, proofs);
      if (isSigned) return acceptSigner(exchange, proofs.signers);
      if (token !== null) return acceptToken(exchange, proofs.issuers, token);
      if (key !== '') return acceptKey(exchange, gateway, key);
      return acceptConnection(exchange, api, proofs);
    },
  };
}

function presentedBy({ memory }: Exchange, proofs: Proofs): KnownProof {
  if (memory.presented?.to === proofs) return memory.presented;
  const { key, token, isSigned } = findPresented(memory.fields, proofs);
  memory.presented = { to: proofs, key, token: token === '' ? null : new ShownToken(token), isSigned };
  return memory.presented;
}

/** A draft needs a proof whatever its mode says: only Subscriptions of its own namespace may call it. */
function looksAtProofs(api: ApiEntry): boolean {
  return api.authentication.mode !== 'None' || api.lifecycle.state === 'Draft';
}

function needsProof(api: ApiEntry): boolean {
  return api.authentication.mode === 'Required' || api.lifecycle.state === 'Draft';
}

function checkTime(
  { name, notBefore, notAfter }: CredentialEntry,
  now: number,
  code: 'GW_API_KEY_EXPIRED' | 'GW_CLIENT_UNKNOWN',
): void {
  if (now >= notBefore && now <= notAfter) return;
  const detail = `The credential "${name}" of the Subscription is not valid now.`;
  throw new GatewayError(code, detail, code === 'GW_API_KEY_EXPIRED' ? keyChallenge : undefined);
}

function accept(exchange: Exchange, found: CredentialEntry): void {
  exchange.credential = found;
  exchange.subscription = found.subscription;
}

function certificateOf(exchange: Exchange): ClientCertificate | null {
  return exchange.gateway === null ? null : shownCertificate(exchange, exchange.gateway);
}

/**
 * Who is to say whether the token is good: the issuer that it names, or else whoever is asked about tokens of any form; of
 * two the one that the API names first. A token is shown to no one else.
 */
function issuerOf(token: string, issuers: readonly TokenEntry[]): TokenEntry {
  const [first] = issuers;
  if (first !== undefined && issuers.length === 1) return first;
  const stated = looksLikeJws(token) ? statedIssuer(token) : undefined;
  const issuer =
    issuers.find((one) => one.issuer !== undefined && one.issuer === stated) ??
    issuers.find((one) => one.issuer === undefined);
  if (issuer === undefined) throw new TokenFault('is of another issuer');
  return issuer;
}

function refuseToken(error: unknown): never {
  throw error instanceof TokenFault ? badToken(error) : error;
}

/** The finder for the gateway as it is configured now; made anew only when the pepper's owner changes. */
class FinderOfGateway {
  #gateway: GatewayEntry | null = null;
  #finder = new CredentialFinder(() => '');

  of(gateway: GatewayEntry): CredentialFinder {
    if (this.#gateway !== gateway) {
      this.#gateway = gateway;
      this.#finder = new CredentialFinder(buildKeyDigest(gateway.pepper));
    }
    return this.#finder;
  }
}

const keyPattern = /^[\x21-\x7e]+$/;

function isKey(text: string): boolean {
  return text.length <= maxKeyLength && keyPattern.test(text);
}
