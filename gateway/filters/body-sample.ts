import type { Exchange } from '../exchange.ts';
import { BodySample } from '../log/body-sample.ts';
import { bodyLimitOf } from './body-limit.ts';
import { fieldOf } from './client-address.ts';
import type { Filter } from './filter.ts';
import { readWholeBody } from './whole-body.ts';

/**
 * Chooses the calls whose bodies are logged: where the ApiService asks for it, the gateway permits it, and chance (0 to 1)
 * falls below the rate. A tunnel has no bodies.
 */
export function bodySample(chance: () => number): Filter {
  return {
    name: 'body-sample',
    onRequest(exchange) {
      const bodies = exchange.api?.logging?.bodies ?? null;
      if (bodies === null || exchange.gateway?.logging.bodies !== true) return undefined;
      if (exchange.upgrade !== '' || chance() >= bodies.rate) return undefined;
      const sample = new BodySample(exchange.downstream, bodies.maxBytes);
      exchange.bodySample = sample;
      exchange.downstream = sample;
      return exchange.bodyLength === 0 ? undefined : keepRequest(exchange, sample);
    },
  };
}

async function keepRequest(exchange: Exchange, sample: BodySample): Promise<void> {
  const type = fieldOf(exchange, 'content-type');
  const encoding = fieldOf(exchange, 'content-encoding');
  if (!sample.wantsRequest(type, encoding, exchange.bodyLength)) return;
  sample.keepRequest(await readWholeBody(exchange, bodyLimitOf(exchange)));
}
