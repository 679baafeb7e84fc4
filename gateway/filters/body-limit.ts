import { GatewayError } from '../errors.ts';
import type { Exchange } from '../exchange.ts';
import type { Filter } from './filter.ts';

/** Refuses a body that says by itself that it is too large; one that does not say is counted while it streams. */
export function bodyLimit(): Filter {
  return {
    name: 'body-limit',
    onRequest(exchange) {
      const limit = bodyLimitOf(exchange);
      if (exchange.bodyLength > limit) throw bodyTooLarge(limit);
    },
  };
}

/** Bytes. */
export function bodyLimitOf(exchange: Exchange): number {
  return exchange.api?.maxRequestBytes ?? exchange.gateway?.maxRequestBytes ?? 0;
}

export function bodyTooLarge(limit: number): GatewayError {
  return new GatewayError('GW_BODY_TOO_LARGE', `A request body has at most ${limit} bytes here.`, {
    members: { maxRequestBytes: limit },
  });
}
