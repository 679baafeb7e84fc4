import type { SpanRecord } from './spans.ts';

/** Takes spans out of the process. */
export interface SpanSink {
  /** Resolves with why they did not arrive, or undefined. Tries again by itself, within a bound; never rejects. */
  send(spans: readonly SpanRecord[]): Promise<string | undefined>;
  close(): Promise<void>;
}

export type LossReason = 'queue_full' | 'not_delivered';

export interface SpanQueueDeps {
  readonly sink: SpanSink;
  readonly onSent: (spans: number) => void;
  readonly onLost: (reason: LossReason, spans: number) => void;
  /** Delivery has begun to fail, with the reason, or works again. */
  readonly onChange: (failure: string | undefined) => void;
}

const sendEveryMs = 1000;
const maxBatch = 512;
/** More waiting spans than this are given up and counted: an exporter that is down must not fill the memory. */
export const maxWaitingSpans = 4096;
const closeWithinMs = 2000;

/** Spans on their way out: in batches, one at a time, bounded. */
export class SpanQueue {
  readonly #deps: SpanQueueDeps;
  readonly #timer: NodeJS.Timeout;
  #waiting: SpanRecord[] = [];
  #sending: Promise<void> | null = null;
  #failure: string | undefined = undefined;

  constructor(deps: SpanQueueDeps) {
    this.#deps = deps;
    this.#timer = setInterval(() => this.#send(), sendEveryMs).unref();
  }

  add(spans: readonly SpanRecord[]): void {
    if (this.#waiting.length + spans.length > maxWaitingSpans) {
      this.#deps.onLost('queue_full', spans.length);
      return;
    }
    this.#waiting.push(...spans);
    if (this.#waiting.length >= maxBatch) this.#send();
  }

  /** Sends what waits, for a moment only; what is left then is lost. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    const giveUp = new Promise<void>((resolve) => {
      setTimeout(resolve, closeWithinMs).unref();
    });
    await Promise.race([this.#sendAll(), giveUp]);
    if (this.#waiting.length > 0) this.#deps.onLost('not_delivered', this.#waiting.length);
    this.#waiting = [];
    await Promise.race([this.#deps.sink.close(), giveUp]);
  }

  async #sendAll(): Promise<void> {
    this.#send();
    while (this.#sending !== null) {
      await this.#sending;
      this.#send();
    }
  }

  #send(): void {
    if (this.#sending !== null || this.#waiting.length === 0) return;
    const batch = this.#waiting.slice(0, maxBatch);
    this.#waiting = this.#waiting.slice(maxBatch);
    this.#sending = this.#deps.sink.send(batch).then((failure) => this.#sent(batch.length, failure));
  }

  #sent(count: number, failure: string | undefined): void {
    this.#sending = null;
    if (failure === undefined) this.#deps.onSent(count);
    else this.#deps.onLost('not_delivered', count);
    if ((failure === undefined) !== (this.#failure === undefined)) this.#deps.onChange(failure);
    this.#failure = failure;
    if (this.#waiting.length >= maxBatch) this.#send();
  }
}
