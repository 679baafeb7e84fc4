// Generated from crds/tenants.yaml by `make gen`.
// Objects are typed as they are stored: a field with a default is there, and nothing changes in
// place. What a person writes may leave such fields out; the store fills them in.

import type { Condition } from '#api/conditions.ts';
import type { ObjectMeta } from '#api/object.ts';
import type { Limit } from './shared.ts';

/** An institution: its namespace, who acts for it, which hosts and paths its APIs may use, and its ceilings. */
export interface Tenant {
  readonly apiVersion: 'simpul.id/v1alpha1';
  readonly kind: 'Tenant';
  readonly metadata: ObjectMeta;
  /** What the institution is, may claim, and who acts for it. */
  readonly spec: TenantSpec;
  /**
   * What the operator observed; nobody else writes it. Default: `{observedGeneration: -1}` until the first visit, so
   * that what waits for the operator sees that it has not looked yet. Example: see `conditions`.
   */
  readonly status?: TenantStatus;
}

/** What the institution is, may claim, and who acts for it. */
export interface TenantSpec {
  /**
   * Which installation looks after this object, where one cluster holds several. Default: `simpul`. Example:
   * `simpul-banten`.
   */
  readonly className: string;
  /** Name of the institution, as people write it. Example: `Pemerintah Provinsi Banten`. */
  readonly displayName: string;
  /**
   * The institution's official code (for a region, the code of the Ministry of Home Affairs). Default: none. Example:
   * `36.71`.
   */
  readonly code?: string;
  /**
   * Namespace that belongs to this Tenant. One that exists already must carry the label `simpul.id/tenant` with the
   * Tenant's name; otherwise it is created. Default: the Tenant's name. Example: `banten-dev`.
   */
  readonly namespace?: string;
  /**
   * What becomes of a namespace that this Tenant created, when the Tenant is deleted: it stays, or it goes with all
   * that is in it. A namespace that was there before always stays. Default: `Retain`. Example: `Delete`.
   */
  readonly deletionPolicy: 'Retain' | 'Delete';
  /**
   * Whole hosts that belong to this Tenant alone: its ApiServices may name them, and nobody else's API answers on them.
   * Default: none. Example: `[api.bantenprov.go.id]`.
   */
  readonly hosts?: readonly string[];
  /**
   * Path prefixes, by whole segments, that this Tenant's ApiServices may use on shared hosts. Default: none. Example:
   * `[/banten]`.
   */
  readonly paths?: readonly string[];
  /**
   * Who acts for the institution. Each entry becomes a RoleBinding in the Tenant's namespace. Default: nobody. Example:
   * `[{kind: Group, name: 'banten:penerbit', role: Publisher}]`.
   */
  readonly members?: readonly TenantMember[];
  /**
   * Ceilings over all APIs of this Tenant together. A call must pass every limit of every level; a refused call counts
   * nowhere. Default: none. Example: `[{requests: 60, per: Minute}]`.
   */
  readonly limits?: readonly Limit[];
  /** Which acts inside this Tenant wait for an Approval. Default: none. Example: `{publish: Required}`. */
  readonly approvals?: TenantApprovals;
  /**
   * What an ApiService of this Tenant gets that says nothing itself. Default: the gateway's. Example: `{timeout: 10s}`.
   */
  readonly defaults?: TenantDefaults;
  /**
   * What no ApiService of this Tenant exceeds: a larger value is cut to it, and the ApiService says so in a Warning.
   * Default: none. Example: `{timeout: 1m, maxRequestBytes: 100Mi}`.
   */
  readonly ceilings?: TenantCeilings;
  /**
   * While this is here, calls of all APIs of this Tenant get 503 with this message. Default: none. Example: `{message:
   * Pindah server, retryAfter: 30m, allowFrom: [10.1.2.0/24]}`.
   */
  readonly maintenance?: TenantMaintenance;
  /**
   * What everything in this Tenant's namespace may use together, as a ResourceQuota that the operator keeps
   * (docs/tenant-resources.md). Default: no bound. Example: `{pods: 20, memory: 8Gi, apiServices: 100}`.
   */
  readonly resourceQuota?: TenantResourceQuota;
  /**
   * Who may reach the pods in this Tenant's namespace, where the cluster's network enforces NetworkPolicies
   * (docs/network.md). Default: `Isolated` in a namespace that was made for this Tenant, `Open` in one that was there
   * before. Example: `{isolation: Isolated, allowFrom: [ingress-nginx]}`.
   */
  readonly network?: TenantNetwork;
  /**
   * Whether the Tenant is suspended: every call to its APIs, and every call with its Subscriptions' credentials, is
   * refused with 403 at once; nothing is deleted. Default: `false`. Example: `true`.
   */
  readonly suspended: boolean;
}

