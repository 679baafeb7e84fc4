import type { Tenant } from '#api/generated/tenant.ts';
import { coreKinds, kindOf, simpulKinds } from '#api/kinds.ts';
import type { KubeObject } from '#api/object.ts';
import { keyOf, parseId } from '#api/object.ts';
import { copyJson, equalJson } from '#kube/schema/json.ts';
import type { Store } from '#kube/store.ts';
import { StoreError } from '#kube/store-error.ts';
import type { Located } from '#kube/yaml/read-manifests.ts';
import { compareFindings, type Finding } from '../manifests/finding.ts';
import { at, describe, judge } from '../manifests/judge.ts';
import { identityOf, type Wanted } from './file-set.ts';

/** Owner, in the store, of every field that a file says. An object lies in one file only, so one name is enough. */
const fieldManager = 'simpul-dev';

/** What one look at the files changed. */
export interface ApplyReport {
  /** `Kind namespace/name`. */
  readonly applied: readonly string[];
  readonly deleted: readonly string[];
  /** Everything that is wrong with the files now, by file and line. */
  readonly problems: readonly Finding[];
  /** Some objects wait for their namespace: call again when one appears. */
  readonly waiting: boolean;
}

/** Makes the store hold what files say: server-side apply of what differs, deletion of what no file says any more. */
export class FileApplier {
  readonly #store: Store;
  /** Objects that live as long as the process, whatever the files say. */
  readonly #pinned: ReadonlySet<string>;
  /** What was applied last, by identity. */
  readonly #applied = new Map<string, KubeObject>();

  constructor(store: Store, pinned: Iterable<KubeObject>) {
    this.#store = store;
    this.#pinned = new Set([...pinned].map(identityOf));
  }

  async apply({ objects, problems }: Wanted): Promise<ApplyReport> {
    const claimed = namespacesOfTenants(objects.values());
    const results: Result[] = [];
    for (const located of [...objects.values()].sort(byKindThenName)) {
      results.push(await this.#applyOne(located, claimed));
    }
    const deleted = await this.#deleteAllBut(objects);
    const found = [...problems, ...results.flatMap((result) => result.problems)];
    return {
      applied: results.filter(({ changed }) => changed).map(({ name }) => name),
      deleted,
      problems: found.toSorted(compareFindings),
      waiting: results.some(({ waiting }) => waiting),
    };
  }

  async #applyOne(located: Located, claimed: ReadonlySet<string>): Promise<Result> {
    const { object } = located;
    const name = describe(object);
    if (await this.#isCurrent(object)) return { name, problems: [] };
    const verdict = judge(located);
    if (verdict.stored === undefined) return { name, problems: verdict.findings };
    try {
      await this.#store.apply(object, { fieldManager, force: true });
      this.#applied.set(identityOf(object), object);
      return { name, problems: [], changed: true };
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      const waiting = error.reason === 'NotFound' || error.reason === 'NamespaceTerminating';
      // Its Tenant is about to make the namespace; until then there is nothing to tell.
      const silent = waiting && claimed.has(object.metadata.namespace ?? '');
      return { name, waiting, problems: silent ? [] : refusalsOf(located, error) };
    }
  }

  /** Whether the file says what it said before, and nobody has deleted the object meanwhile. */
  async #isCurrent(object: KubeObject): Promise<boolean> {
    const before = this.#applied.get(identityOf(object));
    if (before === undefined || !equalJson(copyJson(before), copyJson(object))) return false;
    const kind = kindOf(object);
    return kind !== undefined && (await this.#store.get(kind, parseId(keyOf(object)))) !== undefined;
  }

  async #deleteAllBut(wanted: ReadonlyMap<string, Located>): Promise<string[]> {
    const gone = [...this.#applied].filter(([identity]) => !wanted.has(identity));
    const deleted: string[] = [];
    for (const [identity, object] of gone.reverse()) {
      this.#applied.delete(identity);
      const kind = kindOf(object);
      if (kind === undefined || this.#pinned.has(identity)) continue;
      await this.#store.delete(kind, parseId(keyOf(object)));
      deleted.push(describe(object));
    }
    return deleted;
  }
}

interface Result {
  readonly name: string;
  readonly problems: readonly Finding[];
  readonly changed?: boolean;
  readonly waiting?: boolean;
}

/** What makes others possible goes first. */
const order = [coreKinds.Namespace.kind, ...Object.keys(simpulKinds)];

function byKindThenName(a: Located, b: Located): number {
  const rank = ({ object }: Located): number => (order.indexOf(object.kind) + order.length) % order.length;
  return rank(a) - rank(b) || (identityOf(a.object) < identityOf(b.object) ? -1 : 1);
}

function namespacesOfTenants(objects: Iterable<Located>): Set<string> {
  const tenants = [...objects].map(({ object }) => object).filter(isTenant);
  return new Set(tenants.map(({ metadata, spec }) => spec?.namespace ?? metadata.name));
}

/** Read from a file, so its spec may be anything. */
function isTenant(object: KubeObject): object is KubeObject & { spec?: Partial<Tenant['spec']> } {
  return object.kind === 'Tenant';
}

function refusalsOf(located: Located, error: StoreError): Finding[] {
  if (error.reason === 'NotFound') {
    const message = `namespace "${located.object.metadata.namespace}" does not exist`;
    const remedy = 'Add a Namespace of that name to the folder, or a Tenant that makes it.';
    return [{ ...at(located, 'metadata.namespace'), message, remedy }];
  }
  if (error.causes.length === 0) return [{ ...at(located, ''), message: error.message }];
  return error.causes.map(({ field, message }) => ({ ...at(located, field), message }));
}
