import type { UsageTable } from '../usage/usage-table.ts';
import type { Filter } from './filter.ts';

/** Counts each call for who made it, and of what. */
export function usage(table: Pick<UsageTable, 'count'>): Filter {
  return { name: 'usage', onEnd: (exchange) => table.count(exchange) };
}
