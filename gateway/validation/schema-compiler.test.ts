import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Json } from '#api/json/strict-json.ts';
import { SchemaCompiler } from './schema-compiler.ts';

function check(schema: Json, value: Json, schemas: { [name: string]: Json } = {}): string[] {
  const compiler = new SchemaCompiler(schemas, 'request');
  const faults = compiler.compile(schema)(value, JSON.stringify(value).length);
  return faults.map(({ pointer, message }) => `${pointer} ${message}`);
}

test('a value is checked with all keywords, and every fault is told', () => {
  const schema = {
    type: 'object',
    required: ['nik', 'constructor'],
    properties: { nik: { type: 'string', pattern: '^\\d{16}$' }, umur: { type: 'integer', minimum: 0 } },
  };
  assert.deepEqual(check(schema, { nik: '12', umur: -1 }), [
    " must have required property 'constructor'",
    '/nik must match pattern "^\\d{16}$"',
    '/umur must be >= 0',
  ]);
});

test('at most ten faults are told, and only one of a large value', () => {
  const schema = { type: 'array', items: { type: 'integer' } };
  assert.equal(check(schema, new Array(50).fill('x')).length, 10);
  assert.equal(check(schema, new Array(10_000).fill('x')).length, 1);
});

test('a pattern that would hold up a backtracking engine takes no time', () => {
  const started = performance.now();
  assert.equal(check({ pattern: '^(a+)+$' }, `${'a'.repeat(5000)}!`).length, 1);
  assert.ok(performance.now() - started < 10_000);
});

test('alternatives that double with each level are given up', () => {
  const branch = { allOf: [{ properties: { n: ref('A') } }, { required: ['z'] }] };
  let value: Json = {};
  for (let i = 0; i < 60; i++) value = { n: value };
  const started = performance.now();
  assert.deepEqual(check(ref('A'), value, { A: { anyOf: [branch, branch] } }), [' is too complex to be checked']);
  assert.ok(performance.now() - started < 10_000);
});

test('equal items are found in linear time', () => {
  const schema = { type: 'array', uniqueItems: true };
  const items = Array.from({ length: 30_000 }, (_, i) => ({ a: i, b: [i] }));
  const started = performance.now();
  assert.deepEqual(check(schema, items), []);
  assert.ok(performance.now() - started < 10_000);
  assert.deepEqual(
    check(schema, [
      { a: 1, b: 2 },
      { b: 2, a: 1 },
    ]),
    [' must NOT have equal items'],
  );
});

test('what is required depends on the direction', () => {
  const schema = { type: 'object', required: ['a'], requiredInRequest: ['sandi'], requiredInResponse: ['id'] };
  assert.deepEqual(check(schema, { a: 1 }), [" must have required property 'sandi'"]);
  const response = new SchemaCompiler({}, 'response').compile(schema);
  assert.deepEqual(
    response({ a: 1 }, 10).map(({ message }) => message),
    ["must have required property 'id'"],
  );
});

test('a message never holds the value', () => {
  const faults = check({ properties: { a: { enum: ['x'] }, b: { format: 'email' } } }, { a: 'rahasia', b: 'rahasia' });
  assert.deepEqual(faults, ['/a must be one of "x"', '/b must match format "email"']);
});

test('a schema that refers to itself works, and unknown formats are left alone', () => {
  const tree = {
    type: 'object',
    properties: { anak: { type: 'array', items: ref('Pohon') } },
    additionalProperties: false,
  };
  assert.deepEqual(check(ref('Pohon'), { anak: [{ anak: [] }] }, { Pohon: tree }), []);
  assert.deepEqual(check(ref('Pohon'), { anak: [{ x: 1 }] }, { Pohon: tree }), [
    '/anak/0 must NOT have additional properties',
  ]);
});

function ref(name: string): Json {
  return { $ref: `d#/$defs/${name}` };
}
