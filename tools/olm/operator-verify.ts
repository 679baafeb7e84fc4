import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { goProgram } from '../testing/programs.ts';

const execute = promisify(execFile);

/** What operator-framework's own check finds wrong with the manifests of a bundle, one line each. */
export async function verifyBundle(manifests: string): Promise<string[]> {
  const args = ['manifests', manifests, '--operatorhub_validate', '--object_validate'];
  const { stdout, stderr } = await execute(goProgram(new URL('./', import.meta.url), 'operator-verify'), args);
  return `${stdout}${stderr}`.split('\n').filter((line) => line !== '');
}
