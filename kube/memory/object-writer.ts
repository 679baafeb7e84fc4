import { apiVersionOf, coreKinds, type ResourceKind } from '#api/kinds.ts';
import type { KubeObject, ObjectKey } from '#api/object.ts';
import { applyDefaults, dropNulls } from '#kube/schema/defaults.ts';
import type { FieldError } from '#kube/schema/field-error.ts';
import { copyObject, equalJson, type JsonObject, objectAt, stringAt } from '#kube/schema/json.ts';
import { stringsAt } from '#kube/schema/metadata.ts';
import { prune } from '#kube/schema/prune.ts';
import { validateObject, validateStatus } from '#kube/schema/validate-object.ts';
import type { ApplyOptions, DeleteOptions, WriteOptions } from '#kube/store.ts';
import { StoreError } from '#kube/store-error.ts';
import {
  alreadyExists,
  badRequest,
  conflict,
  invalidObject,
  namespaceTerminating,
  notFound,
  objectModified,
} from './answers.ts';
import type { Collection, StoredObject } from './collection.ts';
import { coreRulesOf } from './core-rules.ts';
import { type ObjectTable, withVersion } from './object-table.ts';
import { dropEmptyMetadata, prepareCreate, prepareUpdate, receive, timestamp } from './preparation.ts';
import {
  applyConfig,
  equalManagers,
  type Managers,
  noManagers,
  ownChanges,
  type Writer,
  type Written,
} from './server-side-apply.ts';

/** Every way in which an object changes. All of it is synchronous: no write ever sees half of another. */
export class ObjectWriter {
  readonly #table: ObjectTable;

  constructor(table: ObjectTable) {
    this.#table = table;
  }

  create(sent: KubeObject, options: WriteOptions): KubeObject {
    const collection = this.#table.collectionFor(sent);
    const { object } = receive(collection.schema, sent);
    dropNulls(collection.schema.schema, object);
    const key = keyIn(collection, object);
    this.#requireNamespace(collection, key);
    if (objectAt(object, 'metadata')?.['resourceVersion'] !== undefined) {
      throw badRequest('resourceVersion should not be set on objects to be created');
    }
    this.#complete(collection, object, undefined);
    if (collection.get(key) !== undefined) throw alreadyExists(collection.schema.kind, key.name);
    const writer = this.#writer(collection, options, 'Update');
    const managers = ownChanges(collection.schema.schema, { live: {}, object, managers: noManagers }, writer);
    return this.#keep(collection, { object, managers }, options);
  }

  apply(sent: KubeObject, options: ApplyOptions): KubeObject {
    const collection = this.#table.collectionFor(sent);
    const { object: config, unknownFields } = receive(collection.schema, sent);
    refuseUnknown(collection, config, unknownFields);
    if (collection.schema.statusSubresource) delete config['status'];
    const key = keyIn(collection, config);
    const stored = collection.get(key);
    checkApplied(collection, config, stored);
    if (stored === undefined) this.#requireNamespace(collection, key);
    const live = stored === undefined ? {} : copyObject(stored.object);
    const managers = stored?.managers ?? noManagers;
    const writer = this.#writer(collection, options, 'Apply');
    const written = applyConfig(collection.schema.schema, { live, config, managers }, writer, options.force === true);
    const object = copyObject(written.object);
    this.#complete(collection, object, stored);
    return this.#keep(collection, { object, managers: written.managers }, options);
  }

  applyStatus(sent: KubeObject, options: ApplyOptions): KubeObject {
    const collection = this.#table.collectionFor(sent);
    const { object: received, unknownFields } = receive(collection.schema, sent);
    const key = keyIn(collection, received);
    const stored = collection.get(key);
    if (stored === undefined || !collection.schema.statusSubresource) throw notFound(collection.schema.kind, key.name);
    checkApplied(collection, received, stored);
    refuseUnknown(
      collection,
      received,
      unknownFields.filter((path) => path.startsWith('status.')),
    );
    const { status, apiVersion = '', kind = '', metadata = {} } = received;
    const config: JsonObject = {
      apiVersion,
      kind,
      metadata: identityOf(metadata),
      ...(status === undefined ? {} : { status }),
    };
    const live = copyObject(stored.object);
    const writer = this.#writer(collection, options, 'Apply', 'status');
    const state = { live, config, managers: stored.managers };
    const written = applyConfig(collection.schema.schema, state, writer, options.force === true);
    const object = withStatus(live, copyObject(written.object)['status']);
    prune(collection.schema.schema, object);
    applyDefaults(collection.schema.schema, object);
    refuseInvalid(collection, object, validateStatus(collection.schema, object, live));
    return this.#keep(collection, { object, managers: written.managers }, options);
  }

