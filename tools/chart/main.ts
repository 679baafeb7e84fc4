import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { stringify } from 'yaml';
import { describeError } from '#api/errors.ts';
import { type OutputFolder, staleFiles, writeOutputs } from '../generate/outputs.ts';
import { goldenCases, idOf, isHook, overlays, type Rendered, render, valuesOf, withoutHelm } from './cases.ts';
import { overlayFiles } from './overlay.ts';

/** Writes what only Helm can: golden renders, and the workload of the kustomization. With `--check` fails with the diff. */
async function main(check: boolean): Promise<number> {
  const root = pathToFileURL(`${process.cwd()}/`);
  const outputs = [await goldenRenders(), ...(await kustomizations())];
  if (!check) {
    for (const output of outputs) writeOutputs(root, output);
    return 0;
  }
  const stale = outputs.flatMap((output) => staleFiles(root, output));
  for (const { path, diff } of stale)
    console.error(`${path} is not what the chart renders; run \`make chart\`.\n${diff}`);
  return stale.length === 0 ? 0 : 1;
}

/**
 * `default.out.yaml` is everything but rights, which are generated line by line; the others are what differs from it, so
 * that a reader sees what their values do.
 */
async function goldenRenders(): Promise<OutputFolder> {
  const usual = await renderWithoutRights();
  const files = new Map([['default.out.yaml', print(usual)]]);
  for (const name of goldenCases()) {
    const input = `charts/simpul/testdata/${name}.in.yaml`;
    files.set(`${name}.in.yaml`, readFileSync(input, 'utf8'));
    files.set(`${name}.out.yaml`, difference(usual, await renderWithoutRights([input])));
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

/** The base's workload, and an overlay for each file in `charts/simpul/values`. */
async function kustomizations(): Promise<OutputFolder[]> {
  const base = await workload();
  const files = new Map([['workload.yaml', `# Generated from charts/simpul by \`make chart\`.\n${print(base)}`]]);
  const outputs: OutputFolder[] = [{ folder: 'manifests/base/workload', files }];
  for (const name of overlays()) {
    const wanted = await workload([valuesOf(name)]);
    outputs.push({ folder: `manifests/overlays/${name}`, files: overlayFiles(base, wanted) });
  }
  return outputs;
}

async function workload(values: readonly string[] = []): Promise<Rendered[]> {
  const rendered = await renderWithoutRights(values);
  return rendered.filter((object) => !isHook(object)).map(withoutHelm);
}

async function renderWithoutRights(values: readonly string[] = []): Promise<Rendered[]> {
  const rendered = await render({ values });
  return rendered.filter((object) => isHook(object) || !isRight(object)).map(withoutContent);
}

/** Alerts and dashboards are the text of other files, which change often; a test compares them. */
function withoutContent(object: Rendered): Rendered {
  if (object.kind === 'PrometheusRule') return { ...object, spec: 'monitoring/rules.yaml' };
  return object.kind === 'ConfigMap' ? { ...object, data: 'monitoring/dashboards' } : object;
}

/** Rights lie beside the workload as files that people write. */
function isRight({ apiVersion, kind }: Rendered): boolean {
  return /^(rbac\.authorization|admissionregistration)\.k8s\.io\//.test(apiVersion) || kind === 'ServiceAccount';
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
