import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { applyDefaults, dropNulls } from './defaults.ts';
import { copyJson, type JsonValue } from './json.ts';
import { prune } from './prune.ts';
import type { StructuralSchema } from './structural-schema.ts';

const schema: StructuralSchema = {
  type: 'object',
  properties: {
    plain: { type: 'string' },
    size: { type: 'integer', default: 3 },
    maybe: { type: 'string', nullable: true, default: 'x' },
    nested: { type: 'object', default: {}, properties: { mode: { type: 'string', default: 'On' } } },
    optional: { type: 'object', properties: { mode: { type: 'string', default: 'On' } } },
    list: { type: 'array', items: { type: 'object', properties: { weight: { type: 'integer', default: 1 } } } },
    map: {
      type: 'object',
      additionalProperties: { type: 'object', properties: { a: { type: 'integer', default: 1 } } },
    },
    open: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true, properties: { a: { type: 'object' } } },
    filled: { type: 'array', items: { type: 'string', default: 'z' } },
  },
};

const always = { size: 3, maybe: 'x', nested: { mode: 'On' } };

suite('defaults', () => {
  const cases: Record<string, [JsonValue, JsonValue]> = {
    'a missing field': [{}, always],
    'a field that is there': [{ size: 4 }, { ...always, size: 4 }],
    'a default within a default': [{ nested: {} }, always],
    'an object without a default is not made': [{ optional: {} }, { ...always, optional: { mode: 'On' } }],
    'items of lists': [{ list: [{}, { weight: 2 }] }, { ...always, list: [{ weight: 1 }, { weight: 2 }] }],
    'values of maps': [{ map: { x: {} } }, { ...always, map: { x: { a: 1 } } }],
    'null where a default stands': [{ size: null }, always],
    'null where null is allowed': [{ maybe: null }, { ...always, maybe: null }],
    'null in a list whose items have a default': [{ filled: [null, 'a'] }, { ...always, filled: ['z', 'a'] }],
    'null without a default is dropped': [
      { plain: null, map: { x: null } },
      { ...always, map: {} },
    ],
    'the wrong type is left for validation': [
      { nested: 'x', list: 'y' },
      { ...always, nested: 'x', list: 'y' },
    ],
  };
  for (const [name, [given, expected]] of Object.entries(cases)) {
    test(name, () => {
      const object = copyJson(given);
      dropNulls(schema, object);
      applyDefaults(schema, object);
      assert.deepEqual(object, expected);
    });
  }

  test('two objects never share a default', () => {
    const [one, two] = [{}, {}] as [Record<string, JsonValue>, Record<string, JsonValue>];
    for (const object of [one, two]) applyDefaults(schema, object);
    assert.notEqual(one['nested'], two['nested']);
  });
});

suite('pruning', () => {
  const cases: Record<string, { given: JsonValue; kept: JsonValue; unknown: string[] }> = {
    'known fields': {
      given: { plain: 'a', list: [{ weight: 1 }] },
      kept: { plain: 'a', list: [{ weight: 1 }] },
      unknown: [],
    },
    'at every depth': {
      given: { b: 1, a: 1, list: [{ weight: 1, x: {} }], map: { k: { y: [] } } },
      kept: { list: [{ weight: 1 }], map: { k: {} } },
      unknown: ['a', 'b', 'list[0].x', 'map.k.y'],
    },
    'what inherits from nothing': {
      given: { constructor: 1, toString: 2 },
      kept: {},
      unknown: ['constructor', 'toString'],
    },
    'an open object keeps what it does not know, and prunes what it knows': {
      given: { open: { x: { y: 1 }, a: { z: 1 } } },
      kept: { open: { x: { y: 1 }, a: {} } },
      unknown: ['open.a.z'],
    },
  };
  for (const [name, { given, kept, unknown }] of Object.entries(cases)) {
    test(name, () => {
      const object = copyJson(given);
      assert.deepEqual(prune(schema, object), unknown);
      assert.deepEqual(object, kept);
    });
  }
});
