import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { markdownTable, withBlock } from '#tools/docs/markdown.ts';
import { faults } from './all.ts';
import type { Row } from './fault.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const folder = join(root, 'build/faults');
const page = join(root, 'docs/faults.md');

/** Keeps what came of one fault; once there is a row for each, the tables of docs/faults.md are written anew. */
export async function keepRow(row: Row): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(fileOf(row.name), JSON.stringify(row));
  const names = faults.map(({ name }) => name);
  if (!names.every((name) => existsSync(fileOf(name)))) return;
  const rows = await Promise.all(names.map(async (name) => JSON.parse(await readFile(fileOf(name), 'utf8')) as Row));
  const text = await readFile(page, 'utf8');
  await writeFile(page, withBlock(text, 'faults', `${casesOf(rows)}\n\n${machine()}\n\n${figuresOf(rows)}`));
}

function fileOf(name: string): string {
  return join(folder, `${name}.json`);
}

function casesOf(rows: readonly Row[]): string {
  const cells = rows.map(({ name, what, asserts, mayFail }) => [`\`${name}\``, what, asserts, mayFail]);
  return markdownTable(['Fault', 'What happens', 'What is asserted', 'Calls that may fail'], cells);
}

function machine(): string {
  const day = new Date().toISOString().slice(0, 10);
  return `\`make faults\`, ${day}, ${availableParallelism()} cores (${cpus()[0]?.model.trim()}), all of it on one machine.`;
}

function figuresOf(rows: readonly Row[]): string {
  const head = [
    'Fault',
    'Took, s',
    'Calls sent',
    'Failed',
    'Longest without a good answer, ms',
    'Slowest answer, ms',
    'Seen',
  ];
  const cells = rows.map(({ name, seconds, tally, figures }) => [
    ...[`\`${name}\``, seconds.toFixed(0), tally.calls.toLocaleString('en')],
    ...[String(tally.calls - (tally.answers['200'] ?? 0)), String(tally.worstGapMs), String(tally.slowestMs), figures],
  ]);
  return markdownTable(head, cells);
}
