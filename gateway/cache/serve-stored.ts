import type { Reply } from '../errors.ts';
import type { Downstream, Exchange } from '../exchange.ts';
import type { CacheRequest } from './cache-request.ts';
import type { StoredAnswer } from './stored-answer.ts';

/** What became of a call, for log, metrics and Cache-Status. */
export type CacheOutcome = 'hit' | 'miss' | 'stale' | 'revalidated' | 'collapsed' | 'bypass';
export const cacheOutcomes: readonly CacheOutcome[] = ['hit', 'miss', 'stale', 'revalidated', 'collapsed', 'bypass'];

export interface Serving {
  readonly exchange: Exchange;
  readonly request: CacheRequest;
  readonly answer: StoredAnswer;
  /** Steady milliseconds. */
  readonly now: number;
  readonly outcome: CacheOutcome;
}

/** The stored answer as a reply, or the 304 that stands for it. */
export function storedReply(serving: Serving): Reply {
  const { request, answer } = serving;
  addAge(serving);
  if (request.has(answer)) return { status: 304, headers: answer.notModifiedFields, body: '' };
  return { status: answer.status, headers: answer.fields, body: answer.body, packed: answer.packed };
}

/** The same where the backend was called already. */
export function sendStored(serving: Serving, downstream: Downstream): void {
  const { status, headers, body } = storedReply(serving);
  downstream.writeHead(status, headers, status === 304 ? -1 : body.length);
  if (typeof body !== 'string') downstream.write(body);
  downstream.end();
}

function addAge({ exchange, answer, now, outcome }: Serving): void {
  const age = Math.floor(answer.ageMs(now) / 1000);
  exchange.answerHeaders.push('Age', String(Math.max(0, age)), 'Cache-Status', statusOf(outcome, answer, now));
}

/** RFC 9211; `ttl`: seconds for which it is still fresh, below zero when it is not. */
function statusOf(outcome: CacheOutcome, answer: StoredAnswer, now: number): string {
  if (outcome === 'revalidated') return 'simpul; fwd=stale; fwd-status=304; stored';
  if (outcome === 'collapsed') return 'simpul; fwd=uri-miss; collapsed';
  return `simpul; hit; ttl=${Math.floor(answer.leftMs(now) / 1000)}`;
}
