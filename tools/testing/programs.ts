import { accessSync, constants } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { CodedError } from '#api/errors.ts';

/** A program that tests need is neither on the machine nor where `make programs` puts it. */
export class ProgramMissing extends CodedError {
  constructor(name: string) {
    super('TEST_PROGRAM_MISSING', `${name} is missing: run make programs, or install it and put it into PATH`);
  }
}

/** Where the Debian packages of `tools/programs/packages.txt` are unpacked. */
export function programRoot(): string {
  return join(cacheFolder(), 'root');
}

/** Path of a program of `tools/programs/packages.txt`: the machine's own, or else the one that `make programs` fetched. */
export function programPath(name: string): string {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', join(cacheFolder(), 'bin')];
  const found = folders.map((folder) => join(folder, name)).find(isExecutable);
  if (found === undefined) throw new ProgramMissing(name);
  return found;
}

function cacheFolder(): string {
  return join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'simpul/programs');
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
