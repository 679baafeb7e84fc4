import { readFile, writeFile } from 'node:fs/promises';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { describeError } from '#api/errors.ts';
import type { CliConfig } from '../config.ts';
import { CliError } from '../errors.ts';
import type { BackupFlags, RestoreFlags } from './command.ts';
import type { Keys, Seal } from './seal.ts';

const shortestPassphrase = 12;
const passphraseVariable = 'SIMPUL_BACKUP_PASSPHRASE';

/** How a backup is to be closed. One way must be said: nobody writes plain Secrets by forgetting a flag. */
export async function sealOf(flags: BackupFlags, { env }: CliConfig): Promise<Seal> {
  const recipients = [...flags.recipient, ...(await linesIn(flags.recipientsFile))];
  const variable = env[passphraseVariable];
  const isByPassphrase = flags.passphraseFile !== undefined || (recipients.length === 0 && variable !== undefined);
  const ways = [recipients.length > 0, isByPassphrase, flags.unencrypted === true].filter(Boolean).length;
  if (ways !== 1) {
    const message = `a backup holds every key of the installation: say who can open it, by one of --recipient, --passphrase-file, ${passphraseVariable} and --unencrypted`;
    throw new CliError('CLI_ARGUMENT', message, { exitCode: 2 });
  }
  if (flags.unencrypted === true) return { unencrypted: true };
  if (!isByPassphrase) return { recipients };
  const passphrase = (await textIn(flags.passphraseFile))?.trimEnd() ?? variable ?? '';
  if (passphrase.length >= shortestPassphrase) return { passphrase };
  const message = `the passphrase has ${passphrase.length} characters and needs ${shortestPassphrase} or more: whoever has the file can guess without end`;
  throw new CliError('CLI_ARGUMENT', message, { exitCode: 2 });
}

/** What may open a backup. */
export async function keysOf(flags: RestoreFlags, { env }: CliConfig): Promise<Keys> {
  const files = await Promise.all(flags.identity.map(linesIn));
  const passphrase = (await textIn(flags.passphraseFile))?.trimEnd() ?? env[passphraseVariable];
  return { identities: files.flat(), ...(passphrase === undefined ? {} : { passphrase }) };
}

/** Makes a key: its secret part goes into `file`, in the form of `age-keygen`. Gives the public part. */
export async function makeKey(file: string, now: Date): Promise<string> {
  const identity = await generateX25519Identity();
  const recipient = await identityToRecipient(identity);
  const text = `# created: ${now.toISOString()}\n# public key: ${recipient}\n${identity}\n`;
  await writeFile(file, text, { mode: 0o600, flag: 'wx' }).catch((error: unknown) => {
    throw new CliError('CLI_INPUT', `${file} cannot be written: ${describeError(error)}`);
  });
  return recipient;
}

/** Lines of a file of recipients or identities, without comments. */
async function linesIn(file: string | undefined): Promise<string[]> {
  const lines = ((await textIn(file)) ?? '').split('\n').map((line) => line.trim());
  return lines.filter((line) => line !== '' && !line.startsWith('#'));
}

async function textIn(file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return undefined;
  return await readFile(file, 'utf8').catch((error: unknown) => {
    throw new CliError('CLI_INPUT', `${file} cannot be read: ${describeError(error)}`);
  });
}
