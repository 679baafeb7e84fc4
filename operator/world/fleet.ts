import type { Lease, LimitCounting, Refusal, Withheld } from '#api/compiled/lease.ts';
import { leaseAnnotations, limitCountings, readWithheld } from '#api/compiled/lease.ts';

/** One gateway pod, as its Lease tells. */
export interface GatewayPod {
  readonly name: string;
  readonly ready: boolean;
  /** resourceVersion up to which it serves; empty when it says nothing usable. */
  readonly servedVersion: string;
  readonly listEpoch: number;
  readonly refused: readonly Refusal[];
  readonly refusedCount: number;
  /** Undefined: it does not say. */
  readonly limits: LimitCounting | undefined;
  readonly limitsReason: string;
  /** Undefined: it has not seen that etcd was restored, or that is confirmed. */
  readonly rollback: PodRollback | undefined;
  /** Milliseconds since the epoch at which the pod last said something, by its own clock; 0: never. */
  readonly renewedAt: number;
  /** Milliseconds since the epoch at which the Lease ends unless renewed, by the clock of whoever reads it. */
  readonly expiresAt: number;
  /** Of the Lease itself: nothing newer can have been served. */
  readonly resourceVersion: string;
}

/** What a pod says since etcd was restored to an older state. */
export interface PodRollback {
  /** Milliseconds since the epoch. */
  readonly noticedAt: number;
  /** Cut to what a Lease may hold; `count` is of all. */
  readonly withheld: readonly Withheld[];
  readonly count: number;
}

/** When a Lease is read. */
export interface Reading {
  /** Milliseconds since the epoch, by the reader's clock. */
  readonly now: number;
  /** What was read of it before. */
  readonly known: GatewayPod | undefined;
}

/** Reads a Lease strictly: what cannot be read counts as not said. */
export function gatewayPodOf(lease: Lease, reading: Reading): GatewayPod {
  const annotations = lease.metadata.annotations ?? {};
  const renewed = Date.parse(lease.spec?.renewTime ?? '');
  return {
    name: lease.metadata.name,
    ready: annotations[leaseAnnotations.ready] === 'true',
    servedVersion: digits(annotations[leaseAnnotations.servedVersion]),
    listEpoch: Number(digits(annotations[leaseAnnotations.listEpoch]) || 0),
    refused: refusalsOf(annotations[leaseAnnotations.refused]),
    refusedCount: Number(digits(annotations[leaseAnnotations.refusedCount]) || 0),
    limits: limitCountings.find((counting) => counting === annotations[leaseAnnotations.limits]),
    rollback: rollbackOf(annotations),
    limitsReason: (annotations[leaseAnnotations.limitsReason] ?? '').slice(0, 256),
    renewedAt: Number.isNaN(renewed) ? 0 : renewed,
    expiresAt: Number.isNaN(renewed) ? 0 : expiryOf(renewed, (lease.spec?.leaseDurationSeconds ?? 0) * 1000, reading),
    resourceVersion: lease.metadata.resourceVersion ?? '0',
  };
}

function rollbackOf(annotations: Readonly<Record<string, string>>): PodRollback | undefined {
  const noticedAt = Date.parse(annotations[leaseAnnotations.rolledBack] ?? '');
  if (Number.isNaN(noticedAt)) return undefined;
  const withheld = readWithheld(annotations[leaseAnnotations.withheld]);
  const count = Number(digits(annotations[leaseAnnotations.withheldCount]) || 0);
  return { noticedAt, withheld, count: Math.max(count, withheld.length) };
}

/** Clocks are not further apart than this: a Lease that was renewed longer ago belongs to nobody. */
const maxSkewMs = 600_000;

/**
 * Clocks of nodes may be minutes apart, so a Lease lasts from when its renewal was seen, as in the election of leaders. Of
 * one that is seen for the first time nobody knows when that was: it gets its whole time, unless it is long dead.
 */
function expiryOf(renewed: number, durationMs: number, { now, known }: Reading): number {
  if (known?.renewedAt === renewed) return known.expiresAt;
  const isLongDead = known === undefined && renewed + maxSkewMs < now;
  return (isLongDead ? renewed : now) + durationMs;
}

function digits(text: string | undefined): string {
  return text !== undefined && /^\d{1,20}$/.test(text) ? text : '';
}

function refusalsOf(text: string | undefined): readonly Refusal[] {
  if (text === undefined) return [];
  try {
    const parsed: unknown = JSON.parse(text);
    return Array.isArray(parsed) ? parsed.filter(isRefusal) : [];
  } catch {
    return [];
  }
}

function isRefusal(value: unknown): value is Refusal {
  if (value === null || typeof value !== 'object') return false;
  const { name, hash, reason } = value as Record<string, unknown>;
  return typeof name === 'string' && typeof hash === 'string' && typeof reason === 'string';
}
