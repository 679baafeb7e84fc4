import { isJsonObject, type JsonObject } from '#kube/schema/json.ts';
import type { StructuralSchema } from '#kube/schema/structural-schema.ts';
import { applyConflict, type FieldConflict } from './answers.ts';
import {
  difference,
  emptySet,
  equalSets,
  type FieldSet,
  fieldsOf,
  intersection,
  isEmpty,
  makeSet,
  pathsOf,
  union,
  withNamedParents,
} from './field-set.ts';
import { type Comparison, compare, merge, without } from './merge.ts';

/** One manager of an object and the fields that are its own; what the API server keeps in `metadata.managedFields`. */
export interface Manager {
  readonly name: string;
  /** A manager that creates or updates is another one than the same name that applies. */
  readonly operation: 'Apply' | 'Update';
  readonly subresource: '' | 'status';
  readonly apiVersion: string;
  readonly fields: FieldSet;
}

export type Managers = ReadonlyMap<string, Manager>;

export const noManagers: Managers = new Map();

/** Who writes. */
export type Writer = Omit<Manager, 'fields'>;

export interface Written {
  readonly object: JsonObject;
  readonly managers: Managers;
}

export function managerId(manager: Writer): string {
  return `${manager.operation}/${manager.subresource}/${manager.name}`;
}

/**
 * Server-side apply. Fields of `config` become the writer's; a field that it applied before and leaves out now is removed
 * unless another manager has it, too. Throws a Conflict when a field with another value belongs to somebody else, unless
 * `force`, which takes it over.
 */
export function applyConfig(
  schema: StructuralSchema,
  { live, config, managers }: { readonly live: JsonObject; readonly config: JsonObject; readonly managers: Managers },
  writer: Writer,
  force: boolean,
): Written {
  const fields = withoutIdentity(fieldsOf(schema, config));
  const id = managerId(writer);
  const before = managers.get(id)?.fields ?? emptySet;
  const next = new Map(managers).set(id, { ...writer, fields });
  const merged = asObject(merge(schema, live, config));
  const object = asObject(without(schema, merged, givenUp(schema, before, next)));
  const comparison = compare(schema, live, object);
  const conflicts = conflictsOf(managers, comparison.changed, id);
  if (conflicts.length > 0 && !force) throw applyConflict(conflicts);
  return { object, managers: settle(next, comparison, id) };
}

/** What a create or an update means for ownership: the writer owns what it changed, the others lose that. */
export function ownChanges(
  schema: StructuralSchema,
  { live, object, managers }: { readonly live: JsonObject; readonly object: JsonObject; readonly managers: Managers },
  writer: Writer,
): Managers {
  const comparison = compare(schema, live, object);
  const id = managerId(writer);
  const own = union(managers.get(id)?.fields ?? emptySet, withoutIdentity(comparison.changed));
  return settle(new Map(managers).set(id, { ...writer, fields: own }), comparison, id);
}

/** Same managers with the same fields: then nothing has to be written. Times do not count. */
export function equalManagers(left: Managers, right: Managers): boolean {
  if (left.size !== right.size) return false;
  return [...left].every(([id, manager]) => {
    const other = right.get(id);
    return other !== undefined && equalSets(manager.fields, other.fields);
  });
}

/** Fields that the writer had and does not name any more, and that nobody else has. */
function givenUp(schema: StructuralSchema, before: FieldSet, managers: Managers): FieldSet {
  const kept = [...managers.values()].reduce((sum, manager) => union(sum, manager.fields), emptySet);
  const fields = difference(withNamedParents(schema, before), withNamedParents(schema, kept));
  const metadata = fields.children.get('f:metadata');
  if (metadata === undefined) return fields;
  // Without its last label an object still has its name.
  return makeSet(false, new Map(fields.children).set('f:metadata', makeSet(false, metadata.children)));
}

function conflictsOf(managers: Managers, changed: FieldSet, writer: string): FieldConflict[] {
  return [...managers].flatMap(([id, manager]) => {
    if (id === writer) return [];
    const paths = pathsOf(intersection(manager.fields, changed));
    return paths.map((path) => ({ path, manager: describe(manager) }));
  });
}

function describe(manager: Manager): string {
  const subresource = manager.subresource === '' ? '' : ` with subresource "${manager.subresource}"`;
  const how = manager.operation === 'Update' ? ` using ${manager.apiVersion}` : '';
  return `"${manager.name}"${subresource}${how}`;
}

function settle(managers: Managers, { changed, removed }: Comparison, writer: string): Managers {
  const settled = new Map<string, Manager>();
  for (const [id, manager] of managers) {
    const left = id === writer ? manager.fields : difference(manager.fields, changed);
    const fields = difference(left, removed);
    if (!isEmpty(fields)) settled.set(id, fields === manager.fields ? manager : { ...manager, fields });
  }
  return settled;
}

const serverFields = [
  ...['name', 'namespace', 'uid', 'resourceVersion', 'generation', 'creationTimestamp', 'selfLink', 'managedFields'],
  ...['deletionTimestamp', 'deletionGracePeriodSeconds'],
].map((name) => `f:${name}`);

/** Nobody owns what says which object it is, nor what only the store writes. */
function withoutIdentity(fields: FieldSet): FieldSet {
  const children = new Map(fields.children);
  children.delete('f:apiVersion');
  children.delete('f:kind');
  const metadata = children.get('f:metadata');
  if (metadata !== undefined) {
    const kept = new Map(metadata.children);
    for (const name of serverFields) kept.delete(name);
    children.delete('f:metadata');
    if (kept.size > 0) children.set('f:metadata', makeSet(false, kept));
  }
  return makeSet(false, children);
}

function asObject(value: unknown): JsonObject {
  return isJsonObject(value) ? value : {};
}
