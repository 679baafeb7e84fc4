import { coreKinds, type SimpulKindName, simpulKinds } from '#api/kinds.ts';
import type { KubeObject, ObjectKey } from '#api/object.ts';
import { idOf } from '#api/object.ts';
import { ApiServerStore } from '#kube/api-server-store.ts';
import type { Secret } from '#operator/world/key-secret.ts';
import type { CliConfig } from '../config.ts';
import { listAll } from '../dev/list-all.ts';
import { openTransport } from './open-transport.ts';
import type { SourceFlags } from './options.ts';
import { readFailure } from './read-failure.ts';
import type { Source } from './source.ts';

/** The API server that a kubeconfig or the pod's account leads to, with the rights of whoever asks. */
export async function openCluster(flags: SourceFlags, config: CliConfig): Promise<Source> {
  const { transport, connection } = await openTransport(flags, config);
  return new ClusterSource(new ApiServerStore(transport), connection.namespace, connection.server);
}

class ClusterSource implements Source {
  readonly name: string;
  readonly defaultNamespace: string;
  readonly #store: ApiServerStore;

  constructor(store: ApiServerStore, namespace: string, server: string) {
    this.#store = store;
    this.defaultNamespace = namespace;
    this.name = `the cluster at ${server}`;
  }

  async list(kind: SimpulKindName, namespace?: string): Promise<readonly KubeObject[]> {
    const selection = namespace === undefined || !simpulKinds[kind].namespaced ? {} : { namespace };
    try {
      return await listAll(this.#store, simpulKinds[kind], selection);
    } catch (error) {
      throw this.#explained(error, `${kind}s`);
    }
  }

  keyFile(): undefined {
    return undefined;
  }

  async readKey(secret: ObjectKey, key: string): Promise<string | undefined> {
    try {
      const found = await this.#store.get<Secret>(coreKinds.Secret, secret);
      const encoded = found?.data?.[key];
      return encoded === undefined ? undefined : Buffer.from(encoded, 'base64').toString('utf8');
    } catch (error) {
      throw this.#explained(error, `Secret ${idOf(secret.namespace, secret.name)}`);
    }
  }

  close(): Promise<void> {
    return this.#store.close();
  }

  #explained(error: unknown, what: string): unknown {
    return readFailure(error, { what, from: this.name, hints });
  }
}

const hints = {
  Forbidden: 'Ask for a role that may read it, or name a namespace of your own with -n',
  Unreachable: 'Check that the API server runs and that its address is right; for "simpul dev" give --dev',
};
