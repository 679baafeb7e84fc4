import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { crds } from '#api/generated/crds.ts';
import { copyJson, copyObject, isJsonObject, type JsonObject, type JsonValue, objectAt } from '#kube/schema/json.ts';
import { judgeObject } from '#kube/schema/judge.ts';
import { type ObjectSchema, readCrd } from '#kube/schema/object-schema.ts';
import { validateStatus } from '#kube/schema/validate-object.ts';
import { causeLines, readCases, type SchemaCase } from './cases.ts';

/** Keywords that make an object invalid; each occurrence must be missed by some example when it is taken away. */
const constraints: readonly string[] = [
  ...['type', 'enum', 'pattern', 'format', 'minLength', 'maxLength', 'minimum', 'maximum', 'minItems', 'maxItems'],
  ...['minProperties', 'maxProperties', 'required', 'x-kubernetes-list-type', 'x-kubernetes-validations'],
];

/** What makes no object invalid: the API server checks no range for them. */
const idleFormats: readonly JsonValue[] = ['int32', 'int64'];

interface Site {
  readonly path: readonly string[];
  readonly name: string;
  /** The node without the constraint; for a list of rules or names, without the one of `name`. */
  readonly without: (node: JsonObject) => JsonObject;
}

/** Mutation testing of the CRDs: without any single constraint, some example in crds/testdata would be judged otherwise. */
suite('crds/testdata has an invalid example for every constraint', () => {
  const cases = readCases().filter(({ expected }) => expected.length > 0);
  for (const crd of crds) {
    const { kind } = crd.spec.names;
    const examples = cases.filter((example) => example.kind === kind);
    const raw = copyJson(crd.spec.versions[0]?.schema.openAPIV3Schema);
    const sites = sitesOf(raw, []);
    for (const site of sites) {
      test(`${kind} ${site.name}`, () => {
        const changed = readCrd(withSchema(crd, mutate(raw, site.path, site.without)));
        const noticed = examples.some(
          (example) => mentions(example, site) && judge(changed, example).join('\n') !== example.expected.join('\n'),
        );
        assert.ok(noticed, 'no example fails because of it');
      });
    }
  }
});

/** Skips what cannot be about the site, so that hundreds of mutants are judged in seconds. */
function mentions({ write }: SchemaCase, { path }: Site): boolean {
  return path[1] !== 'status' || write === 'status';
}

function sitesOf(node: JsonValue, path: readonly string[]): Site[] {
  if (!isJsonObject(node)) return [];
  const metadata = path.length === 2 && ['apiVersion', 'kind', 'metadata'].includes(path[1] ?? '');
  if (metadata) return []; // judged by what all kinds have in common
  const own = constraints.flatMap((keyword) => sitesOfKeyword(node, keyword, path));
  const properties = Object.entries(objectAt(node, 'properties') ?? {});
  return [
    ...own,
    ...properties.flatMap(([name, property]) => sitesOf(property, [...path, 'properties', name])),
    ...sitesOf(node['items'] ?? null, [...path, 'items']),
    ...sitesOf(node['additionalProperties'] ?? null, [...path, 'additionalProperties']),
  ];
}

function sitesOfKeyword(node: JsonObject, keyword: string, path: readonly string[]): Site[] {
  const value = node[keyword];
  const idle = keyword === 'format' && idleFormats.includes(value ?? null);
  const root = path.length === 0 && keyword === 'type';
  if (value === undefined || value === 'atomic' || idle || root) return [];
  const place = `${path.join('.')} ${keyword}`;
  if (keyword === 'enum' || !Array.isArray(value))
    return [{ path, name: place, without: ({ [keyword]: _, ...rest }) => rest }];
  return value.map((item, index) => ({
    path,
    name: `${place} ${isJsonObject(item) ? String(item['rule']) : String(item)}`,
    without: (original) => ({ ...original, [keyword]: value.toSpliced(index, 1) }),
  }));
}

function mutate(node: JsonValue, path: readonly string[], change: (node: JsonObject) => JsonObject): JsonValue {
  if (!isJsonObject(node)) return node;
  const [first, ...rest] = path;
  return first === undefined ? change(node) : { ...node, [first]: mutate(node[first] ?? null, rest, change) };
}

function withSchema(crd: object, openAPIV3Schema: JsonValue): JsonObject {
  const copy = copyObject(crd);
  const versions = objectAt(copy, 'spec')?.['versions'];
  const [version] = Array.isArray(versions) ? versions : [];
  if (isJsonObject(version)) version['schema'] = { openAPIV3Schema };
  return copy;
}

function judge(schema: ObjectSchema, { object, write, before }: SchemaCase): string[] {
  const old = before === undefined ? undefined : judgeObject(schema, before).object;
  const judged = judgeObject(schema, object, old);
  if (write !== 'status') return causeLines(judged.errors);
  return causeLines(
    validateStatus(schema, { ...judged.object, ...copyObject({ status: object['status'] }) }, judged.object),
  );
}
