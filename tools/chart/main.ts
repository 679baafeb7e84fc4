import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { stringify } from 'yaml';
import { describeError } from '#api/errors.ts';
import { type OutputFolder, staleFiles, writeOutputs } from '../generate/outputs.ts';
import { goldenCases, idOf, isHook, type Rendered, render } from './cases.ts';

/** Labels that say how an object came, not what it is. */
const helmLabels = [
  'app.kubernetes.io/managed-by',
  'app.kubernetes.io/version',
  'app.kubernetes.io/instance',
  'helm.sh/chart',
];

/** Writes what only Helm can: golden renders, and the workload of the kustomization. With `--check` fails with the diff. */
async function main(check: boolean): Promise<number> {
  const root = pathToFileURL(`${process.cwd()}/`);
  const outputs = [await goldenRenders(), await workload()];
  if (!check) {
    for (const output of outputs) writeOutputs(root, output);
    return 0;
  }
  const stale = outputs.flatMap((output) => staleFiles(root, output));
  for (const { path, diff } of stale)
    console.error(`${path} is not what the chart renders; run \`make chart\`.\n${diff}`);
  return stale.length === 0 ? 0 : 1;
}

/** `default.out.yaml` is everything; the others are what differs from it, so that a reader sees what their values do. */
async function goldenRenders(): Promise<OutputFolder> {
  const usual = await render();
  const files = new Map([['default.out.yaml', print(usual)]]);
  for (const name of goldenCases()) {
    const input = `charts/simpul/testdata/${name}.in.yaml`;
    files.set(`${name}.in.yaml`, readFileSync(input, 'utf8'));
    files.set(`${name}.out.yaml`, difference(usual, await render({ values: [input] })));
  }
  return { folder: 'charts/simpul/testdata', files };
}

function difference(usual: readonly Rendered[], special: readonly Rendered[]): string {
  const known = new Set(usual.map((object) => JSON.stringify(object)));
  const there = new Set(special.map(idOf));
  const gone = usual.map(idOf).filter((id) => !there.has(id));
  const header = gone.map((id) => `# gone: ${id}\n`).join('');
  return header + print(special.filter((object) => !known.has(JSON.stringify(object))));
}

async function workload(): Promise<OutputFolder> {
  const rendered = await render();
  const own = rendered.filter((object) => !isHook(object) && !isRight(object)).map(withoutHelm);
  const header = '# Generated from charts/simpul by `make chart`.\n';
  return { folder: 'manifests/base/workload', files: new Map([['workload.yaml', header + print(own)]]) };
}

/** Rights lie beside the workload as files that people write. */
function isRight({ apiVersion, kind }: Rendered): boolean {
  return /^(rbac\.authorization|admissionregistration)\.k8s\.io\//.test(apiVersion) || kind === 'ServiceAccount';
}

function withoutHelm(object: Rendered): Rendered {
  const labels = Object.entries(object.metadata.labels ?? {}).filter(([name]) => !helmLabels.includes(name));
  return { ...object, metadata: { ...object.metadata, labels: Object.fromEntries(labels) } };
}

function print(objects: readonly Rendered[]): string {
  return objects.map((object) => stringify(object, { lineWidth: 0 })).join('---\n');
}

try {
  process.exitCode = await main(process.argv.includes('--check'));
} catch (error) {
  console.error(describeError(error));
  process.exitCode = 1;
}
