import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

const root = new URL('../../', import.meta.url);

test('docs/dependencies.md has one line for each dependency of package.json, and no other', () => {
  const { dependencies, devDependencies, optionalDependencies } = JSON.parse(
    readFileSync(new URL('package.json', root), 'utf8'),
  ) as Record<string, Record<string, string>>;
  const wanted = Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies });
  const page = readFileSync(new URL('docs/dependencies.md', root), 'utf8');
  const documented = [...page.matchAll(/^\| `([^`]+)` \|/gm)].map((match) => match[1] ?? '');
  assert.deepEqual(documented.sort(), wanted.sort());
});
