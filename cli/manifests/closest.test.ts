import assert from 'node:assert/strict';
import { test } from 'node:test';
import { closest } from './closest.ts';

const cases = [
  { text: 'basePaht', meant: 'basePath', because: 'two letters are swapped' },
  { text: 'BASEPATH', meant: 'basePath', because: 'case does not matter' },
  { text: 'plan', meant: 'plans', because: 'a letter is missing' },
  { text: 'xyz', meant: undefined, because: 'nothing is near' },
  { text: '', meant: undefined, because: 'nothing was written' },
  { text: 'b'.repeat(500), meant: undefined, because: 'it is far too long' },
];

for (const { text, meant, because } of cases) {
  test(`"${text.slice(0, 20)}" is taken for ${meant}: ${because}`, () => {
    assert.equal(closest(text, ['basePath', 'backend', 'plans', 'limits']), meant);
  });
}
