import { setTimeout as delay } from 'node:timers/promises';
import type { ResourceKind } from '#api/kinds.ts';
import { apiVersionOf } from '#api/kinds.ts';
import type { ObjectKey } from '#api/object.ts';
import { ApiServerStore } from '#kube/api-server-store.ts';
import { readJson, textOf, throwUnlessOk } from '#kube/read-answer.ts';
import { collectionPath, objectPath, selectionQuery } from '#kube/resource-path.ts';
import { isMissingObject } from '#kube/status-error.ts';
import type { Selection } from '#kube/store.ts';
import type { Answer, Call, Transport } from '#kube/transport.ts';
import type { CliConfig } from '../config.ts';
import { openTransport } from '../source/open-transport.ts';
import { readFailure } from '../source/read-failure.ts';
import { addressOf, type ManagedFields, type Stored } from './stored.ts';

const pageSize = 500;
/** How often a write that the API server turned away for now is tried. */
const mostAttempts = 8;

/** All that a backup reads and a restore writes, whole: what `Store` leaves out (managedFields) belongs to it, too. */
export class ClusterObjects {
  readonly server: string;
  readonly #transport: Transport;

  private constructor(transport: Transport, server: string) {
    this.#transport = transport;
    this.server = server;
  }

  static async open(
    flags: { readonly kubeconfig?: string; readonly context?: string },
    config: CliConfig,
  ): Promise<ClusterObjects> {
    const { transport, connection } = await openTransport(flags, config);
    return new ClusterObjects(transport, connection.server);
  }

  /** The same API server for what needs a Store. */
  store(): ApiServerStore {
    return new ApiServerStore(this.#transport);
  }

  close(): Promise<void> {
    return this.#transport.close();
  }

  /** Version of Kubernetes, such as `v1.34.1`. */
  async version(): Promise<string> {
    const answer = await this.#explained('/version', () => this.#transport.call({ method: 'GET', path: '/version' }));
    return readJson<{ gitVersion?: string }>(answer).gitVersion ?? 'unknown';
  }

  async list(kind: ResourceKind, selection: Selection = {}): Promise<Stored[]> {
    return await this.#explained(kind.plural, async () => {
      const items: Stored[] = [];
      let next: string | undefined;
      do {
        const query = { ...selectionQuery(selection), limit: pageSize, continue: next };
        const path = collectionPath(kind, selection.namespace, query);
        const page = readJson<Page>(await this.#send({ method: 'GET', path }));
        // Items of a list do not say what they are.
        for (const item of page.items ?? []) items.push({ ...item, apiVersion: apiVersionOf(kind), kind: kind.kind });
        next = page.metadata.continue === '' ? undefined : page.metadata.continue;
      } while (next !== undefined);
      return items;
    });
  }

  async get(kind: ResourceKind, { namespace, name }: ObjectKey): Promise<Stored | undefined> {
    return await this.#explained(`${kind.kind} ${name}`, async () => {
      const answer = await this.#send({ method: 'GET', path: objectPath({ kind, namespace, name }) });
      return isMissingObject(answer.status, textOf(answer)) ? undefined : readJson<Stored>(answer);
    });
  }

  /** Creates it, and refuses what this cluster's schema does not know rather than lose it. Throws StoreError. */
  async create(object: Stored): Promise<Stored> {
    const path = collectionPath(addressOf(object), object.metadata.namespace, writeQuery);
    return await this.#write({ method: 'POST', path, body: JSON.stringify(object), contentType: 'application/json' });
  }

  /** Puts it in the place of `live`. Throws StoreError. */
  async replace(object: Stored, live: Stored): Promise<Stored> {
    const { uid, resourceVersion } = live.metadata;
    const metadata = { ...object.metadata, uid, resourceVersion };
    const body = JSON.stringify({ ...object, metadata });
    return await this.#write({
      method: 'PUT',
      path: pathOf(object, writeQuery),
      body,
      contentType: 'application/json',
    });
  }

  async remove(live: Stored): Promise<void> {
    const { uid } = live.metadata;
    const body = JSON.stringify({ kind: 'DeleteOptions', apiVersion: 'v1', preconditions: { uid } });
    throwUnlessOk(await this.#send({ method: 'DELETE', path: pathOf(live), body, contentType: 'application/json' }));
  }

  /** Says again whose fields are whose, so that whoever applied an object can go on applying it. */
  async setManagedFields(written: Stored, managedFields: readonly ManagedFields[]): Promise<void> {
    const { uid } = written.metadata;
    const body = JSON.stringify({ metadata: { uid, managedFields } });
    await this.#write({
      ...{ method: 'PATCH', path: pathOf(written, writeQuery), body },
      contentType: 'application/merge-patch+json',
    });
  }

  /** Writes a status in the operator's name, so that the operator's next one takes its place. */
  async setStatus(written: Stored, status: object, fieldManager: string): Promise<void> {
    const { apiVersion, kind, metadata } = written;
    const { name, namespace, uid } = metadata;
    await this.#write({
      method: 'PATCH',
      path: pathOf(written, { fieldManager, force: true }, 'status'),
      body: JSON.stringify({ apiVersion, kind, metadata: { name, namespace, uid }, status }),
      contentType: 'application/apply-patch+yaml',
    });
  }

  async #write(call: Call): Promise<Stored> {
    return readJson<Stored>(await this.#send(call));
  }

  /** Tries again what was turned away before anything was done about it. */
  async #send(call: Call): Promise<Answer> {
    for (let attempt = 1; ; attempt += 1) {
      const answer = await this.#transport.call(call);
      if (answer.status !== 429 || attempt === mostAttempts) return answer;
      await delay(answer.retryAfterMs ?? 250 * 2 ** attempt);
    }
  }

  async #explained<T>(what: string, read: () => Promise<T>): Promise<T> {
    try {
      return await read();
    } catch (error) {
      throw readFailure(error, { what, from: this.server, hints });
    }
  }
}

interface Page {
  readonly items?: readonly Stored[] | null;
  readonly metadata: { readonly continue?: string };
}

const writeQuery = { fieldManager: 'simpul-restore', fieldValidation: 'Strict' } as const;

function pathOf(object: Stored, query: Parameters<typeof objectPath>[1] = {}, subresource?: 'status'): string {
  const { name, namespace } = object.metadata;
  const at = { kind: addressOf(object), name, namespace };
  return objectPath(subresource === undefined ? at : { ...at, subresource }, query);
}

const hints = { Forbidden: 'A backup takes rights to read all of it, Secrets too: docs/backup.md has the role' };