  delete(kind: ResourceKind, key: ObjectKey, options: DeleteOptions): void {
    const collection = this.#table.collectionOf(kind);
    const stored = collection.get(key);
    if (stored === undefined) return;
    checkPreconditions(collection.schema.kind, stored.object, options);
    const finalizers = finalizersFor(collection.schema.kind, stored.object, options);
    if (finalizers.length === 0) {
      this.#table.remove(collection, key);
      return;
    }
    this.#beginDeletion(collection, stored, finalizers);
  }

  /** Takes finalizers away, as the controllers of a cluster do. The last one gone, the object goes. */
  removeFinalizer(kind: ResourceKind, key: ObjectKey, finalizer: string): void {
    this.edit(kind, key, (object) => {
      const metadata = objectAt(object, 'metadata') ?? {};
      const left = stringsAt(metadata, 'finalizers').filter((name) => name !== finalizer);
      metadata['finalizers'] = left;
      if (left.length === 0) delete metadata['finalizers'];
    });
  }

  /** Changes metadata in the name of the cluster itself. */
  edit(kind: ResourceKind, key: ObjectKey, change: (object: JsonObject) => void): void {
    const collection = this.#table.collectionOf(kind);
    const stored = collection.get(key);
    if (stored === undefined) return;
    const object = copyObject(stored.object);
    change(object);
    this.#keep(collection, { object, managers: stored.managers }, { fieldManager: 'local' });
  }

  #beginDeletion(collection: Collection, stored: StoredObject, finalizers: readonly string[]): void {
    const object = copyObject(stored.object);
    const metadata = objectAt(object, 'metadata') ?? {};
    const first = metadata['deletionTimestamp'] === undefined;
    if (first) {
      metadata['deletionTimestamp'] = timestamp(this.#table.now());
      metadata['deletionGracePeriodSeconds'] = 0;
      // A controller must see that something about this object is new.
      if (collection.schema.countsGeneration) metadata['generation'] = Number(metadata['generation'] ?? 0) + 1;
    }
    if (isNamespace(collection.schema.kind)) object['status'] = { phase: 'Terminating' };
    else metadata['finalizers'] = [...finalizers];
    this.#keep(collection, { object, managers: stored.managers }, { fieldManager: 'local' });
  }

  /** Fills in, prunes, and refuses what is not valid. */
  #complete(collection: Collection, object: JsonObject, stored: StoredObject | undefined): void {
    const { schema } = collection;
    const live = stored === undefined ? undefined : copyObject(stored.object);
    prune(schema.schema, object);
    dropEmptyMetadata(object);
    if (live === undefined) prepareCreate(schema, object, { uid: this.#table.newUid(), now: this.#table.now() });
    else prepareUpdate(schema, object, live);
    const own = coreRulesOf(schema.kind).validate?.(object, live) ?? [];
    refuseInvalid(collection, object, [...validateObject(schema, object, live), ...own]);
  }

  /** Writes when something changed; a deleted object without finalizers goes instead. */
  #keep(collection: Collection, { object, managers }: Written, options: WriteOptions): KubeObject {
    const key = keyIn(collection, object);
    const stored = collection.get(key);
    if (stored !== undefined && isUnchanged(stored, object, managers)) return stored.object;
    if (options.dryRun === true) return withVersion(object, undefined);
    const metadata = objectAt(object, 'metadata') ?? {};
    const gone = metadata['deletionTimestamp'] !== undefined && stringsAt(metadata, 'finalizers').length === 0;
    if (!gone || isNamespace(collection.schema.kind)) return this.#table.put(collection, object, managers);
    this.#table.remove(collection, key);
    return withVersion(object, this.#table.version);
  }

  #requireNamespace(collection: Collection, key: ObjectKey): void {
    const { kind } = collection.schema;
    if (!kind.namespaced || key.namespace === '') return;
    const namespace = this.#table.collectionOf(coreKinds.Namespace).get({ namespace: '', name: key.namespace })?.object;
    if (namespace === undefined) throw notFound(coreKinds.Namespace, key.namespace);
    if (namespace.metadata.deletionTimestamp !== undefined) throw namespaceTerminating(kind, key.name, key.namespace);
  }

