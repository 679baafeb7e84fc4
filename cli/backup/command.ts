import { type Command, InvalidArgumentError } from 'commander';
import type { CommandContext } from '../context.ts';

interface CommonFlags {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly endpoint?: string;
  readonly installation: string;
}

export interface BackupFlags extends CommonFlags {
  readonly output?: string;
  readonly recipient: readonly string[];
  readonly recipientsFile?: string;
  readonly passphraseFile?: string;
  readonly unencrypted?: boolean;
  readonly class?: string;
  readonly generateKey?: string;
}

export interface RestoreFlags extends CommonFlags {
  readonly identity: readonly string[];
  readonly passphraseFile?: string;
  readonly namespace?: string;
  readonly check?: boolean;
  readonly dryRun?: boolean;
  readonly overwrite?: boolean;
}

export function registerBackup(program: Command, context: CommandContext, done: (code: number) => void): void {
  const name = context.config.programName;
  common(
    program
      .command('backup')
      .summary('save all objects and keys of an installation, encrypted')
      .description(
        'Saves everything that makes an installation what it is into one file, or an object of an S3-compatible bucket: Tenants,\n' +
          'ApiGateways, KeyManagers, ApiServices, Subscriptions and Approvals with who was accepted first, and the Secrets, ConfigMaps\n' +
          'and Namespaces that belong to them. It only reads, and never overwrites an older backup.',
      )
      .option(
        '-o, --output <place>',
        'file, FOLDER/, s3://BUCKET/NAME or s3://BUCKET/FOLDER/ (default: a file named by the time)',
      )
      .option('-r, --recipient <key>', 'encrypt for this public key, age1...; repeat it', append, [])
      .option('--recipients-file <file>', 'the same, one key in a line')
      .option('--passphrase-file <file>', 'encrypt with the passphrase in this file (or in SIMPUL_BACKUP_PASSPHRASE)')
      .option('--unencrypted', 'do not encrypt: whoever reads it has every key')
      .option('--class <name>', 'leave out Tenants and ApiGateways of other classes, and their namespaces')
      .option('--generate-key <file>', 'make a key instead: write its secret part, print the public one'),
  )
    .addHelpText(
      'after',
      `
The format is that of age (https://age-encryption.org), so "age --decrypt" opens it, too. A bucket is reached with
AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_REGION and AWS_ENDPOINT_URL_S3 of the environment.

Examples:
  ${name} backup --generate-key kunci.txt
  ${name} backup --recipient age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p
  ${name} backup --passphrase-file kata-sandi -o s3://cadangan/simpul/ --endpoint https://s3.bantenprov.go.id

Exit codes: 0 written, 1 something could not be read or written, 2 wrong usage.`,
    )
    .action(async (flags: BackupFlags) => {
      const { runBackup } = await import('./run-backup.ts');
      done(await runBackup(flags, context));
    });
}

export function registerRestore(program: Command, context: CommandContext, done: (code: number) => void): void {
  const name = context.config.programName;
  common(
    program
      .command('restore')
      .summary('write a backup back into a cluster')
      .description(
        'Writes the objects of a backup into a cluster where Simpul is installed and its operator is stopped. Keys, Approvals and who\n' +
          'has which route stay what they were. What is there already and the same is left alone; what differs stops it, before\n' +
          'anything is written. Run it again after a failure: it goes on.',
      )
      .argument('<place>', 'the backup: a file, or s3://BUCKET/NAME')
      .option('-i, --identity <file>', 'file with the secret key of age that opens it; repeat it', append, [])
      .option('--passphrase-file <file>', 'file with the passphrase (or in SIMPUL_BACKUP_PASSPHRASE)')
      .option('--check', 'only look whether the backup opens and is whole; needs no cluster')
      .option('--dry-run', 'only show what would be created, replaced and left alone')
      .option('--overwrite', 'replace objects that differ from the saved ones')
      .option('-n, --namespace <name>', 'only what lies in this namespace, with its Tenant'),
  )
    .addHelpText(
      'after',
      `
Examples:
  ${name} restore simpul-20261122T010000Z.jsonl.gz.age --identity kunci.txt --check
  ${name} restore simpul-20261122T010000Z.jsonl.gz.age --identity kunci.txt --dry-run
  ${name} restore s3://cadangan/simpul/simpul-20261122T010000Z.jsonl.gz.age --passphrase-file kata-sandi

Exit codes: 0 done, 1 refused or not all of it could be written, 2 wrong usage.`,
    )
    .action(async (place: string, flags: RestoreFlags) => {
      const { runRestore } = await import('./run-restore.ts');
      done(await runRestore(place, flags, context));
    });
}

function common(command: Command): Command {
  return command
    .option('--endpoint <url>', 'address of the S3-compatible server', parseEndpoint)
    .option('--installation <namespace>', 'namespace of the operator', 'simpul-system')
    .option('--kubeconfig <file>', 'ask the cluster that this file names')
    .option('--context <name>', 'context of the kubeconfig');
}

function parseEndpoint(url: string): string {
  if (/^https?:\/\//.test(url) && URL.canParse(url)) return url;
  throw new InvalidArgumentError('It is a URL, such as https://s3.bantenprov.go.id.');
}

function append(value: string, before: readonly string[]): string[] {
  return [...before, value];
}
