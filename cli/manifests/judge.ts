import type { KubeObject } from '#api/object.ts';
import { keyOf } from '#api/object.ts';
import { coreRulesOf } from '#kube/memory/core-rules.ts';
import { toKubeObject } from '#kube/memory/object-table.ts';
import { prepareCreate, receive } from '#kube/memory/preparation.ts';
import { dropNulls } from '#kube/schema/defaults.ts';
import type { FieldError } from '#kube/schema/field-error.ts';
import { copyObject } from '#kube/schema/json.ts';
import type { ObjectSchema } from '#kube/schema/object-schema.ts';
import { rulesNotChecked, validateObject } from '#kube/schema/validate-object.ts';
import { type Located, locate } from '#kube/yaml/read-manifests.ts';
import type { Finding } from './finding.ts';
import { remedyFor, remedyForUnknown } from './remedy.ts';
import { isOurGroup, schemaOf, suggestKind } from './schemas.ts';

/** What the API server would make of one object that it does not have yet. */
export interface Verdict {
  readonly located: Located;
  /** As it would be stored, but for uid and times. Undefined: it would be refused, or its kind is not ours to judge. */
  readonly stored: KubeObject | undefined;
  readonly findings: readonly Finding[];
}

export interface JudgeOptions {
  /** Of objects that name none. */
  readonly namespace?: string;
}

/** Judges one object on its own: unknown fields (as `kubectl apply` refuses them), schema, rules. */
export function judge(located: Located, options: JudgeOptions = {}): Verdict {
  const schema = schemaOf(located.object);
  if (schema === undefined) return { located, stored: undefined, findings: [unknownKind(located)] };
  const { object, unknownFields } = receive(schema, inNamespace(located.object, schema, options.namespace));
  const unknown = unknownFields.map((field) => ({
    ...at(located, field),
    message: `unknown field "${field}"`,
    remedy: remedyForUnknown(schema, field),
  }));
  dropNulls(schema.schema, object);
  prepareCreate(schema, object, { uid: '', now: new Date(0) });
  const own = coreRulesOf(schema.kind).validate?.(object, undefined) ?? [];
  const errors = [...validateObject(schema, object), ...own].map((error) => toFinding(located, schema, error));
  const findings = [...unknown, ...errors];
  return { located, stored: findings.length === 0 ? withoutServerFields(object) : undefined, findings };
}

/** `Kind namespace/name`. */
export function describe(object: KubeObject): string {
  return `${object.kind} ${keyOf(object)}`;
}

/** A finding about one field, but for what is to be said. */
export function at(located: Located, field: string): Omit<Finding, 'message'> {
  return {
    severity: 'error',
    file: located.file,
    ...locate(located, field),
    object: describe(located.object),
    field,
  };
}

function inNamespace(object: KubeObject, schema: ObjectSchema, namespace: string | undefined): KubeObject {
  if (namespace === undefined || !schema.kind.namespaced || object.metadata.namespace !== undefined) return object;
  return { ...object, metadata: { ...object.metadata, namespace } };
}

/** uid and time of creation come with the API server. */
function withoutServerFields(object: ReturnType<typeof copyObject>): KubeObject {
  const { uid: _uid, creationTimestamp: _time, ...metadata } = copyObject(Object(object['metadata']));
  return toKubeObject({ ...object, metadata });
}

function toFinding(located: Located, schema: ObjectSchema, error: FieldError): Finding {
  if (error === rulesNotChecked) {
    const message = 'its rules are checked once these errors are repaired';
    return { ...at(located, ''), severity: 'note', message };
  }
  const remedy = remedyFor(schema, error);
  return { ...at(located, error.field), message: error.message, ...(remedy === undefined ? {} : { remedy }) };
}

function unknownKind(located: Located): Finding {
  const { apiVersion, kind } = located.object;
  if (!isOurGroup(apiVersion)) {
    const message = `${apiVersion} ${kind} is not a kind that this command knows: left out`;
    return { ...at(located, 'kind'), severity: 'note', field: '', message };
  }
  const meant = suggestKind(kind);
  return {
    ...at(located, 'kind'),
    field: '',
    message: `no matches for kind "${kind}" in version "${apiVersion}"`,
    remedy: meant === undefined ? 'See docs/reference for all kinds.' : `Did you mean ${meant}?`,
  };
}