  #writer(
    collection: Collection,
    options: WriteOptions,
    operation: Writer['operation'],
    subresource: Writer['subresource'] = '',
  ): Writer {
    const apiVersion = apiVersionOf(collection.schema.kind);
    return { name: options.fieldManager, operation, subresource, apiVersion };
  }
}

function keyIn(collection: Collection, object: JsonObject): ObjectKey {
  const metadata = objectAt(object, 'metadata') ?? {};
  const namespace = collection.schema.kind.namespaced ? (stringAt(metadata, 'namespace') ?? '') : '';
  return { namespace, name: stringAt(metadata, 'name') ?? '' };
}

function identityOf(metadata: unknown): JsonObject {
  const { name = '', namespace } = copyObject(Object(metadata));
  return namespace === undefined ? { name } : { name, namespace };
}

/** An apply that names a version or a uid is meant for that very object. */
function checkApplied(collection: Collection, config: JsonObject, stored: StoredObject | undefined): void {
  const metadata = objectAt(config, 'metadata') ?? {};
  const { kind } = collection.schema;
  const name = stringAt(metadata, 'name') ?? '';
  const meantForOne = metadata['resourceVersion'] !== undefined || metadata['uid'] !== undefined;
  if (stored === undefined && meantForOne) throw conflict(kind, name, objectModified);
  const version = metadata['resourceVersion'] ?? stored?.object.metadata.resourceVersion;
  if (version !== stored?.object.metadata.resourceVersion) throw conflict(kind, name, objectModified);
}

function checkPreconditions(kind: ResourceKind, { metadata }: KubeObject, options: DeleteOptions): void {
  const { uid, resourceVersion } = options;
  if (uid !== undefined && uid !== metadata.uid) {
    const detail = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${metadata.uid ?? ''}`;
    throw conflict(kind, metadata.name, detail);
  }
  if (resourceVersion !== undefined && resourceVersion !== metadata.resourceVersion) {
    const versions = `ResourceVersion in precondition: ${resourceVersion}, ResourceVersion in object meta: ${metadata.resourceVersion ?? ''}`;
    throw conflict(kind, metadata.name, `Precondition failed: ${versions}`);
  }
}

function refuseUnknown(collection: Collection, config: JsonObject, unknownFields: readonly string[]): void {
  if (unknownFields.length === 0) return;
  const { kind } = collection.schema;
  const key = keyIn(collection, config);
  const causes = unknownFields.map((field) => ({ field, message: 'field not declared in schema' }));
  const lines = causes.map(({ field, message }) => `.${field}: ${message}`);
  const list = lines.length === 1 ? lines[0] : `errors:\n  ${lines.join('\n  ')}`;
  const object = `${key.namespace}/${key.name}; ${apiVersionOf(kind)}, Kind=${kind.kind}`;
  // The API server answers 500 here, though the sender is at fault.
  const message = `failed to create typed patch object (${object}): ${list}`;
  throw new StoreError('InternalError', message, { status: 500, causes });
}

function refuseInvalid(collection: Collection, object: JsonObject, errors: readonly FieldError[]): void {
  if (errors.length > 0) throw invalidObject(collection.schema.kind, keyIn(collection, object).name, errors);
}

function finalizersFor(kind: ResourceKind, object: KubeObject, options: DeleteOptions): readonly string[] {
  if (isNamespace(kind)) return namespaceFinalizers(object);
  const finalizers = object.metadata.finalizers ?? [];
  const added = { Background: [], Foreground: ['foregroundDeletion'], Orphan: ['orphan'] } as const;
  return [...new Set([...finalizers, ...added[options.propagation ?? 'Background']])];
}

/** A namespace goes when it is empty; the cluster's own never go. */
function namespaceFinalizers({ metadata }: KubeObject): readonly string[] {
  if (['default', 'kube-system', 'kube-public'].includes(metadata.name)) {
    const message = `namespaces "${metadata.name}" is forbidden: this namespace may not be deleted`;
    throw new StoreError('Forbidden', message, { status: 403 });
  }
  return ['kubernetes'];
}

export function isNamespace(kind: ResourceKind): boolean {
  return kind.group === '' && kind.kind === coreKinds.Namespace.kind;
}

function isUnchanged(stored: StoredObject, object: JsonObject, managers: Managers): boolean {
  return equalManagers(stored.managers, managers) && equalJson(copyObject(stored.object), object);
}

function withStatus(live: JsonObject, status: JsonObject[string] | undefined): JsonObject {
  const { status: _old, ...rest } = live;
  return status === undefined ? rest : { ...rest, status };
}
