import type { Exchange } from '../exchange.ts';
import type { Ids } from '../random-ids.ts';
import type { Filter } from './filter.ts';

/**
 * W3C Trace Context: a valid traceparent goes on as it came (this gateway makes no spans yet), with its tracestate; else
 * a new trace begins here. Of a trusted proxy the request id is taken over as well.
 */
export function traceContext(ids: Pick<Ids, 'traceId' | 'spanId'>): Filter {
  return {
    name: 'trace-context',
    onRequest(exchange) {
      const found = findFields(exchange);
      if (exchange.peerIsTrusted && isRequestId(found.requestId)) exchange.requestId = found.requestId;
      const match = traceparentPattern.exec(found.traceparent);
      const traceId = match?.[1];
      if (traceId !== undefined && !/^0+$/.test(traceId)) {
        exchange.traceId = traceId;
        exchange.traceparent = found.traceparent;
        return;
      }
      exchange.traceId = ids.traceId();
      exchange.traceparent = `00-${exchange.traceId}-${ids.spanId()}-00`;
    },
  };
}

/** Version 00; later versions may have more behind, which is read as far as it is known. */
const traceparentPattern = /^(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:-.*)?$/;

function isRequestId(text: string): boolean {
  return /^[A-Za-z0-9._:-]{1,128}$/.test(text);
}

const scratch = { traceparent: '', requestId: '' };

/** One pass for both; the result is valid until the next call. Two of one field are as good as none. */
function findFields(exchange: Exchange): typeof scratch {
  const { rawHeaders } = exchange;
  scratch.traceparent = '';
  scratch.requestId = '';
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] ?? '';
    const value = rawHeaders[i + 1] ?? '';
    if (name.length === 11 && name.toLowerCase() === 'traceparent') scratch.traceparent += value;
    else if (name.length === 12 && name.toLowerCase() === 'x-request-id') scratch.requestId += value;
  }
  return scratch;
}
