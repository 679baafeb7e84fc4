import type {
  Compiled,
  CompiledApiService,
  CompiledCredential,
  CompiledGrant,
  CompiledKind,
} from '#api/compiled/contract.ts';
import type { CompiledSecret } from '#api/compiled/secret.ts';
import {
  compiledAnnotations,
  compiledName,
  compiledSecretType,
  compiledTextOf,
  contentHashOf,
} from '#api/compiled/secret.ts';
import { validateCompiled } from '#api/compiled/validate.ts';
import { compareVersions } from '#api/resource-version.ts';

/** What the operator remembers of one compiled Secret: enough to know whether it must be written; secret of it are hashes, and what verifies `hmac-sha256`. */
export interface CompiledEntry {
  readonly gateway: string;
  readonly kind: CompiledKind;
  /** Id of the source object. */
  readonly source: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  /** Of the content; empty when somebody changed what goes with it, so that it is written anew. */
  readonly contentHash: string;
  /** Only for Tenants. */
  readonly claims?: { readonly hosts: readonly string[]; readonly paths: readonly string[] };
  /** Only for ApiServices. */
  readonly routes?: { readonly hosts: readonly string[]; readonly basePath: string };
  /** Only for ApiServices that use one: id of the Definition. */
  readonly definition?: string;
  /** Of the definition, where its document was fetched: SHA-256 of the document. */
  readonly document?: string;
  /** Only for Subscriptions. */
  readonly credentials?: readonly CompiledCredential[];
  /** Only for Subscriptions: what it may call. */
  readonly grants?: readonly CompiledGrant[];
}

/** Compiled objects by source and gateway. Fed by the watches on the compiled namespaces and by the operator's own writes. */
export class CompiledIndex {
  /** Mostly one gateway serves a source, so a list is both smaller and fast enough. */
  readonly #bySource = new Map<string, readonly CompiledEntry[]>();
  readonly #byName = new Map<string, CompiledEntry>();

  /** The entries of one source, by gateway id. */
  of(kind: CompiledKind, source: string): ReadonlyMap<string, CompiledEntry> {
    const entries = this.#bySource.get(`${kind}/${source}`);
    return entries === undefined ? nothing : new Map(entries.map((entry) => [entry.gateway, entry]));
  }

  get size(): number {
    return this.#byName.size;
  }

  values(): IterableIterator<CompiledEntry> {
    return this.#byName.values();
  }

  /**
   * Newer wins: an event that was overtaken by the answer to a write changes nothing. `force`: what a complete list says
   * is true even where it is older. Returns whether anything changed.
   */
  put(entry: CompiledEntry, force = false): boolean {
    const name = `${entry.namespace}/${entry.name}`;
    const known = this.#byName.get(name);
    const order = known === undefined ? -1 : compareVersions(known.resourceVersion, entry.resourceVersion);
    if (order === 0 || (order > 0 && !force)) return false;
    this.#byName.set(name, entry);
    const source = `${entry.kind}/${entry.source}`;
    this.#bySource.set(source, [...this.#others(source, entry.gateway), entry]);
    return true;
  }

  delete(namespace: string, name: string): CompiledEntry | undefined {
    const entry = this.#byName.get(`${namespace}/${name}`);
    if (entry === undefined) return undefined;
    this.#byName.delete(`${namespace}/${name}`);
    const source = `${entry.kind}/${entry.source}`;
    const others = this.#others(source, entry.gateway);
    if (others.length === 0) this.#bySource.delete(source);
    else this.#bySource.set(source, others);
    return entry;
  }

  #others(source: string, gateway: string): readonly CompiledEntry[] {
    return this.#bySource.get(source)?.filter((entry) => entry.gateway !== gateway) ?? [];
  }

  /** Everything of an ApiGateway that is gone, and its namespace with it. */
  forgetGateway(gateway: string): void {
    for (const entry of [...this.#byName.values()])
      if (entry.gateway === gateway) this.delete(entry.namespace, entry.name);
  }

  /** Names of the compiled objects that are known in `namespace`. */
  namesIn(namespace: string): string[] {
    return [...this.#byName.values()].filter((entry) => entry.namespace === namespace).map((entry) => entry.name);
  }
}

const nothing: ReadonlyMap<string, CompiledEntry> = new Map();

/** Projects a Secret for the index. Undefined when it cannot be read as a compiled object under its own name. */
export function compiledEntryOf(secret: CompiledSecret, gateway: string): CompiledEntry | undefined {
  if (secret.type !== compiledSecretType) return undefined;
  const text = compiledTextOf(secret);
  if (!text.ok) return undefined;
  const { json } = text;
  const content = contentOf(json);
  const { name, namespace = '', uid = '', resourceVersion = '0', annotations = {} } = secret.metadata;
  if (content === undefined || compiledName(content.kind, content.id) !== name) return undefined;
  const { kind, id: source } = content;
  const hash = contentHashOf(json);
  const stated = annotations[compiledAnnotations.contentHash];
  // Gateways go by the annotation, people by the source: both must be as we wrote them.
  const untouched = stated === hash && annotations[compiledAnnotations.source] === `${kind}/${source}`;
  const contentHash = untouched ? hash : '';
  return { gateway, kind, source, namespace, name, uid, resourceVersion, contentHash, ...factsOf(content) };
}

function contentOf(json: string): Compiled | undefined {
  try {
    const verdict = validateCompiled(JSON.parse(json));
    return verdict.ok ? verdict.compiled : undefined;
  } catch {
    return undefined;
  }
}

function factsOf(
  content: Compiled,
): Pick<CompiledEntry, 'claims' | 'routes' | 'definition' | 'document' | 'credentials' | 'grants'> {
  switch (content.kind) {
    case 'Tenant':
      return { claims: { hosts: content.hosts, paths: content.paths } };
    case 'ApiService':
      return {
        routes: { hosts: content.hosts, basePath: content.basePath },
        ...definitionFacts(content),
      };
    case 'Subscription':
      return {
        credentials: content.credentials,
        grants: content.grants,
      };
    default:
      return {};
  }
}

function definitionFacts({ definition }: CompiledApiService): Pick<CompiledEntry, 'definition' | 'document'> {
  if (definition === undefined) return {};
  const { id, document } = definition;
  return { definition: id, ...(document === undefined ? {} : { document }) };
}
