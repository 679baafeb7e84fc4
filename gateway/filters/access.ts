import { GatewayError } from '../errors.ts';
import type { Filter } from './filter.ts';

/** May this address call the API at all? Says nothing more than no: who is not let in need not know why. */
export function access(): Filter {
  return {
    name: 'access',
    onRequest({ api, client }) {
      if (api === null || api.access === null) return;
      const { allow, deny } = api.access;
      if (!deny.has(client.address) && (allow.isEmpty || allow.has(client.address))) return;
      throw new GatewayError('GW_ADDRESS_NOT_ALLOWED', 'This API takes no calls from your address.');
    },
  };
}
