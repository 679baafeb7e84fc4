import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CompiledBackendOAuth2 } from '#api/compiled/contract.ts';
import { TestClock } from '../testing/test-clock.ts';
import { BackendTokens } from './backend-tokens.ts';

const compiled: CompiledBackendOAuth2 = {
  tokenUrl: 'https://sso.example.go.id/token',
  scopes: [],
  secretHeaders: { authorization: 'Basic rahasia' },
};

test('APIs that ask alike share a token, and the asking ends with the last of them', () => {
  const signals: AbortSignal[] = [];
  const postForm = (_place: unknown, _form: string, _headers: unknown, signal: AbortSignal) => {
    signals.push(signal);
    return new Promise<never>(() => undefined);
  };
  const tokens = new BackendTokens({ client: { postForm }, clock: new TestClock() });
  const one = tokens.acquire(compiled);
  const two = tokens.acquire({ ...compiled });
  assert.equal(one, two);
  assert.notEqual(tokens.acquire({ ...compiled, scopes: ['a'] }), one);
  assert.notEqual(tokens.acquire({ ...compiled, secretHeaders: { authorization: 'Basic lain' } }), one);
  assert.doesNotMatch(one.key, /rahasia/);
  void one.ready();
  tokens.release(one);
  assert.equal(signals[0]?.aborted, false);
  assert.equal(tokens.acquire(compiled), one);
  for (let i = 0; i < 2; i++) tokens.release(one);
  assert.equal(signals[0]?.aborted, true);
  assert.notEqual(tokens.acquire(compiled), one);
});
