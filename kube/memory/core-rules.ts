import { coreKinds, type ResourceKind } from '#api/kinds.ts';
import { type FieldError, forbidden, invalid, tooLong } from '#kube/schema/field-error.ts';
import {
  equalJson,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  objectAt,
  setOwn,
  stringAt,
} from '#kube/schema/json.ts';
import { checkSecretKey } from '#kube/schema/names.ts';

/** What the API server does to one of its own kinds beyond the schema. */
export interface CoreRules {
  /** Rewrites what was sent, before it is merged with what is there. */
  normalize?(sent: JsonObject): void;
  /** Fills in what the API server fills in; `live` is the object that is replaced. */
  prepare?(object: JsonObject, live: JsonObject | undefined): void;
  validate?(object: JsonObject, live: JsonObject | undefined): FieldError[];
}

export function coreRulesOf(kind: ResourceKind): CoreRules {
  return rules.get(`${kind.group}/${kind.kind}`) ?? {};
}

const maxSecretBytes = 1024 * 1024;
const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const rbacGroup = coreKinds.Role.group;

const secret: CoreRules = {
  normalize(sent) {
    const plain = objectAt(sent, 'stringData');
    if (plain === undefined) return;
    const data = { ...objectAt(sent, 'data') };
    for (const [key, value] of Object.entries(plain)) {
      setOwn(data, key, typeof value === 'string' ? Buffer.from(value).toString('base64') : value);
    }
    sent['data'] = data;
    delete sent['stringData'];
  },
  prepare(object) {
    if (object['type'] === undefined || object['type'] === '') object['type'] = 'Opaque';
  },
  validate(object, live) {
    return [...validateData(object), ...validateSecretUpdate(object, live)];
  },
};

function validateData(object: JsonObject): FieldError[] {
  const entries = Object.entries(objectAt(object, 'data') ?? {});
  const errors = entries.flatMap(([key, value]) => validateEntry(key, value));
  const bytes = entries.reduce((sum, [, value]) => sum + (typeof value === 'string' ? decodedLength(value) : 0), 0);
  return bytes > maxSecretBytes ? [...errors, tooLong('data', maxSecretBytes)] : errors;
}

function validateEntry(key: string, value: JsonValue): FieldError[] {
  const errors = checkSecretKey(key).map((problem) => invalid(`data[${key}]`, key, problem));
  const encoded = typeof value === 'string' && base64.test(value);
  // Never the value itself: it may be the secret, put under `data` instead of `stringData` by mistake.
  return encoded
    ? errors
    : [...errors, invalid(`data[${key}]`, '[redacted]', 'must be base64: use stringData for text')];
}

function decodedLength(encoded: string): number {
  return Math.floor((encoded.length * 3) / 4);
}

function validateSecretUpdate(object: JsonObject, live: JsonObject | undefined): FieldError[] {
  if (live === undefined) return [];
  const errors: FieldError[] = [];
  if (object['type'] !== live['type']) errors.push(invalid('type', object['type'] ?? '', 'field is immutable'));
  if (live['immutable'] !== true) return errors;
  const detail = 'field is immutable when `immutable` is set';
  if (object['immutable'] !== true) errors.push(forbidden('immutable', detail));
  if (!equalJson(object['data'], live['data'])) errors.push(forbidden('data', detail));
  return errors;
}

const namespace: CoreRules = {
  prepare(object, live) {
    const metadata = objectAt(object, 'metadata') ?? {};
    const name = stringAt(metadata, 'name') ?? '';
    metadata['labels'] = { ...objectAt(metadata, 'labels'), 'kubernetes.io/metadata.name': name };
    object['spec'] = live?.['spec'] ?? { finalizers: ['kubernetes'] };
    object['status'] = live?.['status'] ?? { phase: 'Active' };
  },
};

const roleBinding: CoreRules = {
  prepare(object) {
    const roleRef = objectAt(object, 'roleRef');
    if (roleRef !== undefined) roleRef['apiGroup'] ??= rbacGroup;
    const { subjects } = object;
    for (const subject of Array.isArray(subjects) ? subjects : []) {
      if (isJsonObject(subject) && subject['kind'] !== 'ServiceAccount') subject['apiGroup'] ??= rbacGroup;
    }
  },
  validate(object, live) {
    if (live === undefined || equalJson(object['roleRef'], live['roleRef'])) return [];
    return [invalid('roleRef', object['roleRef'] ?? null, 'cannot change roleRef')];
  },
};

const rules = new Map<string, CoreRules>([
  [`/${coreKinds.Secret.kind}`, secret],
  [`/${coreKinds.Namespace.kind}`, namespace],
  [`${rbacGroup}/${coreKinds.RoleBinding.kind}`, roleBinding],
]);
