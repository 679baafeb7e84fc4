import { GatewayError } from '../errors.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import type { Filter } from './filter.ts';

/** Finds the API at this host and path, as the configuration is now; the call keeps it to its end. */
export function route(snapshot: Pick<Snapshot, 'gateway' | 'router'>): Filter {
  return {
    name: 'route',
    onRequest(exchange) {
      exchange.gateway = snapshot.gateway;
      if (exchange.gateway === null) {
        throw new GatewayError('GW_NOT_READY', 'This gateway has not been configured yet.');
      }
      exchange.api = snapshot.router.match(exchange.host, exchange.path);
      if (exchange.api === null) {
        throw new GatewayError(
          'GW_ROUTE_NOT_FOUND',
          'No API is served at this host and path; check both, and the base path.',
        );
      }
    },
  };
}
