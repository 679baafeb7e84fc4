import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FirstCome } from './first-come.ts';

test('the first has it, and the next takes over when it is gone', () => {
  const claims = new FirstCome<string, string>();
  claims.add('host', 'one');
  claims.add('host', 'two');
  assert.equal(claims.get('host'), 'one');
  claims.replace('host', 'one', 'one, edited');
  assert.equal(claims.get('host'), 'one, edited');
  claims.remove('host', 'one, edited');
  assert.equal(claims.get('host'), 'two');
  claims.remove('host', 'one, edited');
  assert.equal(claims.get('host'), 'two', 'what claims nothing takes nothing away');
  claims.replace('host', 'nobody', 'three');
  assert.equal(claims.get('host'), 'two', 'it waits its turn');
});

test('a key that nobody claims any more costs nothing', () => {
  const claims = new FirstCome<string, string>();
  for (let i = 0; i < 100; i++) claims.add(`key ${i}`, 'x');
  for (let i = 0; i < 100; i++) claims.remove(`key ${i}`, 'x');
  assert.equal(claims.size, 0);
});
