import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Collection } from './collection.ts';

interface Item {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly tags: readonly string[];
}

function item(name: string, tags: readonly string[]): Item {
  return { metadata: { name, namespace: 'n' }, tags };
}

/** One change in both; they agree on what was there before. */
function apply(
  collection: Collection<Item, 'tag'>,
  naive: Map<string, Item>,
  change: { readonly name: string; readonly tags: readonly string[] | undefined },
): void {
  const id = `n/${change.name}`;
  const next = change.tags && item(change.name, change.tags);
  const before = next === undefined ? collection.delete(id) : collection.put(next);
  assert.equal(before, naive.get(id));
  if (next === undefined) naive.delete(id);
  else naive.set(id, next);
}

test('indexes agree with a look at every object, after any changes', () => {
  const tags = ['x', 'y', 'z'];
  const change = fc.record({
    name: fc.constantFrom('a', 'b', 'c'),
    tags: fc.option(fc.subarray(tags), { nil: undefined }),
  });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 50 }), (changes) => {
      const collection = new Collection<Item, 'tag'>({ tag: (object) => object.tags });
      const naive = new Map<string, Item>();
      for (const { name, tags: next } of changes) apply(collection, naive, { name, tags: next });
      assert.equal(collection.size, naive.size);
      for (const tag of tags) {
        const expected = [...naive].filter(([, object]) => object.tags.includes(tag)).map(([id]) => id);
        assert.deepEqual([...collection.by('tag', tag)].sort(), expected.sort());
      }
    }),
  );
});
