import { GatewayError } from '../errors.ts';
import type { Filter } from './filter.ts';

/** An API that is being worked on answers so at once, but for those who look whether it works again. */
export function maintenance(): Filter {
  return {
    name: 'maintenance',
    onRequest({ api, client }) {
      const work = api?.maintenance ?? null;
      if (work === null || work.allow.has(client.address)) return;
      const headers = work.retryAfterSeconds === undefined ? [] : ['Retry-After', String(work.retryAfterSeconds)];
      throw new GatewayError('GW_MAINTENANCE', `This API is being maintained: ${work.message}`, { headers });
    },
  };
}
