import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ApiServerStore } from '#kube/api-server-store.ts';
import { loadConnection } from '#kube/load-connection.ts';
import { Transport } from '#kube/transport.ts';
import { type ControlPlane, startControlPlane } from '#tools/controlplane/control-plane.ts';
import { until } from '../conditions.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Kept connections of whoever creates objects. */
export const connections = 24;

/** A real control plane with Simpul installed as shipped: CRDs, roles and admission policies. */
export interface Installation {
  readonly cluster: ControlPlane;
  /** The administrator; counts as `system:masters`, which the API server never queues behind others. */
  readonly store: ApiServerStore;
  /** The variables by which a program is a ServiceAccount, as in a pod: the API server's address, and where the account's files lie. */
  accountOf(namespace: string, account: string): Promise<Readonly<Record<string, string>>>;
  stop(): Promise<void>;
}

export async function install(): Promise<Installation> {
  const cluster = await startControlPlane();
  try {
    await cluster.installCrds(`${root}crds`);
    await cluster.kubectl(['apply', '--server-side', '--recursive', '-f', `${root}manifests/base/rights`]);
    await untilPoliciesBite(cluster);
    const store = new ApiServerStore(
      new Transport(await loadConnection({ env: {}, kubeconfig: cluster.kubeconfig }), { connections }),
    );
    return {
      cluster,
      store,
      accountOf: (namespace, account) => writeAccount(cluster, namespace, account),
      stop: async () => {
        await store.close();
        await cluster.stop();
      },
    };
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}

async function writeAccount(
  cluster: ControlPlane,
  namespace: string,
  account: string,
): Promise<Record<string, string>> {
  const folder = join(cluster.folder, 'accounts', namespace, account);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'token'), await cluster.serviceAccountToken(namespace, account), { mode: 0o600 });
  await writeFile(join(folder, 'namespace'), namespace);
  await copyFile(cluster.caFile, join(folder, 'ca.crt'));
  const { hostname, port } = new URL(cluster.url);
  return {
    KUBERNETES_SERVICE_HOST: hostname,
    KUBERNETES_SERVICE_PORT: port,
    SIMPUL_SERVICE_ACCOUNT_FOLDER: folder,
  };
}

/** The API server reads policies a moment after they are written; before, writes would be cheaper than they are. */
async function untilPoliciesBite(cluster: ControlPlane): Promise<void> {
  const foreign = {
    ...{ apiVersion: 'v1', kind: 'Secret', type: 'simpul.id/compiled' },
    metadata: { name: 'bench', namespace: 'default' },
  };
  const attempt = (): Promise<boolean> =>
    cluster.kubectl(['create', '--dry-run=server', '-f', '-'], JSON.stringify(foreign)).then(
      () => false,
      (error: unknown) => String(error).includes('simpul-compiled-secrets'),
    );
  await until({ what: 'the admission policies are enforced', timeoutMs: 30_000, everyMs: 200 }, attempt);
}
