// Generated from crds/ by `make gen`.
// Objects are typed as they are stored: a field with a default is there, and nothing changes in
// place. What a person writes may leave such fields out; the store fills them in.

/** At most so many calls in a window. A call must pass every limit of every level. */
export interface Limit {
  /**
   * Name of this limit, shown to a caller that it refuses, and the identity under which it goes on counting when it is
   * edited. Default: made of `by`, `per` and the position. Example: `ramai`.
   */
  readonly name?: string;
  /** Calls allowed in one window and for one counter. Example: `60`. */
  readonly requests: number;
  /**
   * Length of the window. Second, Minute and Hour run from a counter's first call; Day and Month are calendar windows
   * in the gateway's `timeZone`. Example: `Minute`.
   */
  readonly per: 'Second' | 'Minute' | 'Hour' | 'Day' | 'Month';
  /**
   * What is counted apart: everything together, each Subscription, each application (several Subscriptions may name
   * one), or each client address (IPv6 by /64). Default: depends on where it stands. Example: `ClientIP`.
   */
  readonly by?: 'Total' | 'Subscription' | 'Application' | 'ClientIP';
  /** Calls allowed within any one second, beside `requests`. Default: no such bound. Example: `100`. */
  readonly burst?: number;
}

/** Which Tenants' ApiServices may name this object. */
export interface TenantSelection {
  /** `All` Tenants of this installation, or those that `selector` picks. Example: `Selector`. */
  readonly from: 'All' | 'Selector';
  /**
   * Picks Tenants by their labels. Default: none; needed when `from` is `Selector`. Example: `{matchLabels: {level:
   * province}}`.
   */
  readonly selector?: TenantSelectionSelector;
}

/**
 * Picks Tenants by their labels. Default: none; needed when `from` is `Selector`. Example: `{matchLabels: {level:
 * province}}`.
 */
export interface TenantSelectionSelector {
  /** Labels that a Tenant must carry, all of them. Example: `{level: province}`. */
  readonly matchLabels: { readonly [name: string]: string };
}
