import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TestClock } from '../testing/test-clock.ts';
import { quietLog, until } from '../testing/test-gateway.ts';
import { anIssuerKey } from '../testing/test-issuer.ts';
import { KeySources } from './key-sources.ts';
import type { ProviderAnswer } from './provider-client.ts';

const source = { from: 'Uri', uri: 'https://sso.example.go.id/keys' } as const;
const dayMs = 86_400_000;

/** Key sources on a clock that stands still; `answer` is what the provider says. */
function someSources(answer: () => Promise<ProviderAnswer>) {
  const clock = new TestClock();
  const signals: AbortSignal[] = [];
  const get = (_url: URL, signal: AbortSignal): Promise<ProviderAnswer> => {
    signals.push(signal);
    return answer();
  };
  const sources = new KeySources({ client: { get }, clock, log: quietLog, onFetch: () => undefined });
  return { sources, clock, signals };
}

const keys: ProviderAnswer = { body: Buffer.from(JSON.stringify({ keys: [anIssuerKey().jwk] })), maxAge: undefined };

test('keys are fetched once for all who name an issuer, and no more when the last of them has gone', () => {
  const { sources, signals } = someSources(() => new Promise(() => undefined));
  const one = sources.acquire(source);
  assert.equal(sources.acquire({ ...source }), one);
  assert.equal(signals.length, 1);
  sources.release(source);
  assert.equal(signals[0]?.aborted, false);
  sources.release(source);
  assert.equal(signals[0]?.aborted, true);
  assert.notEqual(sources.acquire(source), one);
  sources.destroy();
  assert.equal(signals[1]?.aborted, true);
});

test('keys that could not be confirmed for a day are not believed any more', async () => {
  const { sources, clock } = someSources(async () => keys);
  const held = sources.acquire(source);
  await until(() => held.current !== null);
  clock.advance(dayMs);
  assert.notEqual(held.current, null);
  clock.advance(1);
  assert.equal(held.current, null);
  sources.destroy();
});
