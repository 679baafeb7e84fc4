import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describeError } from '#api/errors.ts';
import { defaultLimits } from '#kube/yaml/limits.ts';
import { CliError } from '../errors.ts';

/** One file's text. `name` is how the user would call it. */
export interface SourceText {
  readonly name: string;
  readonly text: string;
}

/** Standard input, as a file name. */
export const standardInput = '-';

/** Reads files, folders (the YAML files in them and below) and `-`, in this order. Throws CliError for what is not there. */
export async function readSources(paths: readonly string[], stdin: AsyncIterable<Uint8Array>): Promise<SourceText[]> {
  const sources: SourceText[] = [];
  for (const path of paths) {
    if (path === standardInput) {
      sources.push({ name: '<stdin>', text: await readAll(stdin) });
      continue;
    }
    for (const file of await filesOf(path)) sources.push({ name: file, text: await readText(file) });
  }
  return sources;
}

async function filesOf(path: string): Promise<readonly string[]> {
  const info = await stat(path).catch((error: unknown) => {
    throw unreadable(path, error);
  });
  if (!info.isDirectory()) return [path];
  const { files } = await listManifests(path);
  if (files.length > 0) return files;
  throw new CliError('CLI_INPUT', `${path}: there is no .yaml or .yml file in this folder or below it`);
}

/** What a folder holds: its YAML files and, itself included, its folders; both sorted. */
export interface ManifestTree {
  readonly files: readonly string[];
  readonly folders: readonly string[];
}

/** Looks below `folder`. Hidden folders, node_modules and symbolic links to folders are left out. */
export async function listManifests(folder: string): Promise<ManifestTree> {
  const entries = await entriesOf(folder);
  const files = entries.filter((entry) => !entry.isDirectory() && isManifestName(entry.name));
  const below = await Promise.all(
    entries
      .filter((entry) => entry.isDirectory() && isSearched(entry.name))
      .map((entry) => listManifests(join(folder, entry.name))),
  );
  return {
    files: [...files.map((entry) => join(folder, entry.name)), ...below.flatMap((tree) => tree.files)].sort(),
    folders: [folder, ...below.flatMap((tree) => tree.folders)].sort(),
  };
}

function isSearched(name: string): boolean {
  return !name.startsWith('.') && name !== 'node_modules';
}

async function entriesOf(folder: string) {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []; // gone since its parent was read
    throw unreadable(folder, error);
  }
}

/** Editors keep their own files beside: `.x.yaml.swp`, `#x.yaml#`, `x.yaml~`. */
function isManifestName(name: string): boolean {
  return /^[^.#].*\.ya?ml$/.test(name);
}

async function readText(file: string): Promise<string> {
  try {
    const { size } = await stat(file);
    if (size > defaultLimits.maxBytes) throw tooLarge(file, size);
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw unreadable(file, error);
  }
}

/** The text of a stream, up to one byte more than the reader takes: it then says that this is too much. */
async function readAll(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > defaultLimits.maxBytes) break;
  }
  return Buffer.concat(chunks).toString('utf8');
}

function tooLarge(file: string, size: number): CliError {
  const message = `${file}: it has ${size} bytes, and ${defaultLimits.maxBytes} is the most that is read: split it`;
  return new CliError('CLI_INPUT', message);
}

function unreadable(path: string, error: unknown): CliError {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return new CliError('CLI_INPUT', `${path}: there is no such file or folder`);
  return new CliError('CLI_INPUT', `${path} cannot be read: ${describeError(error)}`);
}
