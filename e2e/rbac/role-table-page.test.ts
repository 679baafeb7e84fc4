import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { renderRoleTable } from './role-table-page.ts';

const page = 'docs/roles.md';
const between = /(<!-- role table: begin[^>]*-->\n).*?(<!-- role table: end -->)/s;

test('the guide shows the table that the tests check', () => {
  const text = readFileSync(page, 'utf8');
  assert.match(text, between);
  const wanted = text.replace(between, (_, begin: string, end: string) => `${begin}${renderRoleTable()}\n${end}`);
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(page, wanted);
  else assert.equal(text, wanted, `write it anew with: UPDATE_GOLDEN=1 node --test ${import.meta.filename}`);
});
