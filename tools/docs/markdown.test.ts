import assert from 'node:assert/strict';
import { test } from 'node:test';
import { markdownTable, PageError, withBlock } from './markdown.ts';

test('markdownTable lines its columns up', () => {
  const table = markdownTable(['what', 'n'], [['polls', '12'], ['errors']]);
  assert.equal(table, '| what   | n  |\n|--------|----|\n| polls  | 12 |\n| errors |    |');
});

const page = '# Page\n<!-- begin figures -->\nold\n<!-- end figures -->\nrest\n';

test('withBlock replaces its block and nothing else, and does so again', () => {
  const once = withBlock(page, 'figures', 'new\n');
  assert.equal(once, '# Page\n<!-- begin figures -->\n\nnew\n\n<!-- end figures -->\nrest\n');
  assert.equal(withBlock(once, 'figures', 'new'), once);
});

const faulty: Record<string, string> = {
  'no markers': '# Page\n',
  'no end': '<!-- begin figures -->\n',
  'end before begin': '<!-- end figures --><!-- begin figures -->',
  'two blocks': page + page,
};

for (const [name, text] of Object.entries(faulty)) {
  test(`withBlock refuses a page with ${name}`, () => {
    assert.throws(() => withBlock(text, 'figures', 'new'), PageError);
  });
}
