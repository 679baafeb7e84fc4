import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CodedError } from '#api/errors.ts';

const execute = promisify(execFile);

class VerifierMissing extends CodedError {
  constructor(file: string) {
    super('TEST_PROGRAM_MISSING', `${file} is missing: run make operator-verify (a minute, once)`);
  }
}

/** What operator-framework's own check finds wrong with the manifests of a bundle, one line each. */
export async function verifyBundle(manifests: string): Promise<string[]> {
  const args = ['manifests', manifests, '--operatorhub_validate', '--object_validate'];
  const { stdout, stderr } = await execute(verifierProgram(), args);
  return `${stdout}${stderr}`.split('\n').filter((line) => line !== '');
}

function verifierProgram(): string {
  const pinned = readFileSync(new URL('./go.mod', import.meta.url), 'utf8');
  const version = /github\.com\/operator-framework\/api (v[0-9.]+)/.exec(pinned)?.[1] ?? '';
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  const file = join(cache, 'simpul/olm', version, 'operator-verify');
  if (!existsSync(file)) throw new VerifierMissing(file);
  return file;
}
