import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

const page = readFileSync('docs/observability.md', 'utf8');

/** Sources that put access-log lines together: every member of a line stands there as `,"name":`. */
const lineSources = [
  'gateway/filters/access-log.ts',
  'gateway/snapshot/subscription-entry.ts',
  'gateway/snapshot/variants.ts',
  ...globSync('gateway/log/*.ts'),
];

function textOf(files: readonly string[]): string {
  return files
    .filter((file) => !file.endsWith('.test.ts'))
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n');
}

/** Words in backquotes in the first column of the tables below a heading. */
function namesUnder(heading: string): string[] {
  const [, section = ''] = new RegExp(`^## ${heading}\n(.*?)(?=^## |$(?![\\s\\S]))`, 'ms').exec(page) ?? [];
  const cells = [...section.matchAll(/^\| (`[^|]*`) \|/gm)].map(([, cell = '']) => cell);
  return cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name)).sort();
}

test('every field of the access log is documented, and no other', () => {
  const written = [...textOf(lineSources).matchAll(/[,{]"([A-Za-z]+)":/g)].map(([, name = '']) => name);
  assert.deepEqual(namesUnder('Access log'), [...new Set(written)].sort());
});

test('every metric is documented, and no other', () => {
  const made = [...textOf(globSync('gateway/**/*.ts')).matchAll(/'(simpul_gateway_[a-z_]+)'/g)].map(
    ([, name = '']) => name,
  );
  assert.deepEqual(namesUnder('Metrics'), [...new Set(made)].sort());
});

test('every attribute of a span is documented, and no other', () => {
  const sources = textOf(['gateway/tracing/spans.ts', 'gateway/gateway.ts']);
  const made = [...sources.matchAll(/'((?:http|url|server|error|simpul|service)\.[a-z_.]+)'/g)].map(
    ([, name = '']) => name,
  );
  assert.deepEqual(namesUnder('Traces'), [...new Set(made)].sort());
});

test('every count of usage is documented, and no other', () => {
  const source = readFileSync('gateway/usage/usage-table.ts', 'utf8');
  const [, row = ''] = /export interface UsageRow \{(.*?)\n\}/s.exec(source) ?? [];
  const fields = [...row.matchAll(/readonly ([a-zA-Z]+):/g)].map(([, name = '']) => name);
  assert.deepEqual(namesUnder('Usage'), fields.sort());
});
