import { helm } from '#tools/helm/helm.ts';
import { builtImages } from '#tools/images/images.ts';
import { ownRelease } from '#tools/install/install.ts';
import { home, type NodeCluster } from './cluster.ts';

/** `helm upgrade --install`: the chart and images of this checkout, but for `values` (`key=value`). */
export async function installRelease(cluster: NodeCluster, ...values: readonly string[]): Promise<void> {
  const release = await ownRelease(await builtImages());
  const changes = values.flatMap((value) => ['--set', value]);
  const place = ['--namespace', home, '--values', release.values, '--wait', '--timeout=3m'];
  await helm(['upgrade', '--install', 'simpul', release.chart, ...place, ...changes], cluster.target.kubeconfig);
}
