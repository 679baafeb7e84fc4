import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CodedError } from '#api/errors.ts';
import { goProgram } from '../testing/programs.ts';

const execute = promisify(execFile);

/** helm failed; the message is what it said. */
export class HelmError extends CodedError {
  constructor(args: readonly string[], said: string) {
    super('HELM_FAILED', `helm ${args.join(' ')}: ${said.trim()}`);
  }
}

/** Runs helm with no settings of this machine's user; gives its standard output. `kubeconfig`: of the cluster it may reach. */
export async function helm(args: readonly string[], kubeconfig = '/dev/null'): Promise<string> {
  const home = mkdtempSync(join(tmpdir(), 'simpul-helm-'));
  const folders = { HELM_CACHE_HOME: home, HELM_CONFIG_HOME: home, HELM_DATA_HOME: home };
  const env = { PATH: process.env['PATH'] ?? '', HOME: home, KUBECONFIG: kubeconfig, ...folders };
  try {
    const { stdout } = await execute(helmProgram(), [...args], { env, maxBuffer: 64 * 1024 * 1024 });
    return stdout;
  } catch (error) {
    const { stderr } = error as { stderr?: string };
    if (stderr === undefined) throw error;
    throw new HelmError(args, stderr);
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

/** Absolute path of the helm that `make helm` built. */
export function helmProgram(): string {
  return goProgram(new URL('./', import.meta.url), 'helm');
}