/** One person or group in one role. Example: `{kind: Group, name: 'banten:penerbit', role: Publisher}`. */
export interface TenantMember {
  /** Whether `name` is a user or a group, as the API server's authentication knows it. Example: `Group`. */
  readonly kind: 'User' | 'Group';
  /** Name of the user or group. Example: `banten:penerbit`. */
  readonly name: string;
  /** What they may do in the Tenant's namespace (docs/roles.md). Example: `Publisher`. */
  readonly role: 'Admin' | 'Publisher' | 'Approver' | 'Consumer' | 'DataEngineer' | 'Viewer';
}

/** Which acts inside this Tenant wait for an Approval. Default: none. Example: `{publish: Required}`. */
export interface TenantApprovals {
  /**
   * Whether an ApiService's `lifecycle: Published` waits for an Approval without `subscriptionRef`; until then it is
   * served as a Draft. Default: `NotRequired`. Example: `Required`.
   */
  readonly publish: 'Required' | 'NotRequired';
}

/**
 * What an ApiService of this Tenant gets that says nothing itself. Default: the gateway's. Example: `{timeout: 10s}`.
 */
export interface TenantDefaults {
  /**
   * Time for a whole answer of the backend, as a duration in ms, s, m or h. Default: the gateway's. Example: `10s`.
   */
  readonly timeout?: string;
  /**
   * Time to connect to the backend, TLS included, as a duration in ms, s, m or h. Default: the gateway's. Example:
   * `2s`.
   */
  readonly connectTimeout?: string;
  /** Largest request body, in bytes with an optional suffix Ki, Mi or Gi. Default: the gateway's. Example: `1Mi`. */
  readonly maxRequestBytes?: string;
  /**
   * Largest answer of a backend, in bytes with an optional suffix Ki, Mi or Gi. Default: any size. Example: `10Mi`.
   */
  readonly maxResponseBytes?: string;
}

/**
 * What no ApiService of this Tenant exceeds: a larger value is cut to it, and the ApiService says so in a Warning.
 * Default: none. Example: `{timeout: 1m, maxRequestBytes: 100Mi}`.
 */
export interface TenantCeilings {
  /**
   * Longest time for a whole answer of the backend, of operations too, as a duration in ms, s, m or h. Default: none.
   * Example: `1m`.
   */
  readonly timeout?: string;
  /**
   * Longest time to connect to the backend, TLS included, as a duration in ms, s, m or h. Default: none. Example: `5s`.
   */
  readonly connectTimeout?: string;
  /**
   * Largest request body that any may ask for, in bytes with an optional suffix Ki, Mi or Gi. Default: none. Example:
   * `100Mi`.
   */
  readonly maxRequestBytes?: string;
  /**
   * Largest answer of a backend that any may ask for, in bytes with an optional suffix Ki, Mi or Gi; it holds also
   * where an ApiService says nothing. Default: none. Example: `100Mi`.
   */
  readonly maxResponseBytes?: string;
  /**
   * Most attempts after the first that an ApiService may ask for in `backend.retries`; 0: none. Default: none. Example:
   * `1`.
   */
  readonly retryAttempts?: number;
}

