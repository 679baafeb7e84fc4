import { execFile } from 'node:child_process';
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/**
 * What callers prove themselves by, and servers too: made anew for each run, in its own folder.
 *
 *   tls.crt, tls.key   of nginx and Simpul alike (ECDSA P-256)
 *   issuer.pem         the key of an identity provider (ES256)
 *   tokens             tokens of one client, one in each line, all different
 */
export const issuer = 'http://issuer.bench';
export const tokenClient = 'aplikasi';

/** More than a gateway remembers: in a round through all of them each is new to it. */
const manyTokens = 20_000;

export async function writeEvidence(folder: string): Promise<void> {
  const certificate = ['-keyout', join(folder, 'tls.key'), '-out', join(folder, 'tls.crt')];
  await promisify(execFile)('openssl', [
    ...['req', '-x509', '-nodes', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-days', '2'],
    ...['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1', ...certificate],
  ]);
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  await writeFile(join(folder, 'issuer.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  const tokens = Array.from({ length: manyTokens }, (_, i) => tokenOf(privateKey, i));
  await writeFile(join(folder, 'tokens'), `${tokens.join('\n')}\n`, { mode: 0o600 });
}

function tokenOf(key: KeyObject, number: number): string {
  const now = Math.floor(Date.now() / 1000);
  const claims = { iss: issuer, aud: 'bench', azp: tokenClient, sub: `user-${number}`, iat: now, exp: now + 86_400 };
  const parts = [{ alg: 'ES256', kid: 'bench', typ: 'at+jwt' }, claims];
  const text = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  return `${text}.${sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
}

export async function firstToken(folder: string): Promise<string> {
  const [token = ''] = (await readFile(join(folder, 'tokens'), 'utf8')).split('\n', 1);
  return token;
}

/** What a gateway is told of them. */
export interface ServerEvidence {
  /** PEM. */
  readonly certificate: string;
  readonly privateKey: string;
  /** A JWK set as JSON. */
  readonly jwks: string;
}

export async function readServerEvidence(folder: string): Promise<ServerEvidence> {
  const read = (file: string): Promise<string> => readFile(join(folder, file), 'utf8');
  const [certificate, privateKey, pem] = await Promise.all([read('tls.crt'), read('tls.key'), read('issuer.pem')]);
  const jwk = createPublicKey(createPrivateKey(pem)).export({ format: 'jwk' });
  const jwks = JSON.stringify({ keys: [{ ...jwk, kid: 'bench', alg: 'ES256', use: 'sig' }] });
  return { certificate, privateKey, jwks };
}
