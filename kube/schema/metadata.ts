import { type FieldError, forbidden, invalid, required, tooLong } from './field-error.ts';
import { equalJson, isJsonObject, type JsonObject, objectAt, stringAt } from './json.ts';
import { checkLabelName, checkLabelValue, checkQualifiedName } from './names.ts';

/** Largest sum of all keys and values of the annotations, in bytes. */
export const maxAnnotationsBytes = 256 * 1024;

export interface MetadataRules {
  readonly namespaced: boolean;
  /** Syntax of the name; gives back what is wrong with it. */
  readonly checkName: (name: string) => string[];
}

/** What is wrong with an object's `metadata`, in the API server's words. */
export function validateMetadata(metadata: JsonObject, rules: MetadataRules): FieldError[] {
  return [
    ...checkName(metadata, rules),
    ...checkNamespace(metadata, rules),
    ...checkLabels(metadata),
    ...checkAnnotations(metadata),
    ...checkOwners(metadata),
    ...checkFinalizers(metadata),
  ];
}

/** What an update may not change, once the store has filled in what the writer left out. */
export function validateMetadataUpdate(metadata: JsonObject, old: JsonObject): FieldError[] {
  const errors: FieldError[] = [];
  if (old['deletionTimestamp'] !== undefined) {
    const added = stringsAt(metadata, 'finalizers').filter((name) => !stringsAt(old, 'finalizers').includes(name));
    if (added.length > 0) {
      const list = added.sort().map((name) => JSON.stringify(name));
      const detail = `no new finalizers can be added if the object is being deleted, found new finalizers []string{${list.join(', ')}}`;
      errors.push(forbidden('metadata.finalizers', detail));
    }
  }
  for (const name of ['name', 'namespace', 'uid', 'creationTimestamp', 'deletionTimestamp']) {
    const value = metadata[name];
    if (!equalJson(value, old[name])) errors.push(invalid(`metadata.${name}`, value ?? '', 'field is immutable'));
  }
  return errors;
}

function checkName(metadata: JsonObject, rules: MetadataRules): FieldError[] {
  const name = stringAt(metadata, 'name') ?? '';
  if (name === '') return [required('metadata.name', 'name or generateName is required')];
  return rules.checkName(name).map((problem) => invalid('metadata.name', name, problem));
}

function checkNamespace(metadata: JsonObject, rules: MetadataRules): FieldError[] {
  const namespace = stringAt(metadata, 'namespace') ?? '';
  if (!rules.namespaced) return namespace === '' ? [] : [forbidden('metadata.namespace', 'not allowed on this type')];
  if (namespace === '') return [required('metadata.namespace')];
  return checkLabelName(namespace).map((problem) => invalid('metadata.namespace', namespace, problem));
}

function checkLabels(metadata: JsonObject): FieldError[] {
  return Object.entries(objectAt(metadata, 'labels') ?? {}).flatMap(([key, value]) => [
    ...checkQualifiedName(key).map((problem) => invalid('metadata.labels', key, problem)),
    ...(typeof value === 'string' ? checkLabelValue(value) : []).map((problem) =>
      invalid('metadata.labels', value, problem),
    ),
  ]);
}

function checkAnnotations(metadata: JsonObject): FieldError[] {
  const entries = Object.entries(objectAt(metadata, 'annotations') ?? {});
  const errors = entries.flatMap(([key]) =>
    checkQualifiedName(key.toLowerCase()).map((problem) => invalid('metadata.annotations', key, problem)),
  );
  const bytes = entries.reduce((sum, [key, value]) => sum + Buffer.byteLength(key) + byteLength(value), 0);
  if (bytes > maxAnnotationsBytes) errors.push(tooLong('metadata.annotations', maxAnnotationsBytes));
  return errors;
}

function byteLength(value: unknown): number {
  return typeof value === 'string' ? Buffer.byteLength(value) : 0;
}

function checkOwners(metadata: JsonObject): FieldError[] {
  const owners = metadata['ownerReferences'];
  if (!Array.isArray(owners)) return [];
  const errors = owners.flatMap((owner, index) => (isJsonObject(owner) ? checkOwner(owner, index) : []));
  const controllers = owners.filter((owner) => isJsonObject(owner) && owner['controller'] === true);
  const [first, second] = controllers.map((owner) =>
    isJsonObject(owner) ? `${stringAt(owner, 'kind')}/${stringAt(owner, 'name')}` : '',
  );
  if (second !== undefined) {
    const detail = `Only one reference can have Controller set to true. Found "true" in references for ${first} and ${second}`;
    errors.push(invalid('metadata.ownerReferences', owners, detail));
  }
  return errors;
}

function checkOwner(owner: JsonObject, index: number): FieldError[] {
  const field = `metadata.ownerReferences[${index}]`;
  const missing = ['kind', 'name', 'uid'].filter((name) => (stringAt(owner, name) ?? '') === '');
  const errors = missing.map((name) => invalid(`${field}.${name}`, '', 'must not be empty'));
  const version = (stringAt(owner, 'apiVersion') ?? '').split('/').at(-1);
  if (version === '') errors.unshift(invalid(`${field}.apiVersion`, '', 'version must not be empty'));
  return errors;
}

function checkFinalizers(metadata: JsonObject): FieldError[] {
  return stringsAt(metadata, 'finalizers').flatMap((name) =>
    checkQualifiedName(name).map((problem) => invalid('metadata.finalizers', name, problem)),
  );
}

/** The strings of a list; empty when there is none. */
export function stringsAt(parent: JsonObject, key: string): string[] {
  const list = parent[key];
  return Array.isArray(list) ? list.filter((item) => typeof item === 'string') : [];
}
