import { describeError } from '#api/errors.ts';
import { coreKinds, type SimpulKindName, simpulKinds } from '#api/kinds.ts';
import type { KubeObject, ObjectKey } from '#api/object.ts';
import { idOf } from '#api/object.ts';
import { ApiServerStore } from '#kube/api-server-store.ts';
import { StoreError } from '#kube/store-error.ts';
import type { Secret } from '#operator/world/key-secret.ts';
import type { CliConfig } from '../config.ts';
import { listAll } from '../dev/list-all.ts';
import { CliError } from '../errors.ts';
import { openTransport } from './open-transport.ts';
import type { SourceFlags } from './options.ts';
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
    if (!(error instanceof StoreError)) return error;
    const hint =
      error.reason === 'NotFound'
        ? 'Simpul is not installed there: its CustomResourceDefinitions are missing'
        : (hints[error.reason] ?? 'Try again, or look at the cluster');
    return new CliError('CLI_SOURCE', `${what} cannot be read from ${this.name}: ${describeError(error)}. ${hint}.`);
  }
}

const hints: Readonly<Record<string, string>> = {
  Forbidden: 'Ask for a role that may read it, or name a namespace of your own with -n',
  Unauthorized: "Sign in again: the kubeconfig's credentials are not taken",
  Unreachable: 'Check that the API server runs and that its address is right; for "simpul dev" give --dev',
};
