import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ClusterError } from '#tools/cluster/errors.ts';
import { clusterFolder } from '#tools/cluster/layout.ts';
import { importImage } from '#tools/cluster/pause-image.ts';
import { locatePrograms } from '#tools/controlplane/binaries.ts';
import { type Kubectl, runKubectl } from '#tools/controlplane/kubectl.ts';
import { helm } from '#tools/helm/helm.ts';
import { archivesOf, type Image, type ImageName, imageRegistry } from '#tools/images/images.ts';
import { root } from '../bundle/bundle.ts';

/** The cluster to work on: the one that SIMPUL_TEST_KUBECONFIG names, else that of `make cluster`. */
export interface Target {
  readonly kubeconfig: string;
  readonly kubectl: Kubectl;
  /** It is the one of `make cluster`. */
  readonly isOwn: boolean;
}

export function findCluster(env: NodeJS.ProcessEnv = process.env): Target {
  const named = env['SIMPUL_TEST_KUBECONFIG'] ?? '';
  const kubeconfig = named === '' ? clusterFolder(env).kubeconfig : named;
  if (!existsSync(kubeconfig)) {
    throw new ClusterError(
      named === ''
        ? 'there is no cluster: run "make cluster"'
        : `SIMPUL_TEST_KUBECONFIG names ${named}, which does not exist`,
    );
  }
  const program = locatePrograms(env, ['kubectl']).kubectl;
  const kubectl: Kubectl = (args, stdin) => runKubectl(program, kubeconfig, args, stdin);
  return { kubeconfig, kubectl, isOwn: named === '' };
}

/** What is installed. */
export interface Release {
  /** Docker archives of its images. */
  readonly archives: readonly string[];
  /** Folder of the chart. */
  readonly chart: string;
  /** File of values that name the images. */
  readonly values: string;
}

/** The chart of this checkout with images that were built from it. */
export async function ownRelease(images: readonly Image[]): Promise<Release> {
  const { tag, architecture } = imageNamed(images, 'operator');
  const values = join(archivesOf(architecture), 'values.yaml');
  await writeFile(values, `images: { registry: ${imageRegistry}, tag: ${tag} }\n`);
  return { archives: images.map(({ archive }) => archive), chart: join(root, 'charts/simpul'), values };
}

/**
 * Installs as release `simpul`, or brings that up to date, and waits until the operator is ready. Nodes of another
 * cluster than that of `make cluster` have to have the images already, or to pull them by their references.
 */
export async function install({ kubectl, kubeconfig, isOwn }: Target, release: Release): Promise<void> {
  if (isOwn) {
    for (const archive of release.archives) await importImage(clusterFolder(process.env), archive, process.env);
  }
  // Under a name of its own: who applies a manifest with this namespace and no label must not take the label away.
  await kubectl(['apply', '--server-side', '--field-manager=simpul-install', '-f', '-'], JSON.stringify(home));
  const place = ['--namespace', home.metadata.name, '--values', release.values, '--wait', '--timeout=3m'];
  await helm(['upgrade', '--install', 'simpul', release.chart, ...place], kubeconfig);
}

/** The namespace of the installation. */
const home = {
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: 'simpul-system', labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
};

export function imageNamed(images: readonly Image[], name: ImageName): Image {
  const image = images.find((candidate) => candidate.name === name);
  if (image === undefined) throw new ClusterError(`the image ${name} has not been built: run "make images"`);
  return image;
}
