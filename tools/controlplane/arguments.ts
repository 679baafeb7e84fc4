import type { KeyPair } from './certificates.ts';

/** Files and addresses that the servers of one run share. */
export interface Layout {
  readonly etcdUrl: string;
  readonly etcdPeerUrl: string;
  readonly etcdData: string;
  readonly apiPort: number;
  readonly caFile: string;
  readonly caKeyFile: string;
  readonly server: KeyPair;
  readonly serviceAccountKey: string;
  readonly serviceAccountPublicKey: string;
}

export function etcdArguments(layout: Layout): string[] {
  return [
    '--name=test',
    `--data-dir=${layout.etcdData}`,
    `--listen-client-urls=${layout.etcdUrl}`,
    `--advertise-client-urls=${layout.etcdUrl}`,
    `--listen-peer-urls=${layout.etcdPeerUrl}`,
    `--initial-advertise-peer-urls=${layout.etcdPeerUrl}`,
    `--initial-cluster=test=${layout.etcdPeerUrl}`,
    '--unsafe-no-fsync', // the folder lives as long as the run; without it the disk decides every timing
    '--log-level=error',
  ];
}

export function apiServerArguments(layout: Layout, extra: readonly string[]): string[] {
  return [
    `--etcd-servers=${layout.etcdUrl}`,
    '--bind-address=127.0.0.1',
    '--advertise-address=127.0.0.1',
    `--secure-port=${layout.apiPort}`,
    `--tls-cert-file=${layout.server.certFile}`,
    `--tls-private-key-file=${layout.server.keyFile}`,
    `--client-ca-file=${layout.caFile}`,
    '--authorization-mode=Node,RBAC',
    '--enable-admission-plugins=NodeRestriction',
    '--allow-privileged=true',
    '--endpoint-reconciler-type=lease',
    '--service-cluster-ip-range=10.96.0.0/16',
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${layout.serviceAccountPublicKey}`,
    `--service-account-signing-key-file=${layout.serviceAccountKey}`,
    '--profiling=false',
    ...extra,
  ];
}

export function controllerManagerArguments(layout: Layout, kubeconfig: string, port: number): string[] {
  return [
    `--kubeconfig=${kubeconfig}`,
    '--bind-address=127.0.0.1',
    `--secure-port=${port}`,
    '--use-service-account-credentials',
    '--leader-elect=false',
    `--service-account-private-key-file=${layout.serviceAccountKey}`,
    `--root-ca-file=${layout.caFile}`,
    `--cluster-signing-cert-file=${layout.caFile}`,
    `--cluster-signing-key-file=${layout.caKeyFile}`,
  ];
}

/** One line per request: who asked for what by which verb. Bodies only of RoleBindings: which role was bound. */
export const auditPolicy = `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: Request
  resources: [{ group: rbac.authorization.k8s.io, resources: [rolebindings] }]
- level: Metadata
`;
