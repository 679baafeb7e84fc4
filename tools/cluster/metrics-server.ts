import { goProgram } from '#tools/testing/programs.ts';
import { type AggregatedServer, serverNameOf } from './aggregated-server.ts';
import type { Credentials } from './credentials.ts';
import { addresses } from './layout.ts';

const name = 'metrics-server';
const port = 4443;

/** The name that its certificate is for. */
export const metricsServerName = serverNameOf(name);

/** Where it says that it works. What it has measured is known only after 10 s, and not asked for here. */
export const metricsServerHealth = `https://127.0.0.1:${port}/livez`;

/** Path of the program that `make metrics-server` built. */
export function metricsServerProgram(): string {
  return goProgram(new URL('../metrics-server/', import.meta.url), name);
}

/** It runs beside the kubelet, not as a pod, so that it needs no image; it asks the kubelet as a pod would. */
export function metricsServerArguments({ layout, metricsServer, kubeconfigs }: Credentials): string[] {
  const kubeconfig = kubeconfigs.metricsServer;
  return [
    ...[`--kubeconfig=${kubeconfig}`, `--authentication-kubeconfig=${kubeconfig}`],
    `--authorization-kubeconfig=${kubeconfig}`,
    ...['--bind-address=0.0.0.0', `--secure-port=${port}`],
    ...[`--tls-cert-file=${metricsServer.certFile}`, `--tls-private-key-file=${metricsServer.keyFile}`],
    ...[`--kubelet-certificate-authority=${layout.caFile}`, '--kubelet-preferred-address-types=InternalIP'],
    ...['--metric-resolution=10s', '--kubelet-request-timeout=5s'], // as often as it can, and the time must be less
  ];
}

export function metricsApi({ layout: { caFile } }: Credentials): AggregatedServer {
  return { name, group: 'metrics.k8s.io', versions: ['v1beta1'], address: addresses.node, port, caFile };
}
