import { readManifests } from '#kube/yaml/read-manifests.ts';
import type { CommandContext } from '../context.ts';
import { exitCodes } from '../errors.ts';
import { readSources } from '../manifests/find-files.ts';
import { compareFindings, type Finding, formatFinding } from '../manifests/finding.ts';
import { plural } from '../plural.ts';
import { judgeAll } from './judge-all.ts';

export interface ValidateOptions {
  readonly namespace?: string;
  readonly output: 'text' | 'json';
}

/** `simpul validate`: prints every finding and a summary. */
export async function validateFiles(
  paths: readonly string[],
  options: ValidateOptions,
  { terminal }: CommandContext,
): Promise<number> {
  const sources = await readSources(paths, process.stdin);
  const manifests = sources.map(({ name, text }) => readManifests(text, name));
  const { findings, count } = judgeAll(manifests, options);
  const report = { files: sources.length, objects: count, findings: findings.toSorted(compareFindings) };
  if (options.output === 'json') terminal.out(JSON.stringify(report, null, 2));
  else printReport(report, terminal.out);
  return findings.some(({ severity }) => severity === 'error') ? exitCodes.failed : exitCodes.ok;
}

interface Report {
  readonly files: number;
  readonly objects: number;
  readonly findings: readonly Finding[];
}

function printReport({ files, objects, findings }: Report, print: (text: string) => void): void {
  for (const finding of findings) print(formatFinding(finding));
  if (findings.length > 0) print('');
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  const notes = findings.length - errors;
  const parts = [plural(errors, 'error'), ...(notes === 0 ? [] : [plural(notes, 'note')])];
  print(`${plural(objects, 'object')} in ${plural(files, 'file')}: ${parts.join(', ')}`);
}
