import type { Exchange } from '../exchange.ts';

/**
 * One concern of a call. Filters know an {@link Exchange} and no transport. They are made once, when the gateway starts,
 * and shared by all calls, so they keep no state of a call. Their functions are called by themselves, without `this`.
 */
export interface Filter {
  readonly name: FilterName;
  /** Return to go on; set `exchange.reply` to answer; throw a GatewayError to refuse. */
  onRequest?: (this: void, exchange: Exchange) => void | Promise<void>;
  /** Before the head of any answer goes out: may add to `exchange.answerHeaders`. Never throws. */
  onAnswer?: (this: void, exchange: Exchange) => void;
  /** After the last byte, or when the client is gone. Never throws. */
  onEnd?: (this: void, exchange: Exchange) => void;
}

/** The only statement of filter order. Each line says why it stands where it stands. */
export const filterOrder = [
  'request-id', // first: every later log line and refusal carries it
  'metrics', // before anything can refuse, so that refusals are measured too
  'usage', // the same
  'access-log', // the same, and after the id that it writes
  'head', // what the head says; what is ambiguous goes no further
  'client-address', // before any limit counts by it
  'trace-context', // after the peer is known: only a trusted one sets our request id
  'token-endpoint', // no API is behind it; after the client's address, by which it counts
  'route', // decides the API, which everything below belongs to
  'tenant', // a suspended provider answers nothing, whoever asks
  'access', // who may not come in learns nothing of what is behind
  'lifecycle', // a blocked or retired API needs no key to say so
  'cors', // browsers ask before the call, without a key; and the answers of all that follows are marked
  'maintenance', // needs no key to say so; behind `cors`, so that scripts can read it
  'operation', // what does not exist needs no key either
  'credential', // who calls: before the limits that count by Subscription
  'subscription', // may this caller call this API, and on which plan
  'scopes', // may it do this with what it showed; after the plan is known, which has the scopes of keys
  'body-limit', // before the quota: a call that is too large is not one
  'concurrency', // before the quota too: a slot is given back, a token of a window is not
  'rate-limit', // behind all that refuses for little: never spend quota on a refused call
  'fault-injection', // for some callers only, so behind all that says who they are; before the cache, which would hide it
  'canary', // after the caller is known; before the cache, which keeps versions apart
  'compression', // nearer to the client than the cache, which keeps what the backend has said
  'formats', // behind compression, because it changes what is compressed; before the cache, which keeps one answer for all formats
  'cache', // behind the limits, which count hits too; before whatever only a call of the backend needs
  'validation', // after the quota, because it costs the most; right before the backend, so that it sees its answer first
  'mock', // a call is checked before it is answered from the definition, as the backend would want it
  'response-limit', // nearer to the backend than whatever holds answers
  'body-sample', // only calls that may go on; nearer to the backend than what changes answers, so that they can be read
  'mirror', // last: copies what goes to the backend, and nothing else
] as const;

export type FilterName = (typeof filterOrder)[number];
