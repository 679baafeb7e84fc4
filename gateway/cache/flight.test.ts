import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Flight } from './flight.ts';

test('those who wait are told once when it is over, and who comes later does not wait', async () => {
  let endings = 0;
  const flight = new Flight(() => endings++);
  const waiting = [flight.over(), flight.over()];
  flight.end();
  flight.end();
  await Promise.all([...waiting, flight.over()]);
  assert.equal(endings, 1);
});

test('only so many wait', () => {
  const flight = new Flight(() => undefined);
  for (let i = 0; i < 1000; i++) {
    assert.equal(flight.takesMore, true);
    void flight.over();
  }
  assert.equal(flight.takesMore, false);
  flight.end();
});

test('nobody waits for longer than 5 s, and it is not over by that', async () => {
  let endings = 0;
  const flight = new Flight(() => endings++);
  const began = performance.now();
  await flight.over();
  assert.ok(performance.now() - began >= 4900);
  assert.equal(endings, 0);
  assert.equal(flight.takesMore, true);
  flight.end();
});
