import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { signatureAlgorithms } from '#api/json-web-key.ts';
import { GatewayError } from '../errors.ts';
import { TestClock } from '../testing/test-clock.ts';
import { anIssuerKey, type IssuerKey, signedToken } from '../testing/test-issuer.ts';
import { KeySet } from './key-set.ts';
import type { KeySource } from './key-sources.ts';
import { ShownToken } from './shown-token.ts';
import { checkBinding } from './token-claims.ts';
import { TokenFault } from './token-fault.ts';
import { TokenVerifier, type TokenVerifierOptions, type Verification } from './token-verifier.ts';

const issuer = 'https://sso.example.go.id/realms/spbe';
const key = anIssuerKey();
const rsa = anIssuerKey('RS256', 'rsa');
const now = Math.floor(new TestClock().now() / 1000);
const good = { iss: issuer, aud: 'simpul', azp: 'perizinan', sub: 'user-1', exp: now + 300 };

/** A verifier on a clock that stands still, by keys that are there already. */
function aVerifier(keys: readonly IssuerKey[] = [key, rsa], change: Partial<TokenVerifierOptions> = {}) {
  const clock = new TestClock();
  const counts: Verification[] = [];
  const source = {
    current: keySet(keys) as KeySet | null,
    ageMs: 0,
    refresh: (): Promise<void> | undefined => undefined,
  };
  const rules = {
    issuer,
    audiences: ['simpul'],
    applicationClaim: undefined,
    scopesClaim: undefined,
    clockLeewayMs: 30_000,
    isOwn: false,
  };
  const options = { keyManager: 'simpul-system/sso', rules, algorithms: signatureAlgorithms, clock, ...change };
  const verifier = new TokenVerifier({
    ...options,
    keys: source satisfies KeySource,
    count: (one) => counts.push(one),
  });
  return { verifier, clock, counts, source };
}

function keySet(keys: readonly IssuerKey[]): KeySet | undefined {
  return KeySet.of({ keys: keys.map(({ jwk }) => jwk) });
}

