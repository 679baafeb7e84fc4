import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { describeError } from '#api/errors.ts';
import { argoCdConfigMap } from './argo-cd.ts';
import { chartOutputs } from './charts.ts';
import { conditionsPage } from './conditions-page.ts';
import { readCrds } from './crd-files.ts';
import { dashboardFiles } from './dashboards/dashboards.ts';
import { editorSchemas } from './editor-schema.ts';
import { embeddedCrds, embeddedFields } from './embedded.ts';
import { staleFiles, writeOutputs } from './outputs.ts';
import { prometheusRule } from './prometheus-rule.ts';
import { referencePages } from './reference.ts';
import { typeFiles } from './types.ts';

/** Writes everything that is made from `crds/`, `manifests/base/rights`, conditions and `monitoring/rules.yaml`; with `--check` writes nothing and fails with the diff. */
function main(check: boolean): number {
  const root = pathToFileURL(`${process.cwd()}/`);
  const crds = readCrds(new URL('crds/', root));
  const outputs = [
    { folder: 'api/generated', files: embeddedFiles(crds) },
    { folder: 'docs/reference', files: referencePages(crds, exampleTexts(root)) },
    { folder: 'docs', files: new Map([['conditions.md', conditionsPage()]]), mixed: true },
    { folder: 'schemas', files: editorSchemas(crds) },
    ...chartOutputs(root, crds),
    { folder: 'manifests/monitoring', files: new Map([['prometheus-rule.yaml', ruleOf(root)]]) },
    { folder: 'manifests/gitops/argocd', files: new Map([['argocd-cm.yaml', healthOf(root, crds)]]), mixed: true },
    { folder: 'monitoring/dashboards', files: dashboardFiles() },
  ];
  if (!check) {
    for (const output of outputs) writeOutputs(root, output);
    return 0;
  }
  const stale = outputs.flatMap((output) => staleFiles(root, output));
  for (const { path, diff } of stale) console.error(`${path} is not what its source says; run \`make gen\`.\n${diff}`);
  return stale.length === 0 ? 0 : 1;
}

function embeddedFiles(crds: ReturnType<typeof readCrds>): Map<string, string> {
  return new Map([...typeFiles(crds), ['crds.ts', embeddedCrds(crds)], ['crd-fields.ts', embeddedFields(crds)]]);
}

function healthOf(root: URL, crds: ReturnType<typeof readCrds>): string {
  return argoCdConfigMap(crds, readFileSync(new URL('manifests/gitops/argocd/health.lua', root), 'utf8'));
}

function ruleOf(root: URL): string {
  return prometheusRule(readFileSync(new URL('monitoring/rules.yaml', root), 'utf8'));
}

function exampleTexts(root: URL): string[] {
  return ['examples/banten/banten.yaml'].map((path) => readFileSync(new URL(path, root), 'utf8'));
}

try {
  process.exitCode = main(process.argv.includes('--check'));
} catch (error) {
  console.error(describeError(error));
  process.exitCode = 1;
}
