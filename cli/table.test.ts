import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderAge, renderTable } from './table.ts';

test('columns are as wide as their widest cell, and lines end without spaces', () => {
  const table = renderTable(
    ['A', 'NAME', 'B'],
    [
      ['long', 'x', ''],
      ['1', 'yy', 'z'],
    ],
  );
  assert.equal(table, 'A      NAME   B\nlong   x\n1      yy     z');
});

test('ages are shown as kubectl does', () => {
  const now = new Date('2026-06-10T00:00:00Z');
  const cases = {
    '2026-06-09T23:59:15Z': '45s',
    '2026-06-09T23:48:00Z': '12m',
    '2026-06-09T21:00:00Z': '3h',
    '2026-06-05T00:00:00Z': '5d',
  };
  for (const [time, age] of Object.entries(cases)) assert.equal(renderAge(time, now), age);
  assert.equal(renderAge(undefined, now), '');
});
