import { type GatewayCode, GatewayError } from '../errors.ts';
import type { SignatureFault } from '../identity/signature-fault.ts';
import type { TokenFault } from '../identity/token-fault.ts';
import type { ApiEntry } from '../snapshot/model.ts';
import type { Proofs } from '../snapshot/proofs.ts';

/** Of a refusal that is about an API key. */
export const keyChallenge = { headers: ['WWW-Authenticate', 'ApiKey'] };

/** Nothing was shown: says what would be taken. No error attribute, as RFC 6750, 3.1 has it. */
export function nothingPresented(api: ApiEntry, proofs: Proofs): GatewayError {
  const { keyHeaders, issuers, certificates, signers } = proofs;
  const ways: string[] = [];
  const headers: string[] = [];
  if (issuers.length > 0) {
    ways.push('Send an access token as "Authorization: Bearer <token>".');
    headers.push('WWW-Authenticate', bearer(api.authentication.scopes));
  }
  if (keyHeaders.length > 0) {
    ways.push(keyDetail(keyHeaders));
    headers.push(...keyChallenge.headers);
  }
  if (signers.length > 0) {
    ways.push('Sign the request (RFC 9421) by a key that a Subscription names.');
    headers.push('WWW-Authenticate', 'Signature realm="simpul"', ...acceptSignature);
  }
  if (certificates.length > 0) ways.push(certificateDetail);
  return new GatewayError(codeOfNothing(proofs), ways.join(' '), { headers });
}

/** There is no challenge that asks for a certificate, so an API that takes nothing else does not answer 401. */
function codeOfNothing({ issuers, signers, keyHeaders }: Proofs): GatewayCode {
  if (issuers.length > 0 || signers.length > 0) return 'GW_CREDENTIAL_MISSING';
  return keyHeaders.length > 0 ? 'GW_API_KEY_MISSING' : 'GW_CLIENT_CERTIFICATE_MISSING';
}

const certificateDetail =
  'Show a client certificate that a Subscription names, on a connection whose listener asks for one.';

/** What a signature must cover (RFC 9421, 5.1). */
const acceptSignature = ['Accept-Signature', 'sig=("@method" "@authority" "@path" "@query");created;keyid'];

export function badSignature({ message }: SignatureFault): GatewayError {
  const headers = ['WWW-Authenticate', 'Signature realm="simpul"', ...acceptSignature];
  return new GatewayError('GW_SIGNATURE_INVALID', `The signature ${message}.`, { headers });
}

function keyDetail([header = 'x-api-key']: readonly string[]): string {
  return `Send your API key in the header "${header}" or as "Authorization: ApiKey <key>". A Subscription gives you one.`;
}

export function badToken({ code, message }: TokenFault): GatewayError {
  const description = `the token ${message}`;
  const challenge = `${bearer([])}, error="invalid_token", error_description="${description}"`;
  return new GatewayError(code, `${description[0]?.toUpperCase()}${description.slice(1)}.`, {
    headers: ['WWW-Authenticate', challenge],
  });
}

/** RFC 6750, 3.1: `needed` are all that the call needs, `missing` those that it lacks. */
export function scopeMissing(needed: readonly string[], missing: readonly string[]): GatewayError {
  const description = `the call needs the scope ${missing.join(' ')}`;
  const challenge = `${bearer(needed)}, error="insufficient_scope", error_description="${description}"`;
  const names = missing.map((scope) => `"${scope}"`).join(', ');
  return new GatewayError('GW_SCOPE_MISSING', `The credential lacks the scope ${names}.`, {
    headers: ['WWW-Authenticate', challenge],
    members: { missingScopes: missing.join(' ') },
  });
}

function bearer(scopes: readonly string[]): string {
  return scopes.length === 0 ? 'Bearer realm="simpul"' : `Bearer realm="simpul", scope="${scopes.join(' ')}"`;
}
