import {
  type Lease,
  type LimitCounting,
  leaseAnnotations,
  leaseDurationSeconds,
  leaseLabels,
  leaseRenewSeconds,
  maxRefusals,
  type Refusal,
  writeWithheld,
} from '#api/compiled/lease.ts';
import { describeError } from '#api/errors.ts';
import { coreKinds } from '#api/kinds.ts';
import { compareVersions } from '#api/resource-version.ts';
import type { Store } from '#kube/store.ts';
import type { Clock } from '../clock.ts';
import type { Log } from '../log/log.ts';
import type { Rollback } from '../snapshot/revocations.ts';

/** What a pod says about itself. */
export interface Acknowledgement {
  readonly version: string;
  readonly epoch: number;
  readonly ready: boolean;
  readonly refusals: readonly Refusal[];
  readonly rollback: Rollback | null;
  readonly limits: { readonly counting: LimitCounting; readonly reason: string };
}

export interface PodIdentity {
  readonly name: string;
  /** With it the Lease is owned by the Pod, and goes when the Pod goes. */
  readonly uid?: string;
}

export interface AckLeaseDeps {
  readonly store: Pick<Store, 'apply' | 'delete'>;
  readonly namespace: string;
  readonly pod: PodIdentity;
  readonly clock: Clock;
  readonly log: Log;
  /** Read at each write. Version empty: nothing to say yet. */
  readonly current: () => Acknowledgement;
  /** The API server is at an older version than what is served here (etcd was restored): list anew. */
  readonly onRolledBack: () => void;
}

/** Least time between two writes. */
const writeEveryMs = 100;
const retryAfterMs = 1000;

/**
 * Acknowledges what this pod serves, as `api/compiled/lease.ts` tells.
 *
 *   idle ──change──▶ writing ──done──▶ resting (100 ms) ──changed meanwhile──▶ writing
 *    ▲                  │ failed              │ nothing new
 *    │                  └──▶ waiting (1 s) ───┼──▶ …
 *    └── renewal after 10 s ──────────────────┘
 *
 * The first change is written at once, changes in quick succession together. Errors only delay: calls are served on.
 */
export class AckLease {
  readonly #deps: AckLeaseDeps;
  readonly #acquireTime: string;
  #timer: NodeJS.Timeout | undefined = undefined;
  /** Is a write under way? */
  #writing: Promise<void> | null = null;
  #dirty = false;
  /** Steady milliseconds before which no write begins. */
  #restUntil = 0;
  /** The list that was last asked to be made anew: asking once more would only begin it from its first page. */
  #doubtedEpoch: number | undefined = undefined;
  #stopped = false;

  constructor(deps: AckLeaseDeps) {
    this.#deps = deps;
    this.#acquireTime = microTime(deps.clock.now());
  }

  /** Something of {@link AckLeaseDeps.current} has changed. */
  changed(): void {
    if (this.#stopped) return;
    this.#dirty = true;
    if (this.#writing === null) this.#schedule(Math.max(0, this.#restUntil - this.#deps.clock.steady()));
  }

  /** Deletes the Lease: this pod ends on purpose. Waits for a write under way, so that it cannot come after. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#writing;
    const { store, namespace, pod, log } = this.#deps;
    try {
      await store.delete(coreKinds.Lease, { namespace, name: pod.name }, { signal: AbortSignal.timeout(2000) });
    } catch (error) {
      log.warn({ cause: describeError(error) }, 'the Lease of this pod could not be deleted; it will expire');
    }
  }

  #schedule(delayMs: number): void {
    clearTimeout(this.#timer);
    if (delayMs <= 0) this.#begin();
    else this.#timer = setTimeout(() => this.#begin(), delayMs);
  }

  #begin(): void {
    if (this.#stopped || this.#writing !== null) return;
    this.#writing = this.#write().then((retryMs) => {
      this.#writing = null;
      if (!this.#stopped) this.#schedule(retryMs ?? (this.#dirty ? writeEveryMs : leaseRenewSeconds * 1000));
    });
  }

  /** Undefined: written. Else milliseconds until it is tried again. Never rejects. */
  async #write(): Promise<number | undefined> {
    const { store, clock, log, current } = this.#deps;
    const said = current();
    if (said.version === '') return retryAfterMs;
    this.#dirty = false;
    try {
      const lease = await store.apply(this.#build(said), { fieldManager, force: true });
      this.#compare(said, lease.metadata.resourceVersion ?? '');
      return undefined;
    } catch (error) {
      log.warn({ cause: describeError(error) }, 'the Lease of this pod could not be written; it is tried again');
      this.#dirty = true;
      return retryAfterMs;
    } finally {
      this.#restUntil = clock.steady() + writeEveryMs;
    }
  }

  /** Everything that is served was written before the Lease was, unless etcd has gone back since. */
  #compare(said: Acknowledgement, written: string): void {
    if (written === '' || compareVersions(written, said.version) >= 0 || said.epoch === this.#doubtedEpoch) return;
    this.#doubtedEpoch = said.epoch;
    this.#deps.onRolledBack();
  }

  #build(said: Acknowledgement): Lease {
    const { namespace, pod, clock } = this.#deps;
    return {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: {
        name: pod.name,
        namespace,
        labels: { [leaseLabels.gateway]: namespace.slice(0, 63) },
        annotations: annotationsOf(said),
        ...(pod.uid === undefined
          ? {}
          : { ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: pod.name, uid: pod.uid }] }),
      },
      spec: {
        holderIdentity: pod.name,
        leaseDurationSeconds,
        acquireTime: this.#acquireTime,
        renewTime: microTime(clock.now()),
      },
    };
  }
}

const fieldManager = 'simpul-gateway';

function annotationsOf(said: Acknowledgement): Record<string, string> {
  const annotations: Record<string, string> = {
    [leaseAnnotations.servedVersion]: said.version,
    [leaseAnnotations.listEpoch]: String(said.epoch),
    [leaseAnnotations.ready]: String(said.ready),
    [leaseAnnotations.limits]: said.limits.counting,
  };
  if (said.limits.reason !== '') annotations[leaseAnnotations.limitsReason] = said.limits.reason.slice(0, 256);
  if (said.refusals.length > 0) {
    annotations[leaseAnnotations.refused] = JSON.stringify(said.refusals.slice(0, maxRefusals));
    annotations[leaseAnnotations.refusedCount] = String(said.refusals.length);
  }
  return { ...annotations, ...rollbackAnnotations(said.rollback) };
}

function rollbackAnnotations(rollback: Rollback | null): Record<string, string> {
  if (rollback === null) return {};
  const { noticedAt, withheld } = rollback;
  const noticed = { [leaseAnnotations.rolledBack]: new Date(noticedAt).toISOString() };
  if (withheld.length === 0) return noticed;
  return {
    ...noticed,
    [leaseAnnotations.withheld]: writeWithheld(withheld),
    [leaseAnnotations.withheldCount]: String(withheld.length),
  };
}

/** RFC 3339 with six digits of fraction. */
function microTime(now: number): string {
  return new Date(now).toISOString().replace('Z', '000Z');
}
