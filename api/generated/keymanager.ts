// Generated from crds/keymanagers.yaml by `make gen`.
// Objects are typed as they are stored: a field with a default is there, and nothing changes in
// place. What a person writes may leave such fields out; the store fills them in.

import type { Condition } from '#api/conditions.ts';
import type { ObjectMeta } from '#api/object.ts';
import type { TenantSelection } from './shared.ts';

/** Who vouches for callers: today the built-in API keys of Subscriptions. */
export interface KeyManager {
  readonly apiVersion: 'simpul.id/v1alpha1';
  readonly kind: 'KeyManager';
  readonly metadata: ObjectMeta;
  /** How callers prove who they are, and whose APIs may rely on it. */
  readonly spec: KeyManagerSpec;
  /**
   * What the operator observed; nobody else writes it. Default: absent until the first visit. Example: see
   * `conditions`.
   */
  readonly status?: KeyManagerStatus;
}

/** How callers prove who they are, and whose APIs may rely on it. */
export interface KeyManagerSpec {
  /**
   * Which Tenants' ApiServices may name this KeyManager. Default: ApiServices of its own namespace; in the
   * installation's namespace, all Tenants. Example: `{from: All}`.
   */
  readonly tenants?: TenantSelection;
  /** Kind of proof. `ApiKey`: keys of Subscriptions, kept in Secrets. Example: `ApiKey`. */
  readonly type: 'ApiKey';
  /** Settings of type `ApiKey`. Default: the header X-API-Key. Example: `{header: X-Instansi-Key}`. */
  readonly apiKey?: KeyManagerApiKey;
}

/** Settings of type `ApiKey`. Default: the header X-API-Key. Example: `{header: X-Instansi-Key}`. */
export interface KeyManagerApiKey {
  /**
   * Request header that carries the key; `Authorization: ApiKey ...` is read as well. Default: `X-API-Key`. Example:
   * `X-Instansi-Key`.
   */
  readonly header: string;
}

/**
 * What the operator observed; nobody else writes it. Default: absent until the first visit. Example: see `conditions`.
 */
export interface KeyManagerStatus {
  /**
   * Generation of the spec that this status describes, counted by the API server. Default: absent until the first
   * visit. Example: `3`.
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
