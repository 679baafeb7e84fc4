import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Holdings } from './holdings.ts';

test('what is held again stays, what is not is freed', () => {
  const holdings = new Holdings();
  assert.deepEqual(holdings.hold('a', ['x', 'y']), []);
  assert.deepEqual(holdings.hold('a', ['y', 'z']), ['x']);
  assert.equal(holdings.holderOf('x'), undefined);
  assert.equal(holdings.holderOf('z'), 'a');
  assert.deepEqual(holdings.hold('a', []), ['y', 'z']);
  assert.equal(holdings.heldBy('a').length, 0);
});

test('letting go of what another took over does not take it from him', () => {
  const holdings = new Holdings();
  holdings.hold('a', ['x']);
  holdings.hold('b', ['x']);
  holdings.hold('a', []);
  assert.equal(holdings.holderOf('x'), 'b');
});

test('whoever takes only what is free or his own never shares it', () => {
  const step = fc.record({ holder: fc.constantFrom('a', 'b', 'c'), things: fc.subarray(['1', '2', '3', '4']) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const holdings = new Holdings();
      for (const { holder, things } of steps) {
        holdings.hold(
          holder,
          things.filter((thing) => (holdings.holderOf(thing) ?? holder) === holder),
        );
        const held = ['a', 'b', 'c'].flatMap((name) =>
          [...holdings.heldBy(name)].map((thing) => [name, thing] as const),
        );
        assert.equal(new Set(held.map(([, thing]) => thing)).size, held.length);
        for (const [name, thing] of held) assert.equal(holdings.holderOf(thing), name);
      }
    }),
  );
});
