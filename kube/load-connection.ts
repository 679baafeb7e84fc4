import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Connection } from './connection.ts';
import { ConnectionError } from './connection-error.ts';
import { inClusterConnection, serviceAccountFolderOf } from './in-cluster.ts';

export interface LoadOptions {
  /** The process's environment: KUBECONFIG, KUBERNETES_SERVICE_HOST, KUBERNETES_SERVICE_PORT and SIMPUL_SERVICE_ACCOUNT_FOLDER are read. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Path of a kubeconfig: goes before everything else. */
  readonly kubeconfig?: string;
  /** Context of the kubeconfig; default its current one. */
  readonly context?: string;
}

/**
 * The first of: the kubeconfig that is named, KUBECONFIG, the pod's ServiceAccount, `~/.kube/config`. The code for
 * kubeconfigs is loaded only when one is used: it costs most of a second and 70 MB, which a pod need not pay.
 */
export async function loadConnection(options: LoadOptions): Promise<Connection> {
  const { env } = options;
  const named = options.kubeconfig ?? env['KUBECONFIG'];
  if (named !== undefined && named !== '') return await fromKubeconfig(named, options);
  const host = env['KUBERNETES_SERVICE_HOST'];
  const port = env['KUBERNETES_SERVICE_PORT'];
  if (host !== undefined && host !== '' && port !== undefined) {
    return await inClusterConnection({ host, port, folder: serviceAccountFolderOf(env) });
  }
  const home = join(homedir(), '.kube', 'config');
  if (existsSync(home)) return await fromKubeconfig(home, options);
  throw new ConnectionError(
    `no cluster is configured: there is no KUBECONFIG, no ${home}, and this is not a pod (KUBERNETES_SERVICE_HOST is not set)`,
  );
}

async function fromKubeconfig(path: string, options: LoadOptions): Promise<Connection> {
  const { kubeconfigConnection } = await import('./kube-config.ts');
  return await kubeconfigConnection({
    path,
    env: options.env,
    ...(options.context === undefined ? {} : { context: options.context }),
  });
}
