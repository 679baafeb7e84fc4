import { maxKeysPerLimit } from './limit-bounds.ts';

/** After a pause at most so much goes out at once, as a part of a second's worth. */
const burstSeconds = 0.1;

/** A token bucket that one piece may overdraw: nothing goes out until it is paid back. */
class Bucket {
  #level: number;
  #filledAt: number;
  #rate: number;

  constructor(rate: number, steady: number) {
    this.#rate = rate;
    this.#level = rate * burstSeconds;
    this.#filledAt = steady;
  }

  /** Milliseconds until more may go out; 0: now. `rate`: bytes per second. */
  waitMs(rate: number, steady: number): number {
    this.#level = Math.min(rate * burstSeconds, this.#level + ((steady - this.#filledAt) * rate) / 1000);
    this.#filledAt = steady;
    this.#rate = rate;
    return this.#level >= 0 ? 0 : Math.ceil((-this.#level * 1000) / rate);
  }

  take(bytes: number): void {
    this.#level -= bytes;
  }

  /** A new one would be like it. */
  isFull(steady: number): boolean {
    return this.waitMs(this.#rate, steady) === 0 && this.#level >= this.#rate * burstSeconds;
  }
}

/** The speed of answers of one limit, by key. */
export class Bandwidth {
  readonly identity: string;
  /** How many loaded rules count here. */
  users = 0;
  readonly #buckets = new Map<string, Bucket>();

  constructor(identity: string) {
    this.identity = identity;
  }

  /** Milliseconds until bytes of `key` may go out; 0: now. `rate`: bytes per second of this process. */
  waitMs(key: string, rate: number, steady: number): number {
    const bucket = this.#buckets.get(this.#nameOf(key));
    if (bucket !== undefined) return bucket.waitMs(rate, steady);
    this.#buckets.set(this.#nameOf(key), new Bucket(rate, steady));
    return 0;
  }

  /** They went out. */
  take(key: string, bytes: number): void {
    this.#buckets.get(this.#nameOf(key))?.take(bytes);
  }

  /** Forgets those that new ones would be like. */
  sweep(steady: number): void {
    for (const [key, bucket] of this.#buckets) if (bucket.isFull(steady)) this.#buckets.delete(key);
  }

  /** Beyond 65,536 keys all new ones share one bucket. */
  #nameOf(key: string): string {
    return this.#buckets.size < maxKeysPerLimit || this.#buckets.has(key) ? key : moreKeys;
  }
}

/** No key has a line break. */
const moreKeys = '\nmore';

/** The speeds that limits hold down, by the identity of their limit: an edited limit goes on with them. */
export class BandwidthPool {
  readonly #all = new Map<string, Bandwidth>();

  acquire(identity: string): Bandwidth {
    let bandwidth = this.#all.get(identity);
    if (bandwidth === undefined) {
      bandwidth = new Bandwidth(identity);
      this.#all.set(identity, bandwidth);
    }
    bandwidth.users++;
    return bandwidth;
  }

  release(bandwidth: Bandwidth): void {
    bandwidth.users--;
    if (bandwidth.users === 0) this.#all.delete(bandwidth.identity);
  }

  /** Called every second. */
  sweep(steady: number): void {
    for (const bandwidth of this.#all.values()) bandwidth.sweep(steady);
  }
}
