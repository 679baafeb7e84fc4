import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { mergeOrder } from './merge-order.ts';

suite('mergeOrder', () => {
  const cases: Record<string, [live: string, config: string, merged: string]> = {
    'nothing there': ['', 'abc', 'abc'],
    'nothing applied': ['abc', '', 'abc'],
    'the same again': ['abc', 'abc', 'abc'],
    'new items at the end': ['ab', 'abc', 'abc'],
    'new items in front': ['bc', 'abc', 'abc'],
    'items of others stay where they were': ['axb', 'ab', 'axb'],
    'items of others in front': ['xab', 'ab', 'xab'],
    'another order of shared items': ['abc', 'cb', 'acb'],
  };
  for (const [name, [live, config, merged]] of Object.entries(cases)) {
    test(name, () => assert.equal(mergeOrder([...live], [...config]).join(''), merged));
  }

  test('every item comes once, and those of the config in its order', () => {
    const lists = fc.shuffledSubarray([...'abcdefgh']);
    fc.assert(
      fc.property(lists, lists, (live, config) => {
        const merged = mergeOrder(live, config);
        assert.deepEqual(merged.toSorted(), [...new Set([...live, ...config])].sort());
        assert.deepEqual(
          merged.filter((item) => config.includes(item)),
          config,
        );
      }),
    );
  });
});
