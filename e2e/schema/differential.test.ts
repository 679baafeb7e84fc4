import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import fc from 'fast-check';
import { crds } from '#api/generated/crds.ts';
import { copyJson, copyObject, isJsonObject, type JsonObject, type JsonValue, setOwn } from '#kube/schema/json.ts';
import { judgeObject } from '#kube/schema/judge.ts';
import { readCrd } from '#kube/schema/object-schema.ts';
import { type ControlPlane, startControlPlane } from '#tools/controlplane/control-plane.ts';
import { ApiServer } from './api-server.ts';
import { causeLines, readCases } from './cases.ts';

const schemas = new Map(crds.map(readCrd).map((schema) => [schema.kind.kind, schema]));

/** Objects near the examples of crds/testdata, changed at random places: same causes, and same object when there are none. */
suite('kube-apiserver and our engine agree on what nobody thought of', () => {
  let controlPlane: ControlPlane;
  let apiServer: ApiServer;
  before(async () => {
    controlPlane = await startControlPlane();
    await controlPlane.installCrds('crds');
    await controlPlane.kubectl(['create', 'namespace', 'banten']);
    apiServer = new ApiServer(controlPlane);
  });
  after(async () => {
    await apiServer?.close();
    await controlPlane?.stop();
  });

  test('on 1,500 objects', async () => {
    const bases = readCases().filter(({ write }) => write === 'create');
    const changes = fc.array(fc.record({ at: fc.array(fc.nat(), { maxLength: 8 }), to: change }), {
      minLength: 1,
      maxLength: 3,
    });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...bases), changes, async (base, edits) => {
        const object = copyObject(base.object);
        for (const { at, to } of edits) setOwn(object, 'spec', edit(object['spec'] ?? {}, at, to) ?? {});
        await compare(apiServer, object);
      }),
      { numRuns: 1_500 },
    );
  });
});

type Change = (value: JsonValue) => JsonValue | undefined;

const change: fc.Arbitrary<Change> = fc.oneof(
  fc
    .constantFrom<JsonValue>(
      null,
      '',
      'x',
      'a b',
      0,
      -1,
      5,
      1.5,
      1e12,
      true,
      [],
      {},
      [null],
      ['x', 'x'],
      { a: null },
      { name: 'x' },
      {
        unknown: 1,
      },
    )
    .map((value) => () => copyJson(value)),
  fc.constant<Change>(() => undefined),
  fc.constant<Change>((value) => (Array.isArray(value) ? [...value, ...value].map(copyJson) : value)),
  fc.constant<Change>((value) => (isJsonObject(value) ? { ...value, unknown: { a: 1 } } : [value])),
  // Not any character: whether the newest ones can be printed depends on the version of Unicode that each side knows.
  fc
    .string({ maxLength: 70, unit: fc.constantFrom(...'abzAZ019 -_./:@{}*<&\'"\\\t\n\u0001\u007f\u00a0\u200béßΩ中🙂') })
    .map((text) => () => text),
);

/** Follows the numbers down into the value and changes what stands there; undefined takes it away. */
function edit(value: JsonValue, path: readonly number[], to: Change): JsonValue | undefined {
  const [first, ...rest] = path;
  const size = isJsonObject(value) || Array.isArray(value) ? Object.keys(value).length : 0;
  if (first === undefined || size === 0) return to(value);
  return Array.isArray(value) ? editItem(value, [first % size, rest], to) : editMember(value, [first % size, rest], to);
}

type Position = readonly [index: number, rest: readonly number[]];

function editItem(list: readonly JsonValue[], [position, rest]: Position, to: Change): JsonValue {
  return list.flatMap((item, index) => (index === position ? (edit(item, rest, to) ?? []) : [item]));
}

function editMember(value: JsonValue, [position, rest]: Position, to: Change): JsonValue {
  const edited: JsonObject = {};
  for (const [index, [key, member]] of Object.entries(copyObject(Object(value))).entries()) {
    const changed = index === position ? edit(member, rest, to) : member;
    if (changed !== undefined) setOwn(edited, key, changed);
  }
  return edited;
}

/** The one thing in which we are stricter on purpose: see `checkType` in validate-value.ts. */
function isListForDate({ field, message }: { readonly field: string; readonly message: string }): boolean {
  return (
    /\.(notBefore|notAfter|until|stateConfirmedAt)$/.test(field) && message.endsWith('must be of type string: "array"')
  );
}

async function compare(apiServer: ApiServer, object: JsonObject): Promise<void> {
  const schema = schemas.get(String(object['kind']));
  assert.ok(schema);
  const scope = schema.kind.namespaced ? 'namespaces/banten/' : '';
  const path = `/apis/${schema.kind.group}/${schema.kind.version}/${scope}${schema.kind.plural}`;
  const judged = judgeObject(schema, object);
  if (judged.errors.some(isListForDate)) return;
  const answer = await apiServer.send('POST', `${path}?dryRun=All&fieldValidation=Ignore`, object);
  assert.deepEqual(causeLines(judged.errors), causeLines(answer.causes), answer.message);
  if (judged.errors.length === 0) {
    assert.equal(answer.code, 201, answer.message);
    assert.deepEqual(judged.object['spec'], answer.body['spec']);
  }
  const strict = await apiServer.send('POST', `${path}?dryRun=All&fieldValidation=Strict`, object);
  const unknown = [...strict.message.matchAll(/unknown field "([^"]*)"/g)].map(([, field]) => field);
  assert.deepEqual(judged.unknownFields, unknown.sort());
}
