import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Recent } from './recent.ts';

test('what is in use stays, and what was not used for a generation goes', () => {
  const recent = new Recent<number>(10);
  recent.set('used', 1);
  recent.set('idle', 2);
  for (let i = 0; i < 15; i++) {
    recent.set(`other-${i}`, i);
    assert.equal(recent.get('used'), 1);
  }
  assert.equal(recent.get('other-9'), 9);
  for (let i = 15; i < 25; i++) {
    recent.set(`other-${i}`, i);
    assert.equal(recent.get('used'), 1);
  }
  assert.equal(recent.get('idle'), undefined);
});

test('at most two generations are kept, whatever floods them', () => {
  const recent = new Recent<number>(100);
  for (let i = 0; i < 1000; i++) recent.set(`${i}`, i);
  const kept = Array.from({ length: 1000 }, (_, i) => recent.get(`${i}`)).filter((value) => value !== undefined);
  assert.ok(kept.length >= 100 && kept.length <= 200, `${kept.length}`);
  recent.clear();
  assert.equal(recent.get('999'), undefined);
});
