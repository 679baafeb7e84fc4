import type { Subscription } from '#api/generated/subscription.ts';
import { coreKinds, simpulKinds } from '#api/kinds.ts';
import type { Store } from '#kube/store.ts';
import { apiKeyDataKey, apiKeySecretType, type Secret } from '#operator/world/key-secret.ts';
import { keyCredentials, secretNameOf } from '#operator/world/world.ts';
import { listAll } from './list-all.ts';
import type { KeyName, StateFolder } from './state-folder.ts';

/** One credential and where its key lies. */
export interface KeyPlace extends KeyName {
  readonly secretName: string;
  readonly generated: boolean;
  /** Absolute path of the file that holds the key. */
  readonly file: string;
}

/** Keeps the files of the state folder in step with the Subscriptions and Secrets of a store. */
export class KeyFiles {
  readonly #store: Store;
  readonly #state: StateFolder;
  #places: readonly KeyPlace[] = [];
  #syncing: Promise<void> = Promise.resolve();

  constructor(store: Store, state: StateFolder) {
    this.#store = store;
    this.#state = state;
  }

  /** Every credential whose key is known, by Subscription and in the order of its spec. */
  places(): readonly KeyPlace[] {
    return this.#places;
  }

  /**
   * Writes keys that are new or differ, and removes those of Subscriptions and credentials that are gone. `isComplete`:
   * whether all files could be read; while not, what is missing may only be misspelt, and its key is kept. One at a time:
   * an older look at the store must not write what a newer one removed.
   */
  sync(isComplete: () => boolean): Promise<void> {
    const done = this.#syncing.then(() => this.#sync(isComplete()));
    this.#syncing = done.catch(() => undefined);
    return done;
  }

  async #sync(isComplete: boolean): Promise<void> {
    const known = await this.#known();
    for (const { place, key } of known) {
      if ((await this.#state.readKey(place)) !== key) await this.#state.writeKey(place, key);
    }
    this.#places = known.map(({ place }) => place);
    if (!isComplete) return;
    const files = new Set(this.#places.map(({ file }) => file));
    for (const name of await this.#state.listKeys()) {
      if (!files.has(this.#state.keyFile(name))) await this.#state.removeKey(name);
    }
  }

  async #known(): Promise<{ readonly place: KeyPlace; readonly key: string }[]> {
    const selection = { fieldSelector: `type=${apiKeySecretType}` };
    const secrets = await listAll<Secret>(this.#store, coreKinds.Secret, selection);
    const byId = new Map(secrets.map((secret) => [`${secret.metadata.namespace}/${secret.metadata.name}`, secret]));
    const subscriptions = await listAll<Subscription>(this.#store, simpulKinds.Subscription);
    return subscriptions.flatMap((subscription) =>
      keyCredentials(subscription).flatMap((credential) => {
        const { namespace = '', name } = subscription.metadata;
        const secretName = secretNameOf(subscription, credential);
        const dataKey = credential.apiKey?.secretRef.key ?? apiKeyDataKey;
        const encoded = byId.get(`${namespace}/${secretName}`)?.data?.[dataKey];
        if (encoded === undefined) return [];
        const keyName = { namespace, subscription: name, credential: credential.name };
        const generated = credential.apiKey === undefined;
        const place = { ...keyName, secretName, generated, file: this.#state.keyFile(keyName) };
        return [{ place, key: Buffer.from(encoded, 'base64').toString('utf8') }];
      }),
    );
  }
}
