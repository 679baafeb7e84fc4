import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Layout } from '#tools/controlplane/arguments.ts';
import { createAuthority, type KeyPair, writeKey } from '#tools/controlplane/certificates.ts';
import { buildKubeconfig } from '#tools/controlplane/kubeconfig.ts';
import { addresses, apiServerUrl, type ClusterFolder, nodeName } from './layout.ts';
import { metricsServerName } from './metrics-server.ts';

/** Certificates, keys and kubeconfigs of one cluster. */
export interface Credentials {
  readonly layout: Layout;
  /** How the API server speaks to the kubelet. */
  readonly kubeletClient: KeyPair;
  readonly kubeletServer: KeyPair;
  readonly metricsServer: KeyPair;
  readonly frontProxy: FrontProxy;
  readonly admin: KeyPair;
  /** Paths of kubeconfigs. */
  readonly kubeconfigs: Readonly<Record<Component, string>>;
}

/** How the API server shows servers behind it (`aggregated-server.ts`) that it speaks for somebody else. */
export interface FrontProxy {
  readonly client: KeyPair;
  /** The name in its certificate. */
  readonly name: string;
  /** Signs that certificate alone: who has another one of the cluster's must not speak for others. */
  readonly caFile: string;
}

/** User and groups of each program; what they may do is bound to these names by the API server itself. */
const users = {
  controllerManager: ['system:kube-controller-manager'],
  scheduler: ['system:kube-scheduler'],
  kubelet: [`system:node:${nodeName}`, 'system:nodes'],
  kubeProxy: ['system:kube-proxy'],
  coredns: ['coredns'],
  metricsServer: ['metrics-server'],
} as const satisfies Record<string, readonly [string, ...string[]]>;
type Component = keyof typeof users;

export async function writeCredentials(folder: ClusterFolder): Promise<Credentials> {
  await mkdir(folder.pki, { recursive: true, mode: 0o700 });
  const authority = await createAuthority(folder.pki);
  const kubeconfigFor = async (name: string, credential: KeyPair) => {
    const file = name === 'admin' ? folder.kubeconfig : join(folder.pki, `${name}.kubeconfig`);
    await writeFile(file, buildKubeconfig(apiServerUrl, authority.caFile, credential), { mode: 0o600 });
    return file;
  };
  const server = await authority.server(
    'kube-apiserver',
    ['localhost', 'kubernetes', 'kubernetes.default', 'kubernetes.default.svc', 'kubernetes.default.svc.cluster.local'],
    ['127.0.0.1', addresses.apiServer, addresses.node],
  );
  const admin = await authority.client('admin', ['system:masters']);
  await kubeconfigFor('admin', admin);
  const kubeconfigs: Record<string, string> = {};
  for (const [name, [user, ...groups]] of Object.entries(users)) {
    kubeconfigs[name] = await kubeconfigFor(name, await authority.client(user, groups));
  }
  const serviceAccountKey = await writeKey(folder.pki, 'service-account');
  return {
    layout: {
      ...{ server, serviceAccountKey, caFile: authority.caFile, caKeyFile: authority.caKeyFile, apiPort: 6443 },
      serviceAccountPublicKey: serviceAccountKey.replace(/\.key$/, '.pub'),
      etcdUrl: 'http://127.0.0.1:2379',
      etcdPeerUrl: 'http://127.0.0.1:2380',
      etcdData: join(folder.root, 'etcd'),
    },
    admin,
    kubeletClient: await authority.client('kube-apiserver', ['system:masters']),
    kubeletServer: await authority.server('kubelet', [nodeName], [addresses.node]),
    metricsServer: await authority.server('metrics-server', [metricsServerName], []),
    frontProxy: await writeFrontProxy(folder),
    kubeconfigs: kubeconfigs as Record<Component, string>,
  };
}

async function writeFrontProxy(folder: ClusterFolder): Promise<FrontProxy> {
  const own = join(folder.pki, 'front-proxy');
  await mkdir(own, { mode: 0o700 });
  const { caFile, client } = await createAuthority(own);
  const name = 'front-proxy-client';
  return { caFile, name, client: await client(name, []) };
}
