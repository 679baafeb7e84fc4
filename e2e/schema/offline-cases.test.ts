import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { crds } from '#api/generated/crds.ts';
import { copyObject } from '#kube/schema/json.ts';
import { judgeObject } from '#kube/schema/judge.ts';
import { type ObjectSchema, readCrd } from '#kube/schema/object-schema.ts';
import { validateStatus } from '#kube/schema/validate-object.ts';
import { causeLines, readCases, type SchemaCase } from './cases.ts';

const schemas = new Map(crds.map(readCrd).map((schema) => [schema.kind.kind, schema]));

suite('every example of crds/testdata, judged without an API server', () => {
  for (const example of readCases()) {
    test(example.name, () => assert.deepEqual(judge(schemaOf(example), example), example.expected));
  }
});

function schemaOf({ kind }: SchemaCase): ObjectSchema {
  const schema = schemas.get(kind);
  assert.ok(schema, `no CRD for ${kind}`);
  return schema;
}

function judge(schema: ObjectSchema, { object, write, before }: SchemaCase): string[] {
  const old = before === undefined ? undefined : judgeObject(schema, before).object;
  const judged = judgeObject(schema, object, old);
  assert.deepEqual(judged.unknownFields, []);
  if (write !== 'status') return causeLines(judged.errors);
  assert.deepEqual(judged.errors, [], 'the object under the status is valid');
  const withStatus = { ...judged.object, ...copyObject({ status: object['status'] }) };
  return causeLines(validateStatus(schema, withStatus, judged.object));
}
