import type { Exchange } from '../exchange.ts';
import type { PolicyMetrics } from '../metrics/policy-metrics.ts';
import { callKey, hashText, mixToUnit } from '../proxy/hash.ts';
import type { CanaryEntry } from '../snapshot/model.ts';
import { fieldOf } from './client-address.ts';
import type { Filter } from './filter.ts';

/** Sends a share of callers to the backend of another version; each stays where it is while the share grows. */
export function canary(metrics: PolicyMetrics): Filter {
  return {
    name: 'canary',
    onRequest(exchange) {
      const entry = exchange.api?.canary ?? null;
      if (entry === null) return;
      if (isChosen(exchange, entry)) exchange.variant = entry.variant;
      exchange.answerHeaders.push('Simpul-Version', exchange.variant?.version ?? exchange.api?.version ?? '');
    },
    onEnd(exchange) {
      if (exchange.api !== null && exchange.api.canary !== null) metrics.countVersion(exchange);
    },
  };
}

/** The share is a part of the same range for whoever calls: a larger one holds a smaller one. */
function isChosen(exchange: Exchange, { share, sticky, seed, always }: CanaryEntry): boolean {
  if (always !== null && fieldOf(exchange, always.header) === always.value) return true;
  return share > 0 && mixToUnit(hashText(callKey(exchange, sticky)), seed) < share;
}
