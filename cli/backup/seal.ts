import { promisify } from 'node:util';
import { createGzip, gunzip } from 'node:zlib';
import { armor, Decrypter, Encrypter } from 'age-encryption';
import { describeError } from '#api/errors.ts';
import { CliError } from '../errors.ts';

/** How a backup is closed: for holders of keys, with a passphrase, or not at all. */
export type Seal =
  | { readonly recipients: readonly string[] }
  | { readonly passphrase: string }
  | { readonly unencrypted: true };

/** What may open it. */
export interface Keys {
  /** `AGE-SECRET-KEY-1…` */
  readonly identities: readonly string[];
  readonly passphrase?: string;
}

/** Most bytes that a backup unpacks to: 100,000 objects are some 400 MiB. */
const mostBytes = 3 * 2 ** 30;

/** Compresses, then encrypts in the format of age (age-encryption.org/v1), which the program `age` reads. */
export async function seal(lines: Iterable<Buffer>, how: Seal): Promise<Buffer> {
  const plain = await compress(lines);
  if ('unencrypted' in how) return plain;
  const encrypter = new Encrypter();
  if ('passphrase' in how) encrypter.setPassphrase(how.passphrase);
  else for (const recipient of how.recipients) addRecipient(encrypter, recipient);
  return Buffer.from(await encrypter.encrypt(plain));
}

function addRecipient(encrypter: Encrypter, recipient: string): void {
  try {
    encrypter.addRecipient(recipient);
  } catch (error) {
    const hint = 'it is the public part of a key of age, age1…';
    throw new CliError('CLI_ARGUMENT', `${recipient} is no recipient (${describeError(error)}): ${hint}`, {
      exitCode: 2,
    });
  }
}

async function compress(lines: Iterable<Buffer>): Promise<Buffer> {
  const stream = createGzip();
  const feed = async (): Promise<void> => {
    for (const line of lines) {
      if (!stream.write(line)) await new Promise((resolve) => stream.once('drain', resolve));
    }
    stream.end();
  };
  const fed = feed();
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  await fed;
  return Buffer.concat(chunks);
}

/** Throws CliError `CLI_BACKUP` when no key fits, or when a single bit is another. */
export async function unseal(file: Buffer, keys: Keys): Promise<Buffer> {
  const text = file.subarray(0, 64).toString('latin1');
  if (text.startsWith('age-encryption.org/')) return await decompress(await decrypt(file, keys));
  if (text.startsWith('-----BEGIN AGE ENCRYPTED FILE-----')) {
    return await decompress(await decrypt(Buffer.from(armor.decode(file.toString('latin1'))), keys));
  }
  if (file[0] === 0x1f && file[1] === 0x8b) return await decompress(file);
  throw new CliError('CLI_BACKUP', 'it is no backup: neither encrypted by age nor compressed by gzip');
}

async function decrypt(file: Buffer, { identities, passphrase }: Keys): Promise<Uint8Array> {
  const isByPassphrase = /^-> scrypt /m.test(file.subarray(0, 512).toString('latin1'));
  const given = isByPassphrase ? passphrase : identities.at(0);
  if (given === undefined) throw new CliError('CLI_BACKUP', isByPassphrase ? needsPassphrase : needsIdentity);

  const decrypter = new Decrypter();
  if (isByPassphrase) decrypter.addPassphrase(given);
  else for (const identity of identities) addIdentity(decrypter, identity);
  return await decrypter.decrypt(file).catch((error: unknown) => {
    throw notOpened(describeError(error), isByPassphrase);
  });
}

function notOpened(why: string, isByPassphrase: boolean): CliError {
  if (!why.includes('no identity matched')) return damaged(why);
  return new CliError('CLI_BACKUP', isByPassphrase ? 'the passphrase is another' : 'it is encrypted for another key');
}

function damaged(why: string): CliError {
  return new CliError('CLI_BACKUP', `the backup is damaged, and nothing of it is used: ${why}`);
}

const needsPassphrase = 'it is encrypted with a passphrase: give --passphrase-file, or SIMPUL_BACKUP_PASSPHRASE';
const needsIdentity = 'it is encrypted for a key: give the file that holds its secret part as --identity';

function addIdentity(decrypter: Decrypter, identity: string): void {
  try {
    decrypter.addIdentity(identity);
  } catch {
    // What it was is secret.
    throw new CliError('CLI_BACKUP', 'the identity is no secret key of age, AGE-SECRET-KEY-1…');
  }
}

const unzip = promisify(gunzip);

async function decompress(content: Uint8Array): Promise<Buffer> {
  try {
    return await unzip(content, { maxOutputLength: mostBytes });
  } catch (error) {
    throw damaged(describeError(error));
  }
}
