import type { KubeObject } from '#api/object.ts';

/**
 * How a gateway pod acknowledges. It keeps one Lease in its compiled namespace and renews it every
 * {@link leaseRenewSeconds}; a Lease that is not renewed for {@link leaseDurationSeconds} belongs to a dead pod.
 *
 *   pod: list, watch … apply version 812 ──▶ Lease{served-version: 812} ──▶ operator: 812 >= 807, so generation 3 is served
 *
 * An acknowledgement counts only while `served-version` is not above the Lease's own resourceVersion: a larger one
 * stems from a state of etcd that has since been rolled back.
 */
export const leaseLabels = { gateway: 'simpul.id/gateway' } as const;

export const leaseAnnotations = {
  /** resourceVersion up to which this pod serves: the minimum over its watches, reset at a relist, decimal. */
  servedVersion: 'simpul.id/served-version',
  /** Grows by one with each complete list of this process; a restart begins at 1. */
  listEpoch: 'simpul.id/list-epoch',
  /** `true` once the pod answers calls, `false` while it drains. */
  ready: 'simpul.id/ready',
  /** JSON array of {@link Refusal}, at most {@link maxRefusals}, sorted by name. Absent when there are none. */
  refused: 'simpul.id/refused',
  /** How many compiled objects this pod refuses in all, decimal. Absent when there are none. */
  refusedCount: 'simpul.id/refused-count',
  /** RFC 3339: when this pod saw that etcd was restored to an older state. Absent: it did not, or that state is confirmed. */
  rolledBack: 'simpul.id/state-rolled-back',
  /** JSON array of {@link Withheld}, at most {@link maxWithheld}, sorted by id. Absent when there is nothing. */
  withheld: 'simpul.id/withheld',
  /** How many there are in all, decimal. Absent when there is nothing. */
  withheldCount: 'simpul.id/withheld-count',
  /** Where this pod counts limits: a {@link LimitCounting}. */
  limits: 'simpul.id/limits',
  /** Why Redis cannot be used, one line. Absent when it can, or there is none. */
  limitsReason: 'simpul.id/limits-reason',
} as const;

/**
 * `Redis`: together with the other pods. `VolatileRedis`: the same, but a restart of Redis forgets what was counted.
 * `Down`: Redis does not answer, and the pod allows its share. `Local`: no Redis is configured, and each pod counts for itself.
 */
export const limitCountings = ['Redis', 'VolatileRedis', 'Down', 'Local'] as const;
export type LimitCounting = (typeof limitCountings)[number];

export const leaseRenewSeconds = 10;
export const leaseDurationSeconds = 30;
export const maxRefusals = 50;
/** More are refused by the pods that know of them; one that begins later learns of so many. */
export const maxWithheld = 400;
const maxWithheldText = 300;

/** A compiled object that a gateway could not load; its last good version serves on. */
export interface Refusal {
  /** Name of the compiled Secret. */
  readonly name: string;
  /** First 16 hex digits of the content hash that was refused. */
  readonly hash: string;
  /** One line; never holds values of the object. */
  readonly reason: string;
}

/** Something that was taken from a caller, that an older state would bring back, and that is refused until that is confirmed. */
export interface Withheld {
  /** 16 characters of base64url that say nothing of what it is. */
  readonly id: string;
  /** For people: `the credential "main" of Subscription "banten/app"`. */
  readonly what: string;
}

export const withheldIdPattern = '^[A-Za-z0-9_-]{16}$';

/** As the annotation has them. */
export function writeWithheld(withheld: readonly Withheld[]): string {
  return JSON.stringify(
    withheld.slice(0, maxWithheld).map(({ id, what }) => ({ id, what: what.slice(0, maxWithheldText) })),
  );
}

/** Strict: what cannot be read counts as not said. */
export function readWithheld(text: string | undefined): readonly Withheld[] {
  if (text === undefined) return [];
  try {
    const parsed: unknown = JSON.parse(text);
    return Array.isArray(parsed) ? parsed.filter(isWithheld).slice(0, maxWithheld) : [];
  } catch {
    return [];
  }
}

function isWithheld(value: unknown): value is Withheld {
  if (value === null || typeof value !== 'object') return false;
  const { id, what } = value as Record<string, unknown>;
  if (typeof id !== 'string' || !new RegExp(withheldIdPattern).test(id)) return false;
  return typeof what === 'string' && what.length <= maxWithheldText && /^[\x20-\x7e]*$/.test(what);
}

export interface Lease extends KubeObject {
  spec?: {
    holderIdentity?: string;
    leaseDurationSeconds?: number;
    /** RFC 3339 with six digits of fraction (MicroTime). */
    acquireTime?: string;
    renewTime?: string;
    leaseTransitions?: number;
  };
}
