import { describeError } from '#api/errors.ts';
import type { Clock } from '../clock.ts';
import type { Exchange } from '../exchange.ts';
import type { Filter } from './filter.ts';

/**
 * One JSON line for each call. Names objects and operations, never the path, the query or a key: they may hold personal
 * numbers or secrets. Durations in milliseconds, sizes in bytes of body.
 */
export function accessLog(write: (line: string) => void, clock: Clock): Filter {
  return {
    name: 'access-log',
    onEnd(exchange) {
      write(lineOf(exchange, clock.steady() - exchange.startedAt));
    },
  };
}

/** Put together by hand: only what a caller can choose is escaped, which is half the cost of JSON.stringify. */
function lineOf(exchange: Exchange, totalMs: number): string {
  const { api, subscription, plan, operation } = exchange;
  const status = exchange.clientAborted && exchange.status === 0 ? clientClosedRequest : exchange.status;
  let line =
    `{"level":"info","time":"${isoTime(exchange.time)}","msg":"call","requestId":"${exchange.requestId}"` +
    `,"traceId":"${exchange.traceId}","client":"${exchange.client.address}","method":${quoted(exchange.method)}` +
    `,"host":"${exchange.host}","status":${status},"bytesIn":${exchange.bytesIn},"bytesOut":${exchange.bytesOut}` +
    `,"totalMs":${rounded(totalMs)}`;
  if (api !== null) line += `,"route":"${api.basePath}","api":"${api.id}","tenant":"${api.tenantId}"`;
  if (operation !== null) line += `,"operation":${quoted(operation.path)}`;
  if (subscription !== null) line += `,"subscription":"${subscription.id}","consumer":"${subscription.tenantId}"`;
  if (plan !== null) line += `,"plan":"${plan.name}"`;
  if (exchange.backendStartedAt !== 0) line += `,"backendMs":${rounded(exchange.backendMs)}`;
  if (exchange.code !== '') line += `,"code":"${exchange.code}"`;
  if (exchange.fault !== '') line += `,"fault":"${exchange.fault}"`;
  if (exchange.clientAborted) line += ',"aborted":true';
  if (exchange.cause !== undefined) line += `,"cause":${quoted(describeError(exchange.cause))}`;
  return `${line}}`;
}

/** As nginx writes it: the caller went away before there was an answer. */
const clientClosedRequest = 499;

const plainWord = /^[A-Za-z0-9_./{}-]*$/;

function quoted(text: string): string {
  return plainWord.test(text) ? `"${text}"` : JSON.stringify(text);
}

function rounded(ms: number): number {
  return Math.round(ms * 100) / 100;
}

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
