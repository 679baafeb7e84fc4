import type { CompiledSubscription } from '#api/compiled/contract.ts';
import { parseId } from '#api/object.ts';
import { flatText } from '../http1/flat-text.ts';
import type { CounterPool } from '../limits/counters.ts';
import type { Limits } from '../limits/rule.ts';
import { buildLimits } from '../limits/rule.ts';
import type { TenantEntry } from './model.ts';
import type { Slot, Slots } from './slot.ts';

/** A Subscription as it is served. Its texts are written when they are first needed: most of 50,000 call another pod. */
export class SubscriptionEntry {
  readonly id: string;
  readonly namespace: string;
  readonly tenantId: string;
  readonly tenant: Slot<TenantEntry>;
  readonly application: string;
  /** Plan by ApiService id; null where the ApiService has no plans. */
  readonly grants: ReadonlyMap<string, string | null>;
  readonly limits: Limits;
  #backendText: string | undefined;
  #logText: string | undefined;

  constructor(
    { id, tenant, application, grants, limits }: CompiledSubscription,
    deps: { readonly tenants: Slots<TenantEntry>; readonly counters: CounterPool },
  ) {
    const source = { level: 'subscription', owner: id, label: `the Subscription "${id}"` } as const;
    this.id = id;
    this.namespace = parseId(id).namespace;
    this.tenantId = tenant;
    this.tenant = deps.tenants.acquire(tenant);
    this.application = application;
    this.grants = new Map(grants.map((grant) => [grant.api, grant.plan ?? null]));
    this.limits = buildLimits(deps.counters, source, limits);
  }

  /** Header lines for backends that say who calls. */
  get backendText(): string {
    this.#backendText ??= flatText(
      `X-Consumer-Tenant: ${this.tenantId}\r\nX-Consumer-Subscription: ${this.id}\r\nX-Consumer-Application: ${this.application}\r\n`,
    );
    return this.#backendText;
  }

  /** Its part of each access-log line. */
  get logText(): string {
    this.#logText ??= flatText(
      `,"subscription":"${this.id}","application":"${this.application}","consumer":"${this.tenantId}"`,
    );
    return this.#logText;
  }
}
