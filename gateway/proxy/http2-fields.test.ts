import assert from 'node:assert/strict';
import { test } from 'node:test';
import { trailersOf } from './http2-fields.ts';

test('trailers say nothing that belongs to the head, or that the gateway says', () => {
  const sent = ['grpc-status', '0', 'set-cookie', 'a=1', 'Content-Length', '5', ':status', '200'];
  const more = ['simpul-code', 'GW_X', 'cache-control', 'public', 'grpc-message', 'ok', 'x-lain', '1'];
  assert.deepEqual(trailersOf([...sent, ...more]), ['grpc-status', '0', 'grpc-message', 'ok', 'x-lain', '1']);
});

test('only so many trailers go on', () => {
  const many = Array.from({ length: 1000 }, (_, i) => [`x-${i}`, '1']).flat();
  assert.equal(trailersOf(many).length, 2 * 256);
});
