import { describeError } from '#api/errors.ts';
import type { Exchange } from '../exchange.ts';
import type { LoggedText } from '../field-memory.ts';
import { flatText } from '../http1/flat-text.ts';
import { detailOf } from '../log/call-detail.ts';
import { quoted } from '../log/json-text.ts';
import type { Filter } from './filter.ts';

/**
 * One JSON line for each call. Names objects and operations; of path, query, header fields and bodies, which may hold
 * personal numbers or secrets, only what the ApiService allows. ASCII alone. Durations in milliseconds, sizes in bytes of body.
 */
export function accessLog(write: (line: string) => void): Filter {
  return {
    name: 'access-log',
    onEnd(exchange) {
      write(lineOf(exchange));
    },
  };
}

/** Put together by hand: only what a caller can choose is escaped, which is half the cost of JSON.stringify. */
function lineOf(exchange: Exchange): string {
  const status = exchange.clientAborted && exchange.status === 0 ? clientClosedRequest : exchange.status;
  const { caller, called } = loggedText(exchange);
  const line =
    `{"level":"info","time":"${isoTime(exchange.time)}","msg":"call","requestId":"${exchange.requestId}"` +
    `,"traceId":"${exchange.traceId}"${caller},"status":${status},"bytesIn":${exchange.bytesIn},"bytesOut":${exchange.bytesOut}` +
    `,"totalMs":${rounded(exchange.totalMs)}${called}${outcomeOf(exchange)}${detailOf(exchange)}`;
  return `${line}}`;
}

/** As in the call before, where the same caller calls the same. */
function loggedText(exchange: Exchange): LoggedText {
  const { memory } = exchange;
  const known = memory.logged;
  if (known === null || !isFor(known, exchange)) {
    memory.logged = buildLogged(exchange);
    return memory.logged;
  }
  // It comes again, so it is worth being made flat.
  if (!known.isFlat) {
    memory.logged = { ...known, caller: flatText(known.caller), called: flatText(known.called), isFlat: true };
  }
  return memory.logged ?? known;
}

function isFor(known: LoggedText, exchange: Exchange): boolean {
  return (
    known.api === exchange.api &&
    known.subscription === exchange.subscription &&
    known.plan === exchange.plan &&
    known.operation === exchange.operation &&
    known.variant === exchange.variant &&
    known.client === exchange.client &&
    known.method === exchange.method &&
    known.host === exchange.host
  );
}

function buildLogged(exchange: Exchange): LoggedText {
  const { client, method, host, api, variant, operation, subscription, plan } = exchange;
  return {
    caller: `,"client":"${client.address}","method":${quoted(method)},"host":"${host}"`,
    called: calledText(exchange),
    isFlat: false,
    ...{ client, method, host, api, variant, operation, subscription, plan },
  };
}

/** What was called by whom. */
function calledText(exchange: Exchange): string {
  const { api, variant, subscription, plan, operation } = exchange;
  let part = '';
  if (api !== null) part += variant === null ? api.logText : variant.logText;
  if (operation !== null) part += `,"operation":${quoted(operation.path)}`;
  if (subscription !== null) part += subscription.logText;
  if (plan !== null) part += `,"plan":"${plan.name}"`;
  return part;
}

/** How it ended. */
function outcomeOf(exchange: Exchange): string {
  let part = '';
  const { backendStartedAt, backendMs, totalMs, backend } = exchange;
  if (backendStartedAt !== 0)
    part += `,"backend":"${backend}","backendMs":${rounded(backendMs)},"gatewayMs":${rounded(totalMs - backendMs)}`;
  if (exchange.grpcStatus >= 0) part += `,"grpcStatus":${exchange.grpcStatus}`;
  part += policiesOf(exchange);
  if (exchange.attempts > 1) part += `,"attempts":${exchange.attempts}`;
  if (exchange.code !== '') part += `,"code":"${exchange.code}"`;
  if (exchange.fault !== '') part += `,"fault":"${exchange.fault}"`;
  if (exchange.brokenRule !== '') part += `,"invalid":${quoted(exchange.brokenRule)}`;
  if (exchange.clientAborted) part += ',"aborted":true';
  if (exchange.cause !== undefined) part += `,"cause":${quoted(describeError(exchange.cause))}`;
  return part;
}

/** What policies have done with it. */
function policiesOf({ cacheOutcome, mocked, drill }: Exchange): string {
  let part = '';
  if (cacheOutcome !== '') part += `,"cache":"${cacheOutcome}"`;
  if (mocked) part += ',"mock":true';
  if (drill !== '') part += `,"drill":"${drill}"`;
  return part;
}

/** As nginx writes it: the caller went away before there was an answer. */
const clientClosedRequest = 499;

/** To the hundredth, as text: writing a fraction by itself takes several times as long. */
function rounded(ms: number): string {
  const hundredths = Math.round(ms * 100);
  return `${Math.floor(hundredths / 100)}.${twoDigits[hundredths % 100]}`;
}

const twoDigits = Array.from({ length: 100 }, (_, number) => String(number).padStart(2, '0'));

let lastSecond = 0;
let lastText = '';

/** RFC 3339; the part down to the second is kept, because a thousand calls share it. */
function isoTime(time: number): string {
  const second = Math.floor(time / 1000);
  if (second !== lastSecond) {
    lastSecond = second;
    lastText = new Date(second * 1000).toISOString().slice(0, 20);
  }
  const ms = Math.floor(time - second * 1000);
  return `${lastText}${String(ms).padStart(3, '0')}Z`;
}
