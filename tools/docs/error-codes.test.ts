import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

/** Sources of the programs; tooling is not what users run. */
const sources = globSync('{api,kube,operator,gateway,cli}/**/*.ts').filter((file) => !file.endsWith('.test.ts'));

function codesInCode(): Set<string> {
  return new Set(sources.flatMap((file) => codesOf(readFileSync(file, 'utf8'))));
}

function codesOf(text: string): string[] {
  const [, reasons = ''] = /export type StoreReason =([^;]*);/.exec(text) ?? [];
  return [
    ...[...text.matchAll(/super\(\s*'([A-Z]+(?:_[A-Z]+)+)'/g)].map(([, code = '']) => code),
    ...[...text.matchAll(/'(CLI_[A-Z_]+)'/g)].map(([, code = '']) => code),
    ...[...reasons.matchAll(/'([A-Za-z]+)'/g)].map(([, reason = '']) => `STORE_${reason}`),
  ];
}

function codesInDocs(): Set<string> {
  const text = readFileSync('docs/errors.md', 'utf8');
  return new Set([...text.matchAll(/^\| (?:<a id="[a-z_]+"><\/a>)?`([A-Za-z_]+)` \|/gm)].map(([, code = '']) => code));
}

test('every error that a program throws on purpose is documented', () => {
  const documented = codesInDocs();
  assert.deepEqual([...codesInCode()].filter((code) => !documented.has(code)).sort(), []);
});

test('every documented code of a program, other than the gateway catalogue, is thrown somewhere', () => {
  const thrown = codesInCode();
  const others = [...codesInDocs()].filter((code) => !code.startsWith('GW_'));
  assert.deepEqual(others.filter((code) => !thrown.has(code)).sort(), []);
});
