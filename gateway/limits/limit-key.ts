import type { LimitScope } from '#api/compiled/limit.ts';
import type { LimitKeys } from './limiter.ts';
import type { AnyRule } from './rule.ts';

/** A caller that lacks what is counted by is counted by its address: else all of them would share one counter, or none. */
export function keyOf(limit: LimitScope, keys: LimitKeys): string {
  switch (limit.by) {
    case 'Total':
      return '';
    case 'ClientIP':
      return keys.clientIp;
    case 'Subscription':
      return keys.subscription === '' ? keys.clientIp : keys.subscription;
    case 'Application':
      return keys.application === '' ? keys.clientIp : keys.application;
    case 'Header':
      return valueOrAddress(keys.header(limit.header ?? ''), keys);
    case 'Claim':
      return valueOrAddress(keys.claim(limit.claim ?? ''), keys);
  }
}

/** Values begin with a sign that no address has, so that nobody counts as an address by naming it. */
function valueOrAddress(value: string, keys: LimitKeys): string {
  return value === '' ? keys.clientIp : `=${value}`;
}

/** Whether a rule is about a call. Where its condition cannot be evaluated, it is. */
export function isAbout<Rule extends AnyRule>(rule: Rule, keys: LimitKeys, onBadCondition: (rule: Rule) => void) {
  if (rule.when === null) return true;
  const holds = rule.when.holds(keys.facts());
  if (holds === undefined) onBadCondition(rule);
  return holds ?? true;
}
