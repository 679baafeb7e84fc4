import { type GatewayCode, GatewayError } from '../errors.ts';
import type { MaintenanceEntry } from '../snapshot/model.ts';
import type { Filter } from './filter.ts';

/** What is being worked on answers so at once, but for those who look whether it works again. */
export function maintenance(): Filter {
  return {
    name: 'maintenance',
    onRequest({ gateway, api, client }) {
      if (gateway !== null) refuse(gateway.maintenance, client.address, 'GW_GATEWAY_MAINTENANCE', 'This gateway is');
      if (api === null) return;
      refuse(
        api.tenant.value?.maintenance ?? null,
        client.address,
        'GW_MAINTENANCE',
        'All APIs of this institution are',
      );
      refuse(api.maintenance, client.address, 'GW_MAINTENANCE', 'This API is');
    },
  };
}

function refuse(work: MaintenanceEntry | null, client: string, code: GatewayCode, what: string): void {
  if (work === null || work.allow.has(client)) return;
  const headers = work.retryAfterSeconds === undefined ? [] : ['Retry-After', String(work.retryAfterSeconds)];
  throw new GatewayError(code, `${what} being maintained: ${work.message}`, { headers });
}
