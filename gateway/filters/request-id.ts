import type { Filter } from './filter.ts';

/** Names every call and every answer. A trusted proxy's own id replaces it later (`trace-context`). */
export function requestId(newId: () => string): Filter {
  return {
    name: 'request-id',
    onRequest(exchange) {
      exchange.requestId = newId();
    },
    onAnswer(exchange) {
      exchange.answerHeaders.push('X-Request-Id', exchange.requestId);
    },
  };
}
