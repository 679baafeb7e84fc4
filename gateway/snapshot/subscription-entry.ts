import type { CompiledSubscription } from '#api/compiled/contract.ts';
import { parseId } from '#api/object.ts';
import { flatText } from '../http1/flat-text.ts';
import type { CounterPool } from '../limits/counters.ts';
import type { Limits } from '../limits/rule.ts';
import { buildLimits } from '../limits/rule.ts';
import type { TenantEntry } from './model.ts';
import { lossOf, type Revocations } from './revocations.ts';
import type { Slot, Slots } from './slot.ts';

/** A Subscription as it is served. Its texts are written when they are first needed: most of 50,000 call another pod. */
export class SubscriptionEntry {
  readonly id: string;
  readonly namespace: string;
  readonly tenantId: string;
  readonly tenant: Slot<TenantEntry>;
  readonly application: string;
  /** Plan by ApiService id; null where the ApiService has no plans. Without those that are withheld. */
  readonly grants: Map<string, string | null>;
  readonly limits: Limits;
  /** Null: nothing of it is withheld. */
  #aside: Map<string, string | null> | null = null;
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

  /** All that it was granted, also what is withheld. */
  granted(): string[] {
    return [...this.grants.keys(), ...(this.#aside?.keys() ?? [])];
  }

  /** Puts aside what is withheld now, and puts back what is not any more. */
  sort(revocations: Revocations): void {
    for (const [api, plan] of this.#aside ?? []) this.grants.set(api, plan);
    this.#aside = null;
    if (!revocations.isRolledBack) return;
    for (const [api, plan] of [...this.grants]) {
      const what = () => `the access of Subscription "${this.id}" to ApiService "${api}"`;
      if (!revocations.isWithheld(lossOf.grant(this.id, api), what)) continue;
      this.grants.delete(api);
      this.#aside ??= new Map();
      this.#aside.set(api, plan);
    }
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
