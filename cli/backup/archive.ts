import { createHash } from 'node:crypto';
import { CliError } from '../errors.ts';
import { checksumOf, identityOf, rankOf, type Stored } from './stored.ts';

/*
 * A backup before it is compressed and encrypted: one JSON document a line (jsonlines.org), for `jq` as well as for us.
 *
 *   {"format":"simpul.id/backup","version":1,"createdAt":…}         what, when, of which installation
 *   {"checksum":"<SHA-256 of what the object says>","object":{…}}   in the order in which they are written back
 *   {"objects":112,"sha256":"<of all bytes before this line>"}      so that nothing is missing
 */

const formatName = 'simpul.id/backup';
/** Grows with every change that an older program would misread. */
export const formatVersion = 1;

export interface Header {
  /** RFC 3339. */
  readonly createdAt: string;
  /** Version of the program that made it. */
  readonly simpul: string;
  readonly kubernetes: string;
  /** UID of the namespace kube-system: by this clusters are told apart. */
  readonly cluster: string;
  /** Namespace of the operator. */
  readonly installation: string;
  /** Since when Approvals were guarded, RFC 3339; absent: they were not. */
  readonly approvalPolicySince?: string;
}

export interface Backup {
  readonly header: Header;
  readonly objects: readonly Stored[];
}

/** The lines of a backup, each with its newline. */
export function* linesOf({ header, objects }: Backup): Generator<Buffer> {
  const hash = createHash('sha256');
  const line = (value: object): Buffer => {
    const bytes = Buffer.from(`${JSON.stringify(value)}\n`);
    hash.update(bytes);
    return bytes;
  };
  yield line({ format: formatName, version: formatVersion, ...header });
  for (const object of objects) yield line({ checksum: checksumOf(object), object });
  yield Buffer.from(`${JSON.stringify({ objects: objects.length, sha256: hash.digest('hex') })}\n`);
}

/** Reads what {@link linesOf} wrote, and believes nothing. Throws CliError `CLI_BACKUP`. */
export function readBackup(content: Buffer): Backup {
  const lines = splitLines(content);
  const header = readHeader(lines.at(0));
  const [end, ...rest] = [lines.at(-1), ...lines.slice(1, -1)];
  const { objects: count, sha256 } = parse<{ objects?: number; sha256?: string }>(end, 'its last line');
  if (sha256 === undefined) throw damaged('it ends too early');
  const length = content.length - (end?.length ?? 0) - 1;
  if (createHash('sha256').update(content.subarray(0, length)).digest('hex') !== sha256) {
    throw damaged('its checksum is another');
  }
  if (count !== rest.length) throw damaged(`it holds ${rest.length} objects and should hold ${count}`);
  return { header, objects: rest.map(readObject) };
}

function readHeader(line: Buffer | undefined): Header {
  const { format, version, ...header } = parse<Header & { format?: string; version?: number }>(line, 'its first line');
  if (format !== formatName) throw damaged('its first line does not say that it is a backup of Simpul');
  if (version === formatVersion) return header;
  throw new CliError(
    'CLI_BACKUP',
    `the backup has format ${version}, made by simpul ${header.simpul}; this version reads format ${formatVersion}: use that version of simpul, or a later one`,
  );
}

function readObject(line: Buffer, index: number): Stored {
  const { checksum, object } = parse<{ checksum?: string; object?: Stored }>(line, `line ${index + 2}`);
  if (object?.metadata?.name === undefined || rankOf(object) < 0) {
    throw damaged(`line ${index + 2} holds nothing that belongs into a backup`);
  }
  if (checksumOf(object) !== checksum) throw damaged(`${identityOf(object)} has another checksum`);
  return object;
}

function parse<T>(line: Buffer | undefined, where: string): T {
  try {
    const value = JSON.parse((line ?? Buffer.alloc(0)).toString('utf8')) as T | null;
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // Said below.
  }
  throw damaged(`${where} is no JSON object`);
}

/** Whole texts of backups may be longer than a string can be. */
function splitLines(content: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  let from = 0;
  for (let to = content.indexOf(10); to >= 0; to = content.indexOf(10, from)) {
    lines.push(content.subarray(from, to));
    from = to + 1;
  }
  if (from !== content.length) throw damaged('it ends in the middle of a line');
  return lines;
}

function damaged(how: string): CliError {
  return new CliError('CLI_BACKUP', `the backup is damaged, and nothing of it is used: ${how}`);
}
