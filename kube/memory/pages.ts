import { randomUUID } from 'node:crypto';
import type { KubeObject } from '#api/object.ts';
import type { ListPage } from '#kube/store.ts';
import { badRequest, expired } from './answers.ts';

/** What is left of a list that did not fit on one page: the objects as they were when the first page was read. */
interface Snapshot {
  readonly items: readonly KubeObject[];
  readonly resourceVersion: string;
}

/**
 * Lists in pages. All pages of a list show one moment: objects are frozen, so keeping that moment is keeping an array.
 * The latest hundred unfinished lists are kept; a token of an older one is Expired.
 */
export class Pages {
  readonly #snapshots = new Map<string, Snapshot>();
  readonly #maxSnapshots = 100;

  first(items: readonly KubeObject[], version: number, limit: number): ListPage<KubeObject> {
    const resourceVersion = String(version);
    if (items.length <= limit) return { items, resourceVersion };
    const id = randomUUID();
    const [oldest] = this.#snapshots.keys();
    if (this.#snapshots.size >= this.#maxSnapshots && oldest !== undefined) this.#snapshots.delete(oldest);
    this.#snapshots.set(id, { items, resourceVersion });
    return { items: items.slice(0, limit), resourceVersion, continue: token(id, limit) };
  }

  next(text: string, limit: number): ListPage<KubeObject> {
    const [, id = '', offsetText] = /^([0-9a-f-]{36})\.(\d+)$/.exec(Buffer.from(text, 'base64url').toString()) ?? [];
    if (offsetText === undefined) throw badRequest('continue key is not valid');
    const snapshot = this.#snapshots.get(id);
    if (snapshot === undefined) {
      throw expired('The provided continue parameter is too old to display a consistent list result: list again');
    }
    const offset = Number(offsetText);
    const items = snapshot.items.slice(offset, offset + limit);
    const { resourceVersion } = snapshot;
    if (offset + limit < snapshot.items.length) {
      return { items, resourceVersion, continue: token(id, offset + limit) };
    }
    // A client may ask for the last page again after a broken connection, so its snapshot stays until others push it out.
    return { items, resourceVersion };
  }
}

function token(id: string, offset: number): string {
  return Buffer.from(`${id}.${offset}`).toString('base64url');
}
