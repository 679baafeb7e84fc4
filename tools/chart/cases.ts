import { readdirSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';
import { helm } from '#tools/helm/helm.ts';

/** A Kubernetes object that a chart or a kustomization renders. */
export interface Rendered {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
}

export interface RenderOptions {
  /** Default `simpul`. */
  readonly release?: string;
  /** Default `simpul-system`. */
  readonly namespace?: string;
  /** Files of values, the later ones go before the earlier ones. */
  readonly values?: readonly string[];
  /** More arguments of `helm template`. */
  readonly args?: readonly string[];
}

export const chartFolder = 'charts/simpul';

/** Values of the cases that have a golden render: `charts/simpul/testdata/<case>.in.yaml`. */
export function goldenCases(): string[] {
  const files = readdirSync(`${chartFolder}/testdata`).filter((file) => file.endsWith('.in.yaml'));
  return files.map((file) => file.replace(/\.in\.yaml$/, '')).sort();
}

/** Names of the files of values that are shipped beside the chart; each has an overlay in `manifests/overlays`. */
export function overlays(): string[] {
  return readdirSync(`${chartFolder}/values`)
    .map((file) => file.replace(/\.yaml$/, ''))
    .sort();
}

export function valuesOf(overlay: string): string {
  return `${chartFolder}/values/${overlay}.yaml`;
}

/** What the chart renders, as text. Hooks are among it. */
export async function renderText(options: RenderOptions = {}): Promise<string> {
  const { release = 'simpul', namespace = 'simpul-system', values = [], args = [] } = options;
  const files = values.flatMap((file) => ['--values', file]);
  return await helm([
    'template',
    release,
    chartFolder,
    '--namespace',
    namespace,
    '--kube-version=1.35.0',
    ...files,
    ...args,
  ]);
}

export async function render(options: RenderOptions = {}): Promise<Rendered[]> {
  return objectsOf(await renderText(options));
}

export function objectsOf(text: string): Rendered[] {
  return parseAllDocuments(text)
    .map((document) => document.toJS() as Rendered | null)
    .filter((object) => object !== null);
}

/** `ApiGateway simpul-system/public`. */
export function idOf({ kind, metadata: { namespace, name } }: Rendered): string {
  return `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
}

/** Whether an object is there for a moment of the release's life only. */
export function isHook({ metadata }: Rendered): boolean {
  return metadata.annotations?.['helm.sh/hook'] !== undefined;
}

/** Labels that say how an object came, not what it is. */
const helmLabels = [
  'app.kubernetes.io/managed-by',
  'app.kubernetes.io/version',
  'app.kubernetes.io/instance',
  'helm.sh/chart',
];

export function withoutHelm(object: Rendered): Rendered {
  const labels = Object.entries(object.metadata.labels ?? {}).filter(([name]) => !helmLabels.includes(name));
  return { ...object, metadata: { ...object.metadata, labels: Object.fromEntries(labels) } };
}
