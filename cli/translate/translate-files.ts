import { stringify } from 'yaml';
import { readManifests } from '#kube/yaml/read-manifests.ts';
import { redactCompiled } from '#operator/translate/redact.ts';
import { type Translation, translateAll } from '#operator/translate/translate.ts';
import type { CommandContext } from '../context.ts';
import { exitCodes } from '../errors.ts';
import { readSources } from '../manifests/find-files.ts';
import { compareFindings, formatFinding } from '../manifests/finding.ts';
import { fileSettings } from '../validate/file-settings.ts';
import { judgeAll } from '../validate/judge-all.ts';

/** `simpul translate`: prints the translation; objects with errors are left out and reported on standard error. */
export async function translateFiles(
  paths: readonly string[],
  options: { readonly namespace?: string },
  { terminal }: CommandContext,
): Promise<number> {
  const sources = await readSources(paths, process.stdin);
  const { findings, candidates } = judgeAll(
    sources.map(({ name, text }) => readManifests(text, name)),
    options,
  );
  const left = findings.filter(({ severity, reason }) => severity === 'error' && reason === undefined);
  for (const finding of left.toSorted(compareFindings)) terminal.err(formatFinding(finding));
  terminal.out(
    renderTranslation(translateAll({ objects: candidates.map(({ stored }) => stored) }, fileSettings)).trimEnd(),
  );
  return left.length === 0 ? exitCodes.ok : exitCodes.failed;
}

/** Canonical YAML, without secrets. */
export function renderTranslation({ compiled, statuses }: Translation): string {
  const shown = Object.entries(compiled).map(([gateway, objects]) => [
    gateway,
    Object.fromEntries(
      Object.entries(objects).map(([name, object]) => [name, object === 'keep' ? object : redactCompiled(object)]),
    ),
  ]);
  const options = { sortMapEntries: true, lineWidth: 0, aliasDuplicateObjects: false };
  return stringify({ compiled: Object.fromEntries(shown), statuses }, options);
}
