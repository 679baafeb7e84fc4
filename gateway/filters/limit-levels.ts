import type { Exchange } from '../exchange.ts';
import type { Limits } from '../limits/rule.ts';

/** Visits the limits of all levels that a call must pass, in their order. `context` goes along, so that nothing is made for a call. */
export function eachLevel<Context>(
  exchange: Exchange,
  visit: (limits: Limits, context: Context) => void,
  context: Context,
): void {
  const { gateway, api, operation, plan, subscription } = exchange;
  if (gateway !== null) visit(gateway.limits, context);
  if (api !== null) {
    if (api.tenant.value !== null) visit(api.tenant.value.limits, context);
    visit(api.limits, context);
  }
  if (operation !== null) visit(operation.limits, context);
  if (plan !== null) visit(plan.limits, context);
  if (subscription !== null) visit(subscription.limits, context);
}

/** Whether the limits of some level hold for `test`. */
export function someLevel(exchange: Exchange, test: (limits: Limits) => boolean): boolean {
  const { gateway, operation, plan, subscription } = exchange;
  return (
    (gateway !== null && test(gateway.limits)) ||
    isSoForApi(exchange, test) ||
    (operation !== null && test(operation.limits)) ||
    (plan !== null && test(plan.limits)) ||
    (subscription !== null && test(subscription.limits))
  );
}

function isSoForApi({ api }: Exchange, test: (limits: Limits) => boolean): boolean {
  if (api === null) return false;
  const tenant = api.tenant.value;
  return (tenant !== null && test(tenant.limits)) || test(api.limits);
}
