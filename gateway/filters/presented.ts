import { GatewayError } from '../errors.ts';
import type { Proofs } from '../snapshot/proofs.ts';

/** What a call shows of what its API takes; empty texts: nothing of that kind. */
interface Presented {
  readonly key: string;
  readonly token: string;
  /** It says that it is signed. */
  readonly isSigned: boolean;
}

/** The same object for each call: read it at once. */
const presented = { key: '', token: '', isSigned: false };

/** Finds the proof in flat `fields`. Two that differ are refused (RFC 6750, 2); the same one twice is not. */
export function findPresented(fields: readonly string[], proofs: Proofs): Presented {
  presented.key = '';
  presented.token = '';
  presented.isSigned = false;
  for (let i = 0; i < fields.length; i += 2) take(fields[i] ?? '', fields[i + 1] ?? '', proofs);
  const isKeyOrToken = presented.key !== '' || presented.token !== '';
  if (presented.isSigned && isKeyOrToken) {
    throw new GatewayError(
      'GW_CREDENTIAL_AMBIGUOUS',
      'The call is signed and carries an API key or a token; send one.',
    );
  }
  if (presented.key === '' || presented.token === '') return presented;
  throw new GatewayError('GW_CREDENTIAL_AMBIGUOUS', 'The call carries an API key and a token; send one.');
}

function take(name: string, value: string, proofs: Proofs): void {
  if (name.length === 13 && name.toLowerCase() === 'authorization') takeAuthorization(value, proofs);
  else if (isKeyHeader(name, proofs.keyHeaders)) takeKey(value);
  else if (proofs.signers.length > 0 && isSignature(name)) presented.isSigned = true;
}

function takeAuthorization(value: string, { keyHeaders, issuers }: Proofs): void {
  if (keyHeaders.length > 0 && hasScheme(value, 'apikey')) takeKey(value.slice(7).trim());
  else if (issuers.length > 0 && hasScheme(value, 'bearer')) takeToken(value.slice(7).trim());
}

function takeKey(key: string): void {
  if (key === '' || key === presented.key) return;
  if (presented.key !== '') {
    throw new GatewayError('GW_API_KEY_AMBIGUOUS', 'The call carries two different API keys; send one.');
  }
  presented.key = key;
}

function takeToken(token: string): void {
  if (token === presented.token) return;
  if (presented.token !== '') {
    throw new GatewayError('GW_CREDENTIAL_AMBIGUOUS', 'The call carries two different tokens; send one.');
  }
  presented.token = token;
}

/** Either field: half a signature is refused, not overlooked. */
function isSignature(name: string): boolean {
  if (name.length !== 9 && name.length !== 15) return false;
  const lower = name.toLowerCase();
  return lower === 'signature' || lower === 'signature-input';
}

function isKeyHeader(name: string, keyHeaders: readonly string[]): boolean {
  for (const header of keyHeaders) {
    if (header.length === name.length && name.toLowerCase() === header) return true;
  }
  return false;
}

/** Schemes are case-insensitive (RFC 9110, 11.1); both that are known have six letters. */
function hasScheme(value: string, scheme: 'apikey' | 'bearer'): boolean {
  return value.charCodeAt(6) === 0x20 && value.slice(0, 6).toLowerCase() === scheme;
}

/**
 * Whether a field stops here because it carries, or could carry, what a caller proves itself by. `Authorization: ApiKey`
 * is ours whatever the API takes.
 */
export function carriesProof({ keyHeaders, stopsToken, signers }: Proofs, name: string, value: string): boolean {
  if (name.length === 13 && name.toLowerCase() === 'authorization') {
    return hasScheme(value, 'apikey') || (stopsToken && hasScheme(value, 'bearer'));
  }
  return isKeyHeader(name, keyHeaders) || (signers.length > 0 && isSignature(name));
}
