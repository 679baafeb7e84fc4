import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { describeError } from '#api/errors.ts';
import { maxDocumentLength } from '#api/openapi/document.ts';
import type { CommandContext } from '../context.ts';
import { CliError, exitCodes } from '../errors.ts';
import { readSources } from '../manifests/find-files.ts';
import { buildManifest } from './build-manifest.ts';

export interface ImportOptions {
  readonly output?: string;
  readonly namespace?: string;
  readonly name?: string;
  /** `namespace/name`. */
  readonly gateway: string;
  readonly path?: string;
  readonly backend?: string;
}

/** `simpul import openapi`: reads a document from a file, a URL or standard input, and writes the ApiService. */
export async function importOpenApi(
  file: string,
  { output, ...options }: ImportOptions,
  { terminal }: CommandContext,
): Promise<number> {
  const source = await readDocument(file);
  const sha256 = createHash('sha256').update(source.text).digest('hex');
  const { manifest, notes } = buildManifest({ ...source, sha256 }, options);
  if (output === undefined) terminal.out(manifest.trimEnd());
  else await write(output, manifest);
  for (const note of notes) terminal.err(`note: ${note}`);
  return exitCodes.ok;
}

interface Source {
  readonly name: string;
  readonly text: string;
}

async function readDocument(file: string): Promise<Source> {
  if (/^https?:\/\//i.test(file)) return { name: file, text: await download(file) };
  const [source, ...more] = await readSources([file], process.stdin);
  if (source === undefined || more.length > 0) throw new CliError('CLI_INPUT', `${file}: name one file`);
  return source;
}

const downloadTimeoutMs = 30_000;

async function download(url: string): Promise<string> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(downloadTimeoutMs) });
    if (!answer.ok) throw new CliError('CLI_INPUT', `${url}: it answered ${answer.status}`);
    return await readBounded(url, answer);
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw new CliError('CLI_INPUT', `${url} cannot be read`, { cause: error });
  }
}

async function readBounded(url: string, answer: Response): Promise<string> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of answer.body ?? []) {
    length += piece.length;
    if (length > maxDocumentLength)
      throw new CliError('CLI_INPUT', `${url}: it has more than ${maxDocumentLength} bytes`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}

async function write(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text);
  } catch (error) {
    throw new CliError('CLI_INPUT', `${path} cannot be written: ${describeError(error)}`);
  }
}
