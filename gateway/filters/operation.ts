import { GatewayError } from '../errors.ts';
import type { Filter } from './filter.ts';

/** Finds the operation where an API lists them; then nothing else passes. */
export function operation(): Filter {
  return {
    name: 'operation',
    onRequest(exchange) {
      const { api } = exchange;
      if (api === null || api.operations === null) return;
      const match = api.operations.match(exchange.method, relativePath(exchange.path, api.baseLength));
      if (match.found === 'operation') {
        exchange.operation = match.operation;
        return;
      }
      if (match.found === 'nothing') {
        throw new GatewayError('GW_OPERATION_NOT_FOUND', 'The API does not list an operation with this path.');
      }
      const allow = match.allow.join(', ');
      throw new GatewayError('GW_METHOD_NOT_ALLOWED', `This operation takes ${allow}.`, { headers: ['Allow', allow] });
    },
  };
}

/** What is left of the path behind the base path. */
export function relativePath(path: string, baseLength: number): string {
  return path.length === baseLength ? '/' : path.slice(baseLength);
}
