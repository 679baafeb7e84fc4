// Generated from crds/approvals.yaml by `make gen`.
// Objects are typed as they are stored: a field with a default is there, and nothing changes in
// place. What a person writes may leave such fields out; the store fills them in.

import type { Condition } from '#api/conditions.ts';
import type { ObjectMeta } from '#api/object.ts';

/**
 * The owner's decision on a Subscription to an ApiService, or on publishing one; it counts only in the ApiService's own
 * namespace.
 */
export interface Approval {
  readonly apiVersion: 'simpul.id/v1alpha1';
  readonly kind: 'Approval';
  readonly metadata: ObjectMeta;
  /** The decision. It cannot be changed: delete the Approval and create another. */
  readonly spec: ApprovalSpec;
  /**
   * What the operator observed; nobody else writes it. Default: `{observedGeneration: -1}` until the first visit, so
   * that what waits for the operator sees that it has not looked yet. Example: see `conditions`.
   */
  readonly status?: ApprovalStatus;
}

/** The decision. It cannot be changed: delete the Approval and create another. */
export interface ApprovalSpec {
  /**
   * The Subscription that is decided on. Default: none, and the decision is on publishing the ApiService. Example:
   * `{name: dasbor, namespace: tangerang}`.
   */
  readonly subscriptionRef?: ApprovalSubscriptionRef;
  /** The ApiService, in this namespace. Example: `{name: situs}`. */
  readonly apiRef: ApprovalApiRef;
  /** The plan that is decided on. Default: whichever plan the Subscription names. Example: `mitra`. */
  readonly plan?: string;
  /** Where several Approvals speak of one request, Rejected beats Approved. Example: `Approved`. */
  readonly decision: 'Approved' | 'Rejected';
  /**
   * Why, with the number of the agreement where there is one. Default: none. Example: `Perjanjian kerja sama no.
   * 12/2026`.
   */
  readonly reason?: string;
  /**
   * User name of who decides; the API server refuses any other than the one who writes. Default: none; the API server's
   * audit log has it. Example: `budi@bantenprov.go.id`.
   */
  readonly decidedBy?: string;
}

/**
 * The Subscription that is decided on. Default: none, and the decision is on publishing the ApiService. Example:
 * `{name: dasbor, namespace: tangerang}`.
 */
export interface ApprovalSubscriptionRef {
  /** Name of the Subscription. Example: `dasbor`. */
  readonly name: string;
  /** Namespace of the Subscription. Default: empty, which is this object's own namespace. Example: `tangerang`. */
  readonly namespace: string;
  /**
   * UID of the very Subscription that is meant, so that one created anew under the same name is not covered. Default:
   * any of that name. Example: `1b4e28ba-2fa1-4bd2-883f-0016d3cca427`.
   */
  readonly uid?: string;
}

/** The ApiService, in this namespace. Example: `{name: situs}`. */
export interface ApprovalApiRef {
  /** Name of the ApiService. Example: `situs`. */
  readonly name: string;
}

/**
 * What the operator observed; nobody else writes it. Default: `{observedGeneration: -1}` until the first visit, so that
 * what waits for the operator sees that it has not looked yet. Example: see `conditions`.
 */
export interface ApprovalStatus {
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
}
