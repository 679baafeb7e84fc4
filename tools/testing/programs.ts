import { createHash } from 'node:crypto';
import { accessSync, constants, readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { CodedError } from '#api/errors.ts';

/** A program that tests need is not there; `remedy` says what to do. */
export class ProgramMissing extends CodedError {
  constructor(name: string, remedy: string) {
    super('TEST_PROGRAM_MISSING', `${name} is missing: ${remedy}`);
  }
}

/** Where the Debian packages of `tools/programs/packages.txt` are unpacked. */
export function programRoot(): string {
  return join(fetchedPrograms(), 'root');
}

/** Path of a program of `tools/programs/packages.txt`: the machine's own, or else the one that `make programs` fetched. */
export function programPath(name: string): string {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', join(fetchedPrograms(), 'bin')];
  const found = folders.map((folder) => join(folder, name)).find(isExecutable);
  if (found === undefined) throw new ProgramMissing(name, 'run make programs, or install it and put it into PATH');
  return found;
}

/** Path of the program `name` that `make <name>` built (`tools/programs/build-go.sh`) from the go.mod and go.sum of `sources`. */
export function goProgram(sources: URL, name: string): string {
  const hash = createHash('sha256');
  const code = readdirSync(sources).filter((file) => file.endsWith('.go'));
  for (const file of ['go.mod', 'go.sum', ...code.sort()]) hash.update(readFileSync(new URL(file, sources)));
  const file = join(cacheFolder(), 'go', name, hash.digest('hex').slice(0, 16), name);
  if (!isExecutable(file)) throw new ProgramMissing(file, `run make ${name} (some minutes, once)`);
  return file;
}

function fetchedPrograms(): string {
  return join(cacheFolder(), 'programs');
}

function cacheFolder(): string {
  return join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'simpul');
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
