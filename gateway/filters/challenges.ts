import { GatewayError } from '../errors.ts';
import type { TokenFault } from '../identity/token-fault.ts';
import type { ApiEntry } from '../snapshot/model.ts';
import type { Proofs } from '../snapshot/proofs.ts';

/** Of a refusal that is about an API key. */
export const keyChallenge = { headers: ['WWW-Authenticate', 'ApiKey'] };

/** Nothing was shown: says what would be taken. No error attribute, as RFC 6750, 3.1 has it. */
export function nothingPresented(api: ApiEntry, proofs: Proofs): GatewayError {
  const { keyHeaders, issuers } = proofs;
  if (issuers.length === 0) return new GatewayError('GW_API_KEY_MISSING', keyDetail(keyHeaders), keyChallenge);
  const token = 'Send an access token as "Authorization: Bearer <token>".';
  const detail = keyHeaders.length === 0 ? token : `${token} ${keyDetail(keyHeaders)}`;
  const headers = ['WWW-Authenticate', bearer(api.authentication.scopes)];
  if (keyHeaders.length > 0) headers.push(...keyChallenge.headers);
  return new GatewayError('GW_CREDENTIAL_MISSING', detail, { headers });
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
