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

/**
 * Compiled objects by source and gateway. Fed by the watches on the compiled namespaces and by the operator's own
 * writes. Its keys are texts that the entries have anyway: with 60,000 of them, others would cost 10 MiB.
 */
export class CompiledIndex {
  /** By kind and id. Mostly one gateway serves a source, so a list is both smaller and fast enough. */
  readonly #bySource = new Map<CompiledKind, Map<string, readonly CompiledEntry[]>>();
  /** By namespace and name. */
  readonly #byName = new Map<string, Map<string, CompiledEntry>>();

  /** The entries of one source, by gateway id. */
  of(kind: CompiledKind, source: string): ReadonlyMap<string, CompiledEntry> {
    const entries = this.#bySource.get(kind)?.get(source);
    return entries === undefined ? nothing : new Map(entries.map((entry) => [entry.gateway, entry]));
  }

  *values(): IterableIterator<CompiledEntry> {
    for (const entries of this.#byName.values()) yield* entries.values();
  }

  /**
   * Newer wins: an event that was overtaken by the answer to a write changes nothing. `force`: what a complete list says
   * is true even where it is older. Returns whether anything changed.
   */
  put(entry: CompiledEntry, force = false): boolean {
    const { kind, source, namespace, name } = entry;
    const known = this.#byName.get(namespace)?.get(name);
    const order = known === undefined ? -1 : compareVersions(known.resourceVersion, entry.resourceVersion);
    if (order === 0 || (order > 0 && !force)) return false;
    inner(this.#byName, namespace).set(name, entry);
    inner(this.#bySource, kind).set(source, [...this.#others(entry), entry]);
    return true;
  }

  delete(namespace: string, name: string): CompiledEntry | undefined {
    const entry = this.#byName.get(namespace)?.get(name);
    if (entry === undefined) return undefined;
    this.#byName.get(namespace)?.delete(name);
    const others = this.#others(entry);
    if (others.length === 0) this.#bySource.get(entry.kind)?.delete(entry.source);
    else inner(this.#bySource, entry.kind).set(entry.source, others);
    return entry;
  }

  #others({ kind, source, gateway }: CompiledEntry): readonly CompiledEntry[] {
    return (
      this.#bySource
        .get(kind)
        ?.get(source)
        ?.filter((entry) => entry.gateway !== gateway) ?? []
    );
  }

  /** Everything of an ApiGateway that is gone, and its namespace with it. */
  forgetGateway(gateway: string): void {
    for (const entry of [...this.values()]) if (entry.gateway === gateway) this.delete(entry.namespace, entry.name);
  }

  /** Names of the compiled objects that are known in `namespace`. */
  namesIn(namespace: string): string[] {
    return [...(this.#byName.get(namespace)?.keys() ?? [])];
  }
}

const nothing: ReadonlyMap<string, CompiledEntry> = new Map();

function inner<K, V>(outer: Map<K, Map<string, V>>, key: K): Map<string, V> {
  const known = outer.get(key);
  if (known !== undefined) return known;
  const made = new Map<string, V>();
  outer.set(key, made);
  return made;
}

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
