import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CodedError } from '#api/errors.ts';

const execute = promisify(execFile);

class HelmMissing extends CodedError {
  constructor(file: string) {
    super('TEST_PROGRAM_MISSING', `${file} is missing: run make helm (some two minutes, once)`);
  }
}

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

/** Absolute path of the helm that build.sh made. */
export function helmProgram(): string {
  const pinned = readFileSync(new URL('./go.mod', import.meta.url), 'utf8');
  const version = /helm\.sh\/helm\/v4 (v[0-9.]+)/.exec(pinned)?.[1] ?? '';
  const file = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'simpul/helm', version, 'helm');
  if (!existsSync(file)) throw new HelmMissing(file);
  return file;
}
