import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parse, parseAllDocuments, stringify } from 'yaml';
import type { CustomResourceDefinition } from '#api/crd.ts';
import manifest from '../../package.json' with { type: 'json' };
import { isHook, type Rendered, render, withoutHelm } from '../chart/cases.ts';

const { version } = manifest;
const rights = 'manifests/base/rights';
const account = 'simpul-operator';

interface Role extends Rendered {
  readonly rules: readonly object[];
}

interface Sample {
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

/**
 * The bundle by which OpenShift's Operator Lifecycle Manager installs Simpul, by path in its folder: the operator's
 * Deployment and rights in a ClusterServiceVersion, the CRDs, and the roles that it binds. Lifecycle Manager takes no
 * admission policies into a bundle: an administrator applies those (docs/install.md), and Approvals wait for them.
 */
export async function olmBundle(crds: readonly CustomResourceDefinition[]): Promise<Map<string, string>> {
  const rendered = (await render()).filter((object) => !isHook(object)).map(withoutHelm);
  const files = new Map<string, string>();
  const add = (name: string, object: object): unknown => files.set(name, stringify(object, { lineWidth: 0 }));
  add('metadata/annotations.yaml', { annotations });
  add('manifests/simpul.clusterserviceversion.yaml', clusterServiceVersion(crds, rendered));
  for (const crd of crds) add(`manifests/${crd.metadata.name}.yaml`, crd);
  for (const role of shippedRoles()) add(`manifests/${role.metadata.name}.clusterrole.yaml`, role);
  for (const object of rendered.filter(({ kind }) => kind === 'Service')) {
    add(`manifests/${object.metadata.name}.service.yaml`, withoutNamespace(object));
  }
  return files;
}

const annotations = {
  'operators.operatorframework.io.bundle.mediatype.v1': 'registry+v1',
  'operators.operatorframework.io.bundle.manifests.v1': 'manifests/',
  'operators.operatorframework.io.bundle.metadata.v1': 'metadata/',
  'operators.operatorframework.io.bundle.package.v1': 'simpul',
  'operators.operatorframework.io.bundle.channels.v1': 'alpha',
  'operators.operatorframework.io.bundle.channel.default.v1': 'alpha',
  'com.redhat.openshift.versions': 'v4.17',
};

function clusterServiceVersion(crds: readonly CustomResourceDefinition[], rendered: readonly Rendered[]): object {
  const deployment = rendered.find(({ kind, metadata }) => kind === 'Deployment' && metadata.name === account);
  const [container] = containersOf(deployment);
  const images = { operator: container?.image ?? '', gateway: gatewayImageOf(container?.args ?? []) };
  return {
    apiVersion: 'operators.coreos.com/v1alpha1',
    kind: 'ClusterServiceVersion',
    metadata: { name: `simpul.v${version}`, annotations: { ...catalogue(images.operator), 'alm-examples': samples() } },
    spec: {
      displayName: 'Simpul',
      description:
        'A government service bus: institutions publish and consume APIs by resources of Kubernetes, which this operator turns into running gateways.',
      version,
      maturity: 'alpha',
      minKubeVersion: '1.30.0',
      provider: { name: 'Simpul' },
      maintainers: [{ name: 'Simpul', email: 'spl@example.go.id' }],
      links: [{ name: 'Documentation', url: 'https://example.go.id/simpul' }],
      keywords: ['api gateway', 'service bus', 'spl', 'splp'],
      icon: [{ base64data: Buffer.from(icon).toString('base64'), mediatype: 'image/svg+xml' }],
      installModes: ['OwnNamespace', 'SingleNamespace', 'MultiNamespace', 'AllNamespaces'].map((type) => ({
        type,
        supported: type === 'AllNamespaces',
      })),
      install: {
        strategy: 'deployment',
        spec: {
          clusterPermissions: [{ serviceAccountName: account, rules: rulesOf('operator/cluster-role.yaml') }],
          permissions: [
            {
              serviceAccountName: account,
              rules: [...rulesOf('operator/role.yaml'), ...rulesOf('operator/references-role.yaml')],
            },
          ],
          deployments: [{ name: account, spec: deployment?.['spec'] }],
        },
      },
      customresourcedefinitions: { owned: crds.map(ownedKind) },
      relatedImages: Object.entries(images).map(([name, image]) => ({ name, image })),
    },
  };
}

function catalogue(containerImage: string): Record<string, string> {
  return {
    capabilities: 'Seamless Upgrades',
    categories: 'Networking,Integration & Delivery',
    containerImage,
    description: 'Gateways for the APIs of many institutions, as resources of Kubernetes',
    'operatorframework.io/suggested-namespace': 'simpul-system',
    'features.operators.openshift.io/disconnected': 'true',
    'features.operators.openshift.io/fips-compliant': 'false',
    'features.operators.openshift.io/proxy-aware': 'false',
    'features.operators.openshift.io/tls-profiles': 'false',
    'features.operators.openshift.io/token-auth-aws': 'false',
    'features.operators.openshift.io/token-auth-azure': 'false',
    'features.operators.openshift.io/token-auth-gcp': 'false',
  };
}

/** What the console shows of a kind: the first lines of its CRD, and the fields of its spec as descriptors. */
function ownedKind({ metadata, spec }: CustomResourceDefinition): object {
  const schema = spec.versions[0]?.schema.openAPIV3Schema;
  const fields = Object.entries(schema?.properties?.['spec']?.properties ?? {});
  return {
    name: metadata.name,
    version: spec.versions[0]?.name,
    kind: spec.names.kind,
    displayName: spec.names.kind,
    description: schema?.description,
    specDescriptors: fields.map(([path, { description }]) => ({ path, displayName: path, description })),
    statusDescriptors: [
      {
        path: 'conditions',
        displayName: 'Conditions',
        description: 'Whether it is Ready, and why not.',
        'x-descriptors': ['urn:alm:descriptor:io.kubernetes.conditions'],
      },
    ],
  };
}

/** One example of each kind. */
function samples(): string {
  const documents = parseAllDocuments(readFileSync('examples/banten/banten.yaml', 'utf8'));
  const objects = documents.map((document) => document.toJS() as Sample & { readonly apiVersion: string });
  const own = objects.filter(({ apiVersion }) => apiVersion.startsWith('simpul.id/'));
  const firsts = [...new Map(own.toReversed().map((object) => [object.kind, object])).values()];
  const keyManager = {
    ...head('KeyManager'),
    metadata: { name: 'kunci', namespace: 'banten' },
    spec: { type: 'ApiKey' },
  };
  return JSON.stringify(firsts.some(({ kind }) => kind === 'KeyManager') ? firsts : [...firsts, keyManager], null, 2);
}

const head = (kind: string): object => ({ apiVersion: 'simpul.id/v1alpha1', kind });

/** ClusterRoles that the operator binds, or that people have: all but its own, which the ClusterServiceVersion holds. */
function shippedRoles(): Role[] {
  const people = readdirSync(`${rights}/roles`).map((file) => `roles/${file}`);
  const bound = ['operator/tenant-role.yaml', 'operator/compiled-role.yaml', 'operator/references-role.yaml'];
  return [...bound, ...people.sort()].map((file) => roleIn(file));
}

function rulesOf(file: string): readonly object[] {
  return roleIn(file).rules;
}

function roleIn(file: string): Role {
  return parse(readFileSync(`${rights}/${file}`, 'utf8')) as Role;
}

interface Container {
  readonly image: string;
  readonly args: readonly string[];
}

function containersOf(deployment: Rendered | undefined): readonly Container[] {
  const spec = deployment?.['spec'] as { template: { spec: { containers: readonly Container[] } } } | undefined;
  return spec?.template.spec.containers ?? [];
}

function gatewayImageOf(args: readonly string[]): string {
  const flag = '--gateway-image=';
  return args.find((arg) => arg.startsWith(flag))?.slice(flag.length) ?? '';
}

function withoutNamespace({ metadata: { namespace: _, ...metadata }, ...object }: Rendered): object {
  return { ...object, metadata };
}

const icon =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><path d="M3 12h6m6 0h6M12 3v6m0 6v6" stroke="#134" stroke-width="2"/><circle cx="12" cy="12" r="3" fill="none" stroke="#134" stroke-width="2"/></svg>\n';

/** Writes a bundle into an empty folder. */
export async function writeBundle(folder: string, files: ReadonlyMap<string, string>): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  for (const [name, text] of files) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
}
