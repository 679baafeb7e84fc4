import type { Exchange } from '../exchange.ts';
import type { FieldMemory, KnownTrace } from '../field-memory.ts';
import { isNamed } from '../http1/write-head.ts';
import type { Ids } from '../random-ids.ts';
import type { CallSpan } from '../tracing/call-span.ts';
import type { Tracing } from '../tracing/tracing.ts';
import { fieldOf } from './client-address.ts';
import type { Filter } from './filter.ts';

/**
 * W3C Trace Context. A valid traceparent goes on with its tracestate, else a new trace begins here. Where the call is
 * traced, the backend's parent is our span; where it is not, it stays the caller's. Of a trusted proxy the request id is
 * taken over as well, and its word on sampling.
 */
export function traceContext(ids: Pick<Ids, 'traceId' | 'spanId'>, tracing: Pick<Tracing, 'decide' | 'ended'>): Filter {
  return {
    name: 'trace-context',
    onRequest(exchange) {
      const found = knownFields(exchange.memory);
      if (exchange.peerIsTrusted && isRequestId(found.requestId)) exchange.requestId = found.requestId;
      const parent = readTraceparent(found.traceparent);
      exchange.continuesTrace = parent !== undefined;
      exchange.traceId = parent?.traceId ?? ids.traceId();
      const isTraced = tracing.decide(exchange.peerIsTrusted ? parent?.isSampled : undefined);
      exchange.span = isTraced ? newSpan(exchange, parent, ids) : null;
      exchange.traceparent = traceparentOf(exchange, parent, ids);
    },
    onEnd(exchange) {
      if (exchange.span !== null) tracing.ended(exchange);
    },
  };
}

function newSpan(exchange: Exchange, parent: Parent | undefined, ids: Pick<Ids, 'spanId'>): CallSpan {
  const state = parent === undefined ? '' : fieldOf(exchange, 'tracestate');
  return { parentId: parent?.id ?? '', id: ids.spanId(), backendId: ids.spanId(), state };
}

/** What the backend is told. */
function traceparentOf({ span, traceId }: Exchange, parent: Parent | undefined, ids: Pick<Ids, 'spanId'>): string {
  if (span !== null) return `00-${traceId}-${span.backendId}-01`;
  return parent?.text ?? `00-${traceId}-${ids.spanId()}-00`;
}

interface Parent {
  readonly text: string;
  readonly traceId: string;
  readonly id: string;
  readonly isSampled: boolean;
}

/** Undefined: not valid. */
function readTraceparent(text: string): Parent | undefined {
  const [, traceId = '', id = '', flags = ''] = (text !== '' && traceparentPattern.exec(text)) || [];
  if (traceId === '') return undefined;
  return { text, traceId, id, isSampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

/** Version 00; later versions may have more behind, which is read as far as it is known. */
const traceparentPattern = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?$/;

function isRequestId(text: string): boolean {
  return /^[A-Za-z0-9._:-]{1,128}$/.test(text);
}

const neither: KnownTrace = { traceparent: '', requestId: '' };

function knownFields(memory: FieldMemory): KnownTrace {
  memory.trace ??= findFields(memory.fields);
  return memory.trace;
}

/** One pass for both. Two of one field are as good as none. */
function findFields(fields: readonly string[]): KnownTrace {
  let traceparent = '';
  let requestId = '';
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i] ?? '';
    if (isNamed(name, 'traceparent')) traceparent += fields[i + 1] ?? '';
    else if (isNamed(name, 'x-request-id')) requestId += fields[i + 1] ?? '';
  }
  if (traceparent === '' && requestId === '') return neither;
  return { traceparent, requestId };
}