/**
 * While this is here, calls of all APIs of this Tenant get 503 with this message. Default: none. Example: `{message:
 * Pindah server, retryAfter: 30m, allowFrom: [10.1.2.0/24]}`.
 */
export interface TenantMaintenance {
  /** What callers read. Example: `Pindah server sampai pukul 22.00`. */
  readonly message: string;
  /** When callers should try again, as a duration in ms, s, m or h. Default: they are not told. Example: `30m`. */
  readonly retryAfter?: string;
  /** Addresses of callers that are served all the same. Default: none. Example: `[10.1.2.0/24]`. */
  readonly allowFrom?: readonly string[];
}

/**
 * What everything in this Tenant's namespace may use together, as a ResourceQuota that the operator keeps
 * (docs/tenant-resources.md). Default: no bound. Example: `{pods: 20, memory: 8Gi, apiServices: 100}`.
 */
export interface TenantResourceQuota {
  /** Pods. Default: any number. Example: `20`. */
  readonly pods?: number;
  /**
   * CPUs that pods ask for (`requests.cpu`), in whole ones or thousandths; pods that ask for none are refused then.
   * Default: as much as there is. Example: `4`.
   */
  readonly cpu?: string;
  /**
   * Memory that pods may use (`limits.memory`), in bytes with an optional suffix Ki, Mi, Gi or Ti; pods without that
   * limit are refused then. Default: as much as there is. Example: `8Gi`.
   */
  readonly memory?: string;
  /**
   * Storage that volume claims ask for (`requests.storage`), in bytes with an optional suffix Ki, Mi, Gi or Ti.
   * Default: as much as there is. Example: `50Gi`.
   */
  readonly storage?: string;
  /** ApiServices. Default: any number. Example: `100`. */
  readonly apiServices?: number;
  /** Subscriptions. Default: any number. Example: `500`. */
  readonly subscriptions?: number;
}

/**
 * Who may reach the pods in this Tenant's namespace, where the cluster's network enforces NetworkPolicies
 * (docs/network.md). Default: `Isolated` in a namespace that was made for this Tenant, `Open` in one that was there
 * before. Example: `{isolation: Isolated, allowFrom: [ingress-nginx]}`.
 */
export interface TenantNetwork {
  /**
   * `Isolated`: its own pods, gateways and the namespaces of `allowFrom` reach them; `Open`: everybody does. Default:
   * as the namespace came about. Example: `Isolated`.
   */
  readonly isolation?: 'Isolated' | 'Open';
  /** Namespaces whose pods reach them too. Default: none. Example: `[ingress-nginx]`. */
  readonly allowFrom?: readonly string[];
}

/**
 * What the operator observed; nobody else writes it. Default: `{observedGeneration: -1}` until the first visit, so that
 * what waits for the operator sees that it has not looked yet. Example: see `conditions`.
 */
export interface TenantStatus {
  /**
   * Generation of the spec that this status describes, counted by the API server. Default: `-1` until the first visit.
   * Example: `3`.
   */
  readonly observedGeneration?: number;
  /**
   * What holds for this object, one entry for each type; `Ready` sums up. Types and reasons: docs/conditions.md.
   * Default: absent until the first visit. Example: `[{type: Ready, status: 'True', reason: Succeeded, ...}]`.
   */
  readonly conditions?: readonly Condition[];
  /**
   * When a spec of this object was first accepted, RFC 3339 in UTC. It decides who keeps a route, a claim or a
   * credential that two objects want, and backups carry it. Default: absent until then. Example:
   * `2026-11-20T03:00:00Z`.
   */
  readonly acceptedAt?: string;
  /** The namespace that belongs to this Tenant. Default: absent until it does. Example: `banten`. */
  readonly namespace?: string;
}