/** `good`, or why not. */
function outcome(token: string, keys?: readonly IssuerKey[], change?: Partial<TokenVerifierOptions>): string {
  try {
    const identity = aVerifier(keys, change).verifier.verify(new ShownToken(token));
    assert.ok(!(identity instanceof Promise));
    return 'good';
  } catch (error) {
    assert.ok(error instanceof TokenFault, String(error));
    assert.match(error.message, /^[\x20-\x7e]+$/);
    assert.doesNotMatch(error.message, /["\\]/);
    return error.code === 'GW_TOKEN_EXPIRED' ? `expired: ${error.message}` : error.message;
  }
}

const claims = (change: Record<string, unknown>): string => signedToken(key, { ...good, ...change });
const header = (change: Record<string, unknown>): string => signedToken(key, good, change);
const [head = '', body = '', signature = ''] = signedToken(key, good).split('.');

/** A token whose algorithm says HMAC, by the public key as its secret (RFC 8725, 2.1). */
function confused(): string {
  const text = `${Buffer.from('{"alg":"HS256","kid":"rsa"}').toString('base64url')}.${body}`;
  const secret = JSON.stringify(rsa.jwk);
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
}

const cases: Readonly<Record<string, readonly [token: string, expected: string]>> = {
  'a good token': [signedToken(key, good), 'good'],
  'typ JWT': [header({ typ: 'JWT' }), 'good'],
  'typ as a media type, in other case': [header({ typ: 'application/AT+JWT' }), 'good'],
  'no typ': [header({ typ: undefined }), 'good'],
  'an audience among several': [claims({ aud: ['lain', 'simpul'] }), 'good'],
  'client_id instead of azp': [claims({ azp: undefined, client_id: 'perizinan' }), 'good'],
  'a clock that is 29 s behind': [claims({ exp: now - 29 }), 'good'],
  'an nbf and iat 30 s ahead': [claims({ nbf: now + 30, iat: now + 30 }), 'good'],
  'purpose Bearer, as Keycloak says it': [claims({ typ: 'Bearer' }), 'good'],
  expired: [claims({ exp: now - 30 }), 'expired: has expired'],
  'no exp': [claims({ exp: undefined }), 'does not say when it expires'],
  'exp as text': [claims({ exp: String(now + 300) }), 'has an exp that is no time'],
  'exp without end': [claims({ exp: 1e300 }), 'has an exp that is no time'],
  'not valid yet': [claims({ nbf: now + 31 }), 'is not valid yet'],
  'issued in the future': [claims({ iat: now + 31 }), 'was issued in the future'],
  'another issuer': [claims({ iss: 'https://lain' }), 'is of another issuer'],
  'the issuer with a slash': [claims({ iss: `${issuer}/` }), 'is of another issuer'],
  'no issuer': [claims({ iss: undefined }), 'is of another issuer'],
  'another audience': [claims({ aud: ['simpul2'] }), 'is for another audience'],
  'no audience': [claims({ aud: undefined }), 'is for another audience'],
  'no client': [claims({ azp: undefined }), 'names no client'],
  'an ID token by its claims': [claims({ at_hash: 'x' }), 'is no access token'],
  'an ID token by its purpose': [claims({ typ: 'ID' }), 'is no access token: its claim typ is not Bearer'],
  'a refresh token': [claims({ typ: 'Refresh' }), 'is no access token: its claim typ is not Bearer'],
  'a logout token': [header({ typ: 'logout+jwt' }), 'is no access token: its typ is neither at+jwt nor JWT'],
  'a DPoP proof': [header({ typ: 'dpop+jwt' }), 'is no access token: its typ is neither at+jwt nor JWT'],
  'a wrong signature': [`${head}.${body}.${'A'.repeat(86)}`, 'has a wrong signature'],
  'no signature': [`${head}.${body}.`, 'has a wrong signature'],
  'other claims under the same signature': [
    `${head}.${claims({ azp: 'lain' }).split('.')[1]}.${signature}`,
    'has a wrong signature',
  ],
  'alg none': [signedToken(key, good, { alg: 'none' }), 'is signed by an algorithm that is not accepted'],
  'alg nOnE': [signedToken(key, good, { alg: 'nOnE' }), 'is signed by an algorithm that is not accepted'],
  'HMAC by the public key': [confused(), 'is signed by an algorithm that is not accepted'],
  'no alg': [header({ alg: undefined }), 'names no algorithm'],
  'a key of another type': [header({ kid: 'rsa' }), 'is signed by a key that is not known'],
  'another algorithm than the key is for': [
    signedToken({ ...rsa, alg: 'RS512' }, good),
    'is signed by a key that is not known',
  ],
  'an unknown key': [header({ kid: '../../etc/passwd' }), 'is signed by a key that is not known'],
  'no kid where one key fits': [header({ kid: undefined }), 'good'],
  'a kid that is no text': [header({ kid: 5 }), 'has a kid that is no text'],
  'a key of its own in the header': [header({ kid: 'x', jwk: key.jwk }), 'is signed by a key that is not known'],
  'an address of keys in the header': [header({ jku: 'https://lain/keys' }), 'good'],
  'a critical extension': [header({ crit: ['exp'], exp: 1 }), 'has critical extensions'],
  'an empty list of critical extensions': [header({ crit: [] }), 'has critical extensions'],
  'an unencoded payload': [header({ b64: false }), 'has critical extensions'],
  'a name twice in the claims': [signedToken(key, `{"iss":"x",${JSON.stringify(good).slice(1)}`), 'has a name twice'],
  'a name twice, written otherwise': [
    signedToken(key, `{"\\u0069ss":"x",${JSON.stringify(good).slice(1)}`),
    'has a name twice',
  ],
  'a name twice in the header': [
    signedToken(key, good, '{"alg":"none","alg":"EdDSA","kid":"satu"}'),
    'has a name twice',
  ],
  'claims that are no object': [signedToken(key, '[]'), 'is not a JSON object'],
  'claims that are no JSON': [signedToken(key, '{'), 'is not JSON'],
  'claims without end': [signedToken(key, `${'{"a":'.repeat(40)}1${'}'.repeat(40)}`), 'is nested too deeply'],
  'two parts': [`${head}.${body}`, 'is not three parts of base64url without padding'],
  'four parts': [`${head}.${body}.${signature}.`, 'is not three parts of base64url without padding'],
  'five parts, as encrypted tokens have': [
    `${head}.${body}.${signature}.a.b`,
    'is not three parts of base64url without padding',
  ],
  padding: [`${head}.${body}.${signature}==`, 'is not three parts of base64url without padding'],
  'the alphabet of base64': [
    `${head}.${body}.${signature.replace(/.$/, '+')}`,
    'is not three parts of base64url without padding',
  ],
  'unused bits that are set': [
    `${head}.${body}.${nextLetter(signature)}`,
    'is not three parts of base64url without padding',
  ],
  'a token that is too long': [claims({ pad: 'x'.repeat(12_288) }), 'is too long'],
  'members of Object.prototype': [claims({ azp: undefined, __proto__: { client_id: 'x' } }), 'names no client'],
};

/** The last letter of 64 bytes has four unused bits. */
function nextLetter(text: string): string {
  return `${text.slice(0, -1)}${String.fromCharCode(text.charCodeAt(text.length - 1) + 1)}`;
}

for (const [name, [token, expected]] of Object.entries(cases)) {
  test(`a token: ${name}`, () => assert.equal(outcome(token), expected));
}

test('an algorithm that the KeyManager does not name is refused although a key is for it', () => {
  assert.equal(outcome(signedToken(rsa, good)), 'good');
  assert.equal(
    outcome(signedToken(rsa, good), [rsa], { algorithms: ['ES256'] }),
    'is signed by an algorithm that is not accepted',
  );
});

test('keys that are not for signatures, too weak or doubled are no keys', () => {
  const jwk = (change: Record<string, unknown>): IssuerKey => ({ ...key, jwk: { ...key.jwk, ...change } });
  const token = signedToken(key, good);
  for (const one of [
    jwk({ use: 'enc' }),
    jwk({ key_ops: ['encrypt'] }),
    jwk({ alg: 'RS256' }),
    jwk({ x: 'AA' }),
    jwk({ crv: 'X25519' }),
  ]) {
    assert.equal(outcome(token, [one, rsa]), 'is signed by a key that is not known');
  }
  assert.equal(outcome(token, [key, key]), 'is signed by a key that is not known');
  assert.equal(
    outcome(header({ kid: undefined }), [key, { ...anIssuerKey(), kid: 'dua' }]),
    'is signed by a key that is not known',
  );
  assert.equal(keySet([jwk({ kty: 'oct', k: 'c2VjcmV0' })]), undefined);
});

test('claims of other names lead to client and scopes', () => {
  const rules = {
    issuer,
    audiences: ['simpul'],
    clockLeewayMs: 0,
    isOwn: false,
    applicationClaim: 'https://x/app.id',
    scopesClaim: 'realm_access.roles',
  };
  const { verifier } = aVerifier([key], { rules });
  const token = signedToken(key, { ...good, 'https://x/app.id': 'dasbor', realm_access: { roles: ['a', 'b c', 5] } });
  const identity = verifier.verify(new ShownToken(token));
  assert.ok(!(identity instanceof Promise));
  assert.equal(identity.clientId, 'dasbor');
  assert.deepEqual([...identity.scopes], ['a', 'b c']);
});

test('a verified token is remembered for a minute, within its life, under the same keys', () => {
  const { verifier, clock, counts, source } = aVerifier();
  const token = signedToken(key, { ...good, exp: now + 70 });
  const calls = (): Verification | undefined => {
    try {
      verifier.verify(new ShownToken(token));
    } catch {}
    return counts.at(-1);
  };
  assert.deepEqual([calls(), calls()], ['verified', 'cached']);
  clock.advance(60_000);
  assert.deepEqual([calls(), calls()], ['verified', 'cached']);
  source.current = keySet([rsa, key]) ?? null;
  assert.deepEqual([calls(), calls()], ['verified', 'cached'], 'other keys');
  clock.advance(40_000);
  assert.equal(calls(), 'refused', 'expired, leeway included');
  source.current = keySet([rsa]) ?? null;
  assert.equal(calls(), 'refused');
});

test('a bad signature is remembered too, and forgotten with the keys', () => {
  const other = { ...anIssuerKey(), kid: key.kid };
  const { verifier, source } = aVerifier();
  const token = signedToken(other, good);
  for (let i = 0; i < 2; i++) assert.throws(() => verifier.verify(new ShownToken(token)), TokenFault);
  source.current = keySet([other]) ?? null;
  verifier.verify(new ShownToken(token));
});

test('while there are no keys, calls wait for those that are being fetched; then nobody can tell', async () => {
  const { verifier, source } = aVerifier();
  const keys = source.current;
  source.current = null;
  const token = signedToken(key, good);
  const error = await assert.rejects(async () => verifier.verify(new ShownToken(token)), GatewayError);
  assert.equal(error, undefined);
  const fetched = Promise.withResolvers<void>();
  source.refresh = () => fetched.promise;
  const waiting = verifier.verify(new ShownToken(token));
  source.current = keys;
  fetched.resolve();
  assert.equal((await waiting).clientId, 'perizinan');
});

test('only so many calls wait for keys; further ones are told so at once', async () => {
  const { verifier, source } = aVerifier();
  const keys = source.current;
  source.current = null;
  const fetched = Promise.withResolvers<void>();
  source.refresh = () => fetched.promise;
  const token = signedToken(key, good);
  const waiting = Array.from({ length: 512 }, () => verifier.verify(new ShownToken(token)));
  await assert.rejects(async () => verifier.verify(new ShownToken(token)), GatewayError);
  source.current = keys;
  fetched.resolve();
  for (const identity of await Promise.all(waiting)) assert.equal(identity.clientId, 'perizinan');
});

test('a token that is bound to a key needs the certificate of that key', async () => {
  const { verifier } = aVerifier();
  const bound = (cnf: unknown) => verifier.verify(new ShownToken(claims({ cnf })));
  const certificate = await bound({ 'x5t#S256': 'abc' });
  checkBinding(certificate, 'abc');
  checkBinding(await bound(undefined), undefined);
  for (const shown of [undefined, 'abd']) {
    assert.throws(() => checkBinding(certificate, shown), /does not show/);
  }
  for (const cnf of [{ jkt: 'abc' }, {}, null, 'abc', { 'x5t#S256': 5 }]) {
    const identity = await bound(cnf);
    assert.throws(() => checkBinding(identity, 'abc'), /not supported/);
  }
});
