import { availableParallelism, cpus } from 'node:os';
import { markdownTable } from '#tools/docs/markdown.ts';
import type { Row } from './fault.ts';

/** The tables of docs/faults.md. */
export function tablesOf(rows: readonly Row[]): string {
  return [casesOf(rows), source(rows), figuresOf(rows)].join('\n\n');
}

function casesOf(rows: readonly Row[]): string {
  const cells = rows.map(({ name, what, asserts, mayFail }) => [`\`${name}\``, what, asserts, mayFail]);
  return markdownTable(['Fault', 'What happens', 'What is asserted', 'Calls that may fail'], cells);
}

function source(rows: readonly Row[]): string {
  const day = new Date().toISOString().slice(0, 10);
  const command = rows.every(({ isFull }) => isFull) ? 'make faults' : 'make e2e';
  return `\`${command}\`, ${day}, ${availableParallelism()} cores (${cpus()[0]?.model.trim()}), all of it on one machine.`;
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
