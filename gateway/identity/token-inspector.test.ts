import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GatewayError } from '../errors.ts';
import { TestClock } from '../testing/test-clock.ts';
import { quietLog } from '../testing/test-gateway.ts';
import type { ProviderAnswer } from './provider-client.ts';
import { ShownToken } from './shown-token.ts';
import { TokenInspector } from './token-inspector.ts';

/** An inspector on a clock that stands still; `answer` is what its provider says, and is asked so often. */
function anInspector(answer: () => Promise<ProviderAnswer>) {
  const clock = new TestClock();
  const asked: string[] = [];
  const postForm = (_place: unknown, form: string): Promise<ProviderAnswer> => {
    asked.push(form);
    return answer();
  };
  const inspector = new TokenInspector({
    keyManager: 'simpul-system/sso',
    url: 'https://sso.example.go.id/introspect',
    ca: undefined,
    headers: {},
    rules: { applicationClaim: undefined, scopesClaim: undefined, isOwn: false, audiences: undefined },
    cacheMs: 60_000,
    timeoutMs: 1000,
    client: { postForm },
    clock,
    log: quietLog,
    count: () => undefined,
  });
  return { inspector, clock, asked };
}

function says(answer: object): ProviderAnswer {
  return { body: Buffer.from(JSON.stringify(answer)), maxAge: undefined };
}

test('an answer holds for cacheMs, and no longer than the token', async () => {
  for (const [lifeSeconds, holdsMs] of [
    [20, 20_000],
    [600, 60_000],
  ] as const) {
    const exp = new TestClock().now() / 1000 + lifeSeconds;
    const { inspector, clock, asked } = anInspector(async () => says({ active: true, client_id: 'perizinan', exp }));
    await inspector.verify(new ShownToken('opaque'));
    clock.advance(holdsMs - 1);
    await inspector.verify(new ShownToken('opaque'));
    assert.equal(asked.length, 1);
    clock.advance(1);
    await Promise.resolve(inspector.verify(new ShownToken('opaque'))).catch(() => undefined);
    assert.equal(asked.length, 2);
  }
});

test('a provider that stalls gathers a bounded number of questions, and each is over once', async () => {
  const stalled = Promise.withResolvers<ProviderAnswer>();
  const { inspector, asked } = anInspector(() => stalled.promise);
  const waiting = Array.from({ length: 128 }, (_, i) => inspector.verify(new ShownToken(`opaque-${i}`)));
  assert.throws(() => inspector.verify(new ShownToken('one-more')), GatewayError);
  assert.equal(asked.length, 128);
  stalled.resolve(says({ active: true, client_id: 'perizinan' }));
  await Promise.all(waiting);
  assert.equal((await inspector.verify(new ShownToken('one-more'))).clientId, 'perizinan');
});
