import { GatewayError } from '../errors.ts';
import type { Exchange } from '../exchange.ts';
import type { ApiEntry, PlanEntry } from '../snapshot/model.ts';
import type { SubscriptionEntry } from '../snapshot/subscription-entry.ts';
import type { Filter } from './filter.ts';

/** May this Subscription call this API, and on which plan? A call without one passes: `credential` has decided that it may. */
export function subscription(): Filter {
  return {
    name: 'subscription',
    onRequest(exchange) {
      const { api, subscription: caller } = exchange;
      if (api === null || caller === null) return;
      checkConsumer(caller);
      checkDraft(exchange, api, caller);
      exchange.plan = grantedPlan(api, caller);
    },
  };
}

function checkConsumer(caller: SubscriptionEntry): void {
  const consumer = caller.tenant.value;
  if (consumer === null) {
    throw new GatewayError(
      'GW_TENANT_MISSING',
      `The Tenant "${caller.tenantId}" of the Subscription is not loaded here.`,
    );
  }
  if (consumer.suspended) {
    throw new GatewayError(
      'GW_CONSUMER_SUSPENDED',
      `The Tenant "${caller.tenantId}" of the Subscription is suspended.`,
    );
  }
}

function checkDraft(exchange: Exchange, api: ApiEntry, caller: SubscriptionEntry): void {
  if (api.lifecycle.state !== 'Draft' || caller.namespace === api.namespace) return;
  exchange.plan = null;
  throw new GatewayError(
    'GW_NOT_PUBLISHED',
    `The API "${api.id}" is a draft: only Subscriptions in the namespace "${api.namespace}" may call it.`,
  );
}

/** Null: the API has no plans. */
function grantedPlan(api: ApiEntry, caller: SubscriptionEntry): PlanEntry | null {
  const granted = caller.grants.get(api.id);
  if (granted === undefined) {
    throw new GatewayError(
      'GW_NOT_SUBSCRIBED',
      `The Subscription "${caller.id}" has no access to the API "${api.id}": name it under spec.apis, and if its plan is ` +
        'approved by hand, wait for the Approval of its owner.',
    );
  }
  if (granted === null && api.plans.size === 0) return null;
  const plan = granted === null ? undefined : api.plans.get(granted);
  if (plan === undefined) {
    throw new GatewayError(
      'GW_PLAN_MISSING',
      `The API "${api.id}" does not offer the plan "${granted ?? 'none'}" that the Subscription "${caller.id}" names: choose another.`,
    );
  }
  return plan;
}
