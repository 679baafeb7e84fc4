import assert from 'node:assert/strict';
import { generateKeyPairSync, type JsonWebKey, type KeyObject, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TestCertificate } from './authority.ts';

/** A key of an issuer, with what its JWK says. */
export interface IssuerKey {
  readonly kid: string;
  readonly alg: string;
  readonly privateKey: KeyObject;
  readonly jwk: JsonWebKey & Record<string, unknown>;
}

const kinds: Readonly<Record<string, () => { publicKey: KeyObject; privateKey: KeyObject }>> = {
  RS: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
  PS: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
  ES256: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  ES384: () => generateKeyPairSync('ec', { namedCurve: 'P-384' }),
  ES512: () => generateKeyPairSync('ec', { namedCurve: 'P-521' }),
  EdDSA: () => generateKeyPairSync('ed25519'),
};

export function anIssuerKey(alg = 'EdDSA', kid = 'satu'): IssuerKey {
  const generate = kinds[alg] ?? kinds[alg.slice(0, 2)];
  assert.ok(generate, `no key for ${alg}`);
  const { publicKey, privateKey } = generate();
  return { kid, alg, privateKey, jwk: { ...publicKey.export({ format: 'jwk' }), kid, alg, use: 'sig' } };
}

/** Claims of a good token of `issuer`; `change` wins, and undefined takes a claim away. */
export function claimsOf(issuer: string, change: Record<string, unknown> = {}): Record<string, unknown> {
  const now = Math.floor(Date.now() / 1000);
  return { iss: issuer, aud: 'simpul', azp: 'perizinan', sub: 'user-1', iat: now, exp: now + 300, ...change };
}

/** Signs by its key; `header` wins over what the key says. Texts are taken as JSON that is written already. */
export function signedToken(
  { kid, alg, privateKey }: IssuerKey,
  claims: Record<string, unknown> | string,
  header: Record<string, unknown> | string = {},
): string {
  const head = typeof header === 'string' ? header : JSON.stringify({ alg, kid, typ: 'at+jwt', ...header });
  const body = typeof claims === 'string' ? claims : JSON.stringify(claims);
  const text = `${Buffer.from(head).toString('base64url')}.${Buffer.from(body).toString('base64url')}`;
  const hash = alg === 'EdDSA' ? null : `sha${alg.slice(2)}`;
  const pss = alg.startsWith('PS') ? { padding: 6, saltLength: -1 } : {};
  const signature = sign(hash, Buffer.from(text), { key: privateKey, dsaEncoding: 'ieee-p1363', ...pss });
  return `${text}.${signature.toString('base64url')}`;
}

/** An identity provider over real sockets, as far as gateways see one: discovery and keys. */
export interface TestIssuer {
  readonly issuer: string;
  readonly port: number;
  /** Paths that were asked for. */
  readonly asked: string[];
  /** Answered as JSON; change it to rotate. */
  keys: readonly IssuerKey[];
  /** Members of the discovery document that differ. */
  discovery: Record<string, unknown>;
  /** True: it answers 500. */
  broken: boolean;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

/** `tls`: it is an https one, with this certificate for 127.0.0.1. */
export async function aTestIssuer(keys: readonly IssuerKey[], tls?: TestCertificate): Promise<TestIssuer> {
  const answer: RequestListener = (request, response) => {
    issuer.asked.push(request.url ?? '');
    if (issuer.broken) response.writeHead(500).end();
    else if (request.url === '/keys') response.end(JSON.stringify({ keys: issuer.keys.map(({ jwk }) => jwk) }));
    else response.end(JSON.stringify({ issuer: origin, jwks_uri: `${origin}/keys`, ...issuer.discovery }));
  };
  const server: Server =
    tls === undefined
      ? createServer(answer)
      : createSecureServer({ cert: tls.certificate, key: tls.privateKey }, answer);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const origin = `http${tls === undefined ? '' : 's'}://127.0.0.1:${port}`;
  const issuer: TestIssuer = {
    ...{ issuer: origin, port, asked: [], keys, discovery: {}, broken: false },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return issuer;
}
