import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { RepeatFilter } from './repeat-filter.ts';

describe('repeat filter', () => {
  test('knows what was said within the window, and only that', () => {
    let now = 0;
    const filter = new RepeatFilter(100, () => now);
    assert.equal(filter.isRepeated('a'), false);
    filter.remember('a');
    now = 99;
    assert.equal(filter.isRepeated('a'), true);
    assert.equal(filter.isRepeated('b'), false);
    now = 100;
    assert.equal(filter.isRepeated('a'), false);
  });

  test('forgets what lies behind the window, and nothing else', () => {
    let now = 0;
    const filter = new RepeatFilter(100, () => now);
    for (const what of ['a', 'b']) filter.remember(what);
    now = 90;
    filter.remember('a');
    now = 100;
    filter.remember('c');
    assert.equal(filter.size, 2);
    assert.deepEqual(
      ['a', 'b', 'c'].map((what) => filter.isRepeated(what)),
      [true, false, true],
    );
  });

  test('holds no more than a window of an endless stream', () => {
    let now = 0;
    const filter = new RepeatFilter(100, () => now);
    for (; now < 10_000; now += 1) filter.remember(`${now}`);
    assert.equal(filter.size, 100);
  });
});
