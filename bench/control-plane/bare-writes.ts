import { coreKinds } from '#api/kinds.ts';
import type { KubeObject } from '#api/object.ts';
import type { Store } from '#kube/store.ts';
import { fieldManager } from './population.ts';
import { WatchedObjects } from './watched-objects.ts';

const namespace = 'bench-bare';
const annotation = 'simpul.id/bench';

interface BareSecret extends KubeObject {
  readonly data: Readonly<Record<string, string>>;
}

/**
 * The least that a change can take here: a Secret of a compiled object's size, applied by us, until our own watch tells
 * of it. No operator, no gateway, no admission policy of ours; every second write creates, the others change.
 */
export class BareWrites {
  readonly #store: Store;
  readonly #watched: WatchedObjects<BareSecret>;
  readonly #content: string;
  #written = 0;

  private constructor(store: Store, watched: WatchedObjects<BareSecret>, bytes: number) {
    this.#store = store;
    this.#watched = watched;
    this.#content = 'x'.repeat(bytes);
  }

  static async open(store: Store, bytes: number): Promise<BareWrites> {
    const home: KubeObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } };
    await store.apply(home, { fieldManager, force: true });
    return new BareWrites(store, await WatchedObjects.open(store, { kind: coreKinds.Secret, namespace }), bytes);
  }

  /** Milliseconds of one write. */
  async sample(): Promise<number> {
    const mark = String(this.#written);
    const name = `bare-${Math.floor(this.#written / 2)}-${Math.round(performance.timeOrigin)}`;
    this.#written += 1;
    const secret: BareSecret = {
      ...{ apiVersion: 'v1', kind: 'Secret', data: { 'compiled.json': Buffer.from(this.#content).toString('base64') } },
      metadata: { name, namespace, annotations: { [annotation]: mark } },
    };
    const startedAt = performance.now();
    const seen = this.#watched.until(name, (object) => object?.metadata.annotations?.[annotation] === mark);
    const [at] = await Promise.all([seen, this.#store.apply(secret, { fieldManager, force: true })]);
    return at - startedAt;
  }

  close(): void {
    this.#watched.stop();
  }
}
