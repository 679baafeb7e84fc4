import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import manifest from '../package.json' with { type: 'json' };

/** All that the command takes from its surroundings beside its arguments. */
export interface CliConfig {
  /** `simpul`, or `kubectl simpul` as a plugin: how help texts call it. */
  readonly programName: string;
  readonly version: string;
  /** The process's environment, for exec plugins of a kubeconfig. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether a kubeconfig is there, or this is a pod: then status, explain and keys ask the cluster. */
  readonly hasCluster: boolean;
  /** Folder for what outlives a run, by the XDG base directory specification. */
  readonly stateHome: string;
}

/** Reads the process's environment. */
export function loadConfig(): CliConfig {
  const { env } = process;
  const xdg = env['XDG_STATE_HOME'];
  // The specification has relative paths ignored.
  const stateHome = xdg?.startsWith('/') === true ? xdg : join(homedir(), '.local', 'state');
  return {
    programName: env['SIMPUL_PROGRAM_NAME'] ?? 'simpul',
    version: manifest.version,
    env,
    hasCluster: namesCluster(env),
    stateHome,
  };
}

/** The places where `kube/load-connection.ts` looks. */
function namesCluster(env: NodeJS.ProcessEnv): boolean {
  if ((env['KUBECONFIG'] ?? '') !== '' || (env['KUBERNETES_SERVICE_HOST'] ?? '') !== '') return true;
  return existsSync(join(homedir(), '.kube', 'config'));
}
