import type { Exchange } from '../exchange.ts';
import type { ApiEntry } from '../snapshot/model.ts';
import { nothingPresented, scopeMissing } from './challenges.ts';
import type { Filter } from './filter.ts';

/**
 * Does the caller have every scope that the API and the operation ask for? Tokens state theirs; all other proofs have
 * those of the plan, because the owner of the API writes plans and nobody else does. Tokens of our own have those of both:
 * they are good for all APIs of a Subscription, and a scope of one means nothing at another.
 */
export function scopes(): Filter {
  return {
    name: 'scopes',
    onRequest(exchange) {
      const { api, operation } = exchange;
      if (api === null) return;
      if (api.authentication.scopes.length > 0 || (operation !== null && operation.scopes.length > 0)) {
        checkScopes(exchange, api, operation?.scopes ?? []);
      }
    },
  };
}

function checkScopes(exchange: Exchange, api: ApiEntry, ofOperation: readonly string[]): void {
  const { authentication } = api;
  if (exchange.credential === null) throw nothingPresented(api, authentication.accepted.now());
  const held = heldBy(exchange);
  const needed = [...authentication.scopes, ...ofOperation];
  const missing = needed.filter((scope) => !held.has(scope));
  if (missing.length > 0) throw scopeMissing(needed, missing);
}

const nothing: ReadonlySet<string> = new Set();

function heldBy({ token, plan }: Exchange): ReadonlySet<string> {
  const ofPlan = plan === null ? nothing : plan.scopes;
  if (token === null) return ofPlan;
  return token.isOwn ? token.scopes.intersection(ofPlan) : token.scopes;
}
