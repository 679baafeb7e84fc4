import { createHash } from 'node:crypto';
import type { Logger } from 'pino';
import { apiVersionOf, coreKinds } from '#api/kinds.ts';
import type { KubeObject } from '#api/object.ts';
import type { Store } from '#kube/store.ts';
import { type Clock, pause, systemClock } from './clock.ts';
import type { EventDropReason } from './metrics.ts';
import { RepeatFilter } from './repeat-filter.ts';

/** Under which name the operator writes Events; also their `reportingController`. */
export const eventController = 'simpul.id/operator';

export type EventType = 'Normal' | 'Warning';

/** Something that changed on an object, told to people. Nothing secret belongs here: Events are widely readable. */
export interface EventNote {
  readonly object: KubeObject;
  readonly type: EventType;
  /** The condition's reason. */
  readonly reason: string;
  /** One sentence; cut to 1 KiB. */
  readonly message: string;
  /** What the operator did, in CamelCase: `Reconcile`, `Revoke`. */
  readonly action: string;
}

export interface EventRecorderOptions {
  readonly store: Pick<Store, 'create'>;
  /** Which process speaks: the pod's name. */
  readonly instance: string;
  readonly metrics: { eventDropped(reason: EventDropReason): void };
  readonly log: Pick<Logger, 'debug'>;
  /** Ends the writing; what waits then is dropped. */
  readonly signal: AbortSignal;
  readonly clock?: Clock;
  /** Wall-clock time, for `eventTime`. */
  readonly date?: () => Date;
  /** In [0, 1). */
  readonly random?: () => number;
}

/** The same object, reason and message within this time is one Event. */
const repeatMs = 10 * 60_000;
const maxQueued = 1_000;
/** Events a second, after a burst: thousands of objects that turn Ready at once must not crowd out the work itself. */
const perSecond = 20;
const burst = 100;
const maxNoteBytes = 1024;

/**
 * Writes Events in the background, one at a time. {@link record} never waits and never fails; an Event that finds no
 * place or that the API server refuses is counted and lost. When the queue is half full only warnings get in.
 */
export class EventRecorder {
  readonly #options: EventRecorderOptions;
  readonly #clock: Clock;
  readonly #date: () => Date;
  readonly #random: () => number;
  readonly #queue: KubeObject[] = [];
  readonly #repeats: RepeatFilter;
  #tokens = burst;
  #refilledMs: number;
  #writing = false;

  constructor(options: EventRecorderOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#date = options.date ?? (() => new Date());
    this.#random = options.random ?? Math.random;
    this.#refilledMs = this.#clock.now();
    this.#repeats = new RepeatFilter(repeatMs, () => this.#clock.now());
  }

  record(note: EventNote): void {
    const print = fingerprint(note);
    if (this.#options.signal.aborted || this.#repeats.isRepeated(print)) return;
    const room = note.type === 'Warning' ? maxQueued : maxQueued / 2;
    if (this.#queue.length >= room) {
      this.#options.metrics.eventDropped('queue_full');
      return;
    }
    this.#repeats.remember(print);
    this.#queue.push(this.#build(note));
    if (!this.#writing) void this.#write();
  }

  #build(note: EventNote): KubeObject {
    const { object, type, reason, message, action } = note;
    const { name, namespace = 'default' } = object.metadata;
    const suffix = Math.floor(this.#random() * 2 ** 48).toString(16);
    const event = {
      apiVersion: apiVersionOf(coreKinds.Event),
      kind: coreKinds.Event.kind,
      metadata: { name: `${eventNamePrefix(name)}.${suffix}`, namespace },
      eventTime: microTime(this.#date()),
      type,
      reason,
      action,
      note: cutToBytes(message, maxNoteBytes),
      regarding: referenceTo(object),
      reportingController: eventController,
      reportingInstance: this.#options.instance.slice(0, 128),
    };
    return event;
  }

  async #write(): Promise<void> {
    const { signal } = this.#options;
    this.#writing = true;
    for (let event = this.#queue.shift(); event !== undefined; event = this.#queue.shift()) {
      await this.#takeToken();
      if (signal.aborted) break;
      await this.#create(event);
    }
    this.#writing = false;
  }

  async #create(event: KubeObject): Promise<void> {
    const { store, metrics, log, signal } = this.#options;
    try {
      await store.create(event, { fieldManager: eventController, signal });
    } catch (error) {
      metrics.eventDropped('failed');
      log.debug({ event: event.metadata.name, err: error }, 'event not written');
    }
  }

  async #takeToken(): Promise<void> {
    this.#refill();
    if (this.#tokens < 1) {
      await pause(this.#clock, ((1 - this.#tokens) / perSecond) * 1000, this.#options.signal);
      this.#refill();
    }
    this.#tokens -= 1;
  }

  #refill(): void {
    const nowMs = this.#clock.now();
    this.#tokens = Math.min(burst, this.#tokens + ((nowMs - this.#refilledMs) / 1000) * perSecond);
    this.#refilledMs = nowMs;
  }
}

function referenceTo({ apiVersion, kind, metadata }: KubeObject): object {
  const { name, namespace, uid, resourceVersion } = metadata;
  return {
    apiVersion,
    kind,
    name,
    ...(namespace === undefined ? {} : { namespace }),
    ...(uid === undefined ? {} : { uid }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  };
}

function fingerprint({ object, reason, message }: EventNote): string {
  const { namespace = '', name, uid = '' } = object.metadata;
  const parts = [object.kind, namespace, name, uid, reason, message];
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
}

/** Names may have 253 characters; ours needs room for the suffix and must not end in `-` or `.` before it. */
function eventNamePrefix(name: string): string {
  return name.slice(0, 230).replace(/[-.]+$/, '');
}

/** RFC 3339 with six decimals: the API server takes no other count of them in a MicroTime. */
function microTime(date: Date): string {
  return date.toISOString().replace('Z', '000Z');
}

/** At most `maxBytes` of UTF-8, cut between characters and marked with an ellipsis. */
function cutToBytes(text: string, maxBytes: number): string {
  if (Buffer.byteLength(text) <= maxBytes) return text;
  const room = maxBytes - Buffer.byteLength('…');
  const target = new Uint8Array(room);
  const { written } = new TextEncoder().encodeInto(text, target);
  return `${new TextDecoder().decode(target.subarray(0, written))}…`;
}
