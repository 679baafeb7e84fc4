import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** PEM. */
export interface TestCertificate {
  readonly name: string;
  readonly certificate: string;
  readonly privateKey: string;
}

export interface CertificateWish {
  /** As openssl takes it: `/C=ID/O=Kota Tangerang/CN=perizinan`. */
  readonly subject?: string;
  /** As openssl takes it: `DNS:a.example,IP:127.0.0.1`. */
  readonly names?: string;
  /** Negative: it has expired. */
  readonly days?: number;
  /** As openssl takes it: `serverAuth`. Absent: any. */
  readonly purpose?: string;
  /** Arguments of `openssl req -newkey`. */
  readonly algorithm?: readonly string[];
}

/** A certificate authority of one test, by the real openssl. */
export interface TestAuthority {
  /** PEM. */
  readonly ca: string;
  issue(name: string, wish?: CertificateWish): Promise<TestCertificate>;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

const p256 = ['ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];

export async function anAuthority(commonName = 'simpul-test'): Promise<TestAuthority> {
  const folder = await mkdtemp(join(tmpdir(), 'simpul-ca-'));
  const openssl = (...args: string[]) => run('openssl', args, { cwd: folder });
  const make = ['req', '-x509', '-nodes', '-newkey', ...p256, '-keyout', 'ca.key', '-out', 'ca.crt'];
  await openssl(...make, '-days', '30', '-subj', `/CN=${commonName}`);
  return {
    ca: await readFile(join(folder, 'ca.crt'), 'utf8'),
    async issue(name, { subject = `/CN=${name}`, names = `DNS:${name}`, days = 10, purpose, algorithm = p256 } = {}) {
      const extensions = [`subjectAltName=${names}`, ...(purpose === undefined ? [] : [`extendedKeyUsage=${purpose}`])];
      const files = ['-keyout', `${name}.key`, '-out', `${name}.csr`, ...extensions.flatMap((one) => ['-addext', one])];
      await openssl('req', '-new', '-nodes', '-newkey', ...algorithm, ...files, '-subj', subject);
      // Not the file of serial numbers that openssl keeps: a test may ask for two certificates at once.
      const serial = `0x${randomBytes(8).toString('hex')}`;
      const signer = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-set_serial', serial, '-copy_extensions', 'copy'];
      const { stdout: certificate } = await openssl(
        ...['x509', '-req', '-in', `${name}.csr`, '-days', String(days)],
        ...signer,
      );
      return { name, certificate, privateKey: await readFile(join(folder, `${name}.key`), 'utf8') };
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
