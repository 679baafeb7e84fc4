// Generated from crds/ by `make gen`.
// Objects are typed as they are stored: a field with a default is there, and nothing changes in
// place. What a person writes may leave such fields out; the store fills them in.

/**
 * At most so many calls, or bytes of answers, in a window; or so many calls at the same time. A call must pass every
 * limit of every level.
 */
export interface Limit {
  /**
   * Name of this limit, shown to a caller that it refuses, and the identity under which it goes on counting when it is
   * edited. Default: made of `by`, `per` and the position. Example: `ramai`.
   */
  readonly name?: string;
  /**
   * Calls allowed in one window and for one counter. Default: none; one of requests, bytes and concurrent is needed.
   * Example: `60`.
   */
  readonly requests?: number;
  /**
   * Bytes of the bodies of answers allowed in one window and for one counter, with an optional suffix Ki, Mi or Gi;
   * what is under way when they are used up is sent to its end. Per Second it is a bandwidth: answers are slowed down
   * and none is refused. Default: none; one of requests, bytes and concurrent is needed. Example: `10Gi`.
   */
  readonly bytes?: string;
  /**
   * Calls allowed at the same time for one counter, from their admission to the last byte of the answer. Default: none;
   * one of requests, bytes and concurrent is needed. Example: `20`.
   */
  readonly concurrent?: number;
  /**
   * Length of the window. Second, Minute and Hour run from a counter's first call; Day and Month are calendar windows
   * in the gateway's `timeZone`. Default: none; needed with requests and with bytes. Example: `Minute`.
   */
  readonly per?: 'Second' | 'Minute' | 'Hour' | 'Day' | 'Month';
  /**
   * What is counted apart: everything together, each Subscription, each application (several Subscriptions may name
   * one), each client address (IPv6 by /64), each value of a header field or of a claim of the caller's token. A call
   * that lacks what is counted by is counted by its address. Default: depends on where it stands. Example: `ClientIP`.
   */
  readonly by?: 'Total' | 'Subscription' | 'Application' | 'ClientIP' | 'Header' | 'Claim';
  /**
   * Header field that `by: Header` counts by, in any case. Callers choose its value, so it limits only those who are
   * honest about it. Default: none; needed with `by: Header`. Example: `x-device-id`.
   */
  readonly header?: string;
  /**
   * Claim of the caller's verified token that `by: Claim` counts by; a text, a number or a truth value. Default: none;
   * needed with `by: Claim`. Example: `azp`.
   */
  readonly claim?: string;
  /**
   * Which calls this limit is about, as an expression (CEL) over request, client, api, plan, subscription and claims
   * (docs/policies/limits.md); others pass it uncounted. Default: every call. Example: `request.headers["x-mode"] ==
   * "massal"`.
   */
  readonly when?: string;
  /**
   * What happens while the gateway's Redis does not answer: every pod allows its share of this limit, or calls that
   * would need to be counted are refused (503). Default: `LocalShare`. Example: `Deny`.
   */
  readonly onRedisFailure?: 'LocalShare' | 'Deny';
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
