import type { CompiledSecret } from '#api/compiled/secret.ts';
import { compareVersions } from '#api/resource-version.ts';
import type { Clock } from '../clock.ts';
import type { JudgedSecret, Loader } from './loader.ts';
import type { CompiledHandler } from './store-source.ts';

/** After this many objects of a complete list others get their turn: a relist of 60,000 must not stop calls. */
const objectsPerTurn = 200;

/**
 * Keeps the snapshot in step with the compiled namespace, and knows how far it is: what a pod acknowledges.
 * `onChange` follows each change, also one that changes nothing of what is served.
 */
export class View implements CompiledHandler {
  /** resourceVersion up to which everything is served; empty before the first complete list. */
  version = '';
  /** Complete lists so far. */
  epoch = 0;
  /** Steady milliseconds at which the API server last said that this is current. */
  confirmedAt: number;
  readonly #loader: Loader;
  readonly #clock: Clock;
  readonly #onChange: () => void;
  /** Of the Secret that was loaded last before the first list was complete. */
  #lastName = '';

  constructor(loader: Loader, clock: Clock, onChange: () => void) {
    this.#loader = loader;
    this.#clock = clock;
    this.#onChange = onChange;
    this.confirmedAt = clock.steady();
  }

  get isComplete(): boolean {
    return this.epoch > 0;
  }

  /**
   * While a list arrives, each Secret is judged and dropped: 60,000 of them take 100 MiB. Of the first list it is loaded
   * at once, because nothing is served yet; only in the order of names, which is that of the API server.
   */
  project(secret: CompiledSecret): JudgedSecret {
    const judged = this.#loader.judge(secret);
    if (this.isComplete || judged.name <= this.#lastName) return judged;
    this.#lastName = judged.name;
    this.#loader.upsert(judged);
    return { ...judged, verdict: null };
  }

  async replace(items: readonly JudgedSecret[], resourceVersion: string): Promise<void> {
    const isOlder = this.isComplete && this.#isOlder(items, resourceVersion);
    if (isOlder) this.#loader.rollBack();
    const gone = this.#loader.names();
    // By name: the gateway's own object comes first, and two claims on one place always end the same way.
    const sorted = items.toSorted((a, b) => (a.name < b.name ? -1 : 1));
    for (const [index, secret] of sorted.entries()) {
      gone.delete(secret.name);
      this.#loader.upsert(secret);
      if (index % objectsPerTurn === objectsPerTurn - 1) await nextTurn();
    }
    for (const name of gone) this.#loader.remove(name);
    if (isOlder) this.#loader.endRollback();
    // Counted here and not by the source: it begins anew after a relist, and epochs only grow.
    this.epoch++;
    this.#confirm(resourceVersion);
    this.#onChange();
  }

  /** Versions fell back: etcd was restored to an older state. */
  #isOlder(items: readonly JudgedSecret[], resourceVersion: string): boolean {
    return compareVersions(resourceVersion, this.version) < 0 || this.#loader.contradicts(items, this.version);
  }

  upsert(secret: JudgedSecret): void {
    this.#loader.upsert(secret);
    this.#confirm(secret.resourceVersion ?? this.version);
    this.#onChange();
  }

  remove(secret: JudgedSecret): void {
    this.#loader.remove(secret.name);
    this.#confirm(secret.resourceVersion ?? this.version);
    this.#onChange();
  }

  progress(resourceVersion: string): void {
    this.#confirm(resourceVersion);
  }

  #confirm(version: string): void {
    this.version = version;
    this.confirmedAt = this.#clock.steady();
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
