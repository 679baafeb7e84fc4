import { execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ControlPlaneError } from './errors.ts';

const run = promisify(execFile);

/** Files of one key and its certificate, PEM. */
export interface KeyPair {
  readonly keyFile: string;
  readonly certFile: string;
}

/** A throw-away certificate authority in one folder. Keys are P-256: making one costs a millisecond, RSA costs hundreds. */
export interface CertificateAuthority {
  readonly caFile: string;
  readonly caKeyFile: string;
  /** Certificate for a server that answers on these DNS names and addresses. */
  server(name: string, dns: readonly string[], addresses: readonly string[]): Promise<KeyPair>;
  /** Certificate that Kubernetes reads as this user in these groups. */
  client(user: string, groups: readonly string[]): Promise<KeyPair>;
}

export async function createAuthority(folder: string): Promise<CertificateAuthority> {
  const caKeyFile = await writeKey(folder, 'ca');
  const caFile = join(folder, 'ca.crt');
  await openssl([
    'req',
    '-x509',
    '-new',
    '-key',
    caKeyFile,
    '-subj',
    '/CN=simpul-test-ca',
    '-days',
    '30',
    '-out',
    caFile,
  ]);
  const authority = { folder, caFile, caKeyFile };
  let serial = 0;
  return {
    caFile,
    caKeyFile,
    server: (name, dns, addresses) => {
      const names = [...dns.map((host) => `DNS:${host}`), ...addresses.map((address) => `IP:${address}`)];
      const extensions = `extendedKeyUsage=serverAuth\nsubjectAltName=${names.join(',')}\n`;
      return sign(authority, { name, subject: `/CN=${name}`, extensions });
    },
    client: (user, groups) => {
      serial += 1;
      const subject = `${groups.map((group) => `/O=${escapeSubject(group)}`).join('')}/CN=${escapeSubject(user)}`;
      return sign(authority, { name: `client-${serial}`, subject, extensions: 'extendedKeyUsage=clientAuth\n' });
    },
  };
}

/** Writes a P-256 private key as `<name>.key`; for service accounts also its public half as `<name>.pub`. */
export async function writeKey(folder: string, name: string): Promise<string> {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const keyFile = join(folder, `${name}.key`);
  await writeFile(keyFile, privateKey.export({ type: 'sec1', format: 'pem' }), { mode: 0o600 });
  await writeFile(join(folder, `${name}.pub`), publicKey.export({ type: 'spki', format: 'pem' }));
  return keyFile;
}

interface Request {
  readonly name: string;
  readonly subject: string;
  readonly extensions: string;
}

async function sign(ca: { folder: string; caFile: string; caKeyFile: string }, request: Request): Promise<KeyPair> {
  const keyFile = await writeKey(ca.folder, request.name);
  const base = join(ca.folder, request.name);
  const [certFile, requestFile, extensionFile] = [`${base}.crt`, `${base}.csr`, `${base}.ext`];
  await writeFile(extensionFile, request.extensions);
  await openssl(['req', '-new', '-key', keyFile, '-subj', request.subject, '-out', requestFile]);
  await openssl([
    ...['x509', '-req', '-in', requestFile, '-CA', ca.caFile, '-CAkey', ca.caKeyFile, '-days', '30'],
    ...['-set_serial', String(process.hrtime.bigint()), '-extfile', extensionFile, '-out', certFile],
  ]);
  return { keyFile, certFile };
}

function escapeSubject(value: string): string {
  return value.replace(/[\\/+]/g, (special) => `\\${special}`);
}

async function openssl(args: readonly string[]): Promise<void> {
  try {
    await run('openssl', [...args]);
  } catch (error) {
    throw new ControlPlaneError(
      `openssl ${args[0]} failed; is openssl installed? (Debian: apt-get install openssl)`,
      error,
    );
  }
}
