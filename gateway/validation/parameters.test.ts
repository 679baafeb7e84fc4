import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DefinedParameter } from '#api/compiled/definition.ts';
import type { Json } from '#api/json/strict-json.ts';
import { readPath, sourceOf } from './call-source.ts';
import { readParameter } from './parameters.ts';
import { SchemaTypes } from './schema-types.ts';

interface Case {
  readonly name: string;
  readonly parameter: Partial<DefinedParameter>;
  readonly schema: Json;
  readonly query?: string;
  readonly path?: string;
  readonly headers?: readonly string[];
  /** Absent: the parameter is not there. */
  readonly value?: Json;
  readonly fault?: string;
}

const integers: Json = { type: 'array', items: { type: 'integer' } };
const color: Json = { type: 'object', properties: { R: { type: 'integer' }, G: { type: 'integer' } } };

/** The table of OpenAPI 3.1.1, 4.8.12.4, and what lies beside it. */
const cases: readonly Case[] = [
  { name: 'a number', parameter: {}, schema: { type: 'integer' }, query: '?p=5', value: 5 },
  { name: 'a number that is none', parameter: {}, schema: { type: 'integer' }, query: '?p=0x5', value: '0x5' },
  { name: 'a number with blanks', parameter: {}, schema: { type: 'number' }, query: '?p=+5', value: ' 5' },
  { name: 'a number without end', parameter: {}, schema: { type: 'number' }, query: '?p=1e999', value: '1e999' },
  { name: 'digits as text', parameter: {}, schema: { type: 'string' }, query: '?p=0012', value: '0012' },
  { name: 'a boolean', parameter: {}, schema: { type: 'boolean' }, query: '?p=true', value: true },
  { name: 'a boolean that is none', parameter: {}, schema: { type: 'boolean' }, query: '?p=True', value: 'True' },
  { name: 'a number behind a reference', parameter: {}, schema: { $ref: 'd#/$defs/N' }, query: '?p=7', value: 7 },
  { name: 'nothing', parameter: {}, schema: { type: 'string' }, query: '?q=1' },
  { name: 'an escaped name', parameter: { name: 'a b' }, schema: true, query: '?a%20b=c%2Bd+e', value: 'c+d e' },
  {
    name: 'one that stands twice',
    parameter: {},
    schema: { type: 'string' },
    query: '?p=1&p=2',
    fault: 'must be given once',
  },
  { name: 'an empty one that may be', parameter: { allowEmptyValue: true }, schema: { type: 'integer' }, query: '?p=' },
  { name: 'form, exploded list', parameter: {}, schema: integers, query: '?p=1&p=2', value: [1, 2] },
  { name: 'form, list', parameter: { explode: false }, schema: integers, query: '?p=1,2', value: [1, 2] },
  {
    name: 'spaces',
    parameter: { style: 'spaceDelimited', explode: false },
    schema: integers,
    query: '?p=1%202',
    value: [1, 2],
  },
  {
    name: 'pipes',
    parameter: { style: 'pipeDelimited', explode: false },
    schema: integers,
    query: '?p=1|2',
    value: [1, 2],
  },
  { name: 'form, exploded object', parameter: {}, schema: color, query: '?R=1&G=2&x=3', value: { R: 1, G: 2 } },
  { name: 'form, object', parameter: { explode: false }, schema: color, query: '?p=R,1,G,2', value: { R: 1, G: 2 } },
  {
    name: 'form, half an object',
    parameter: { explode: false },
    schema: color,
    query: '?p=R,1,G',
    fault: 'must be written as name,value',
  },
  {
    name: 'deepObject',
    parameter: { style: 'deepObject' },
    schema: color,
    query: '?p[R]=1&p[G]=2',
    value: { R: 1, G: 2 },
  },
  { name: 'JSON', parameter: { json: true }, schema: color, query: '?p=%7B%22R%22:1%7D', value: { R: 1 } },
  {
    name: 'JSON that is none',
    parameter: { json: true },
    schema: color,
    query: '?p=%7B',
    fault: 'must be JSON: not JSON',
  },
  {
    name: 'path, simple',
    parameter: { in: 'path', style: 'simple', explode: false },
    schema: integers,
    path: '/a/1,2',
    value: [1, 2],
  },
  {
    name: 'path, label',
    parameter: { in: 'path', style: 'label', explode: false },
    schema: { type: 'integer' },
    path: '/a/.5',
    value: 5,
  },
  {
    name: 'path, exploded label',
    parameter: { in: 'path', style: 'label', explode: true },
    schema: integers,
    path: '/a/.1.2',
    value: [1, 2],
  },
  {
    name: 'path, matrix',
    parameter: { in: 'path', style: 'matrix', explode: false },
    schema: { type: 'integer' },
    path: '/a/;p=5',
    value: 5,
  },
  {
    name: 'path, matrix list',
    parameter: { in: 'path', style: 'matrix', explode: true },
    schema: integers,
    path: '/a/;p=1;p=2',
    value: [1, 2],
  },
  {
    name: 'path, exploded object',
    parameter: { in: 'path', style: 'simple', explode: true },
    schema: color,
    path: '/a/R=1,G=2',
    value: { R: 1, G: 2 },
  },
  {
    name: 'path, escaped',
    parameter: { in: 'path', style: 'simple', explode: false },
    schema: true,
    path: '/a/b%20c',
    value: 'b c',
  },
  {
    name: 'header list',
    parameter: { in: 'header', style: 'simple' },
    schema: integers,
    headers: ['P', '1, 2', 'p', '3'],
    value: [1, 2, 3],
  },
  {
    name: 'cookie',
    parameter: { in: 'cookie' },
    schema: { type: 'integer' },
    headers: ['Cookie', 'a=b; p=5; p=6'],
    value: 5,
  },
];

for (const { name, parameter, schema, query = '', path = '/a/x', headers = [], value, fault } of cases) {
  test(name, () => {
    const full: DefinedParameter = {
      name: 'p',
      in: 'query',
      required: false,
      style: 'form',
      explode: true,
      ...parameter,
    };
    const source = sourceOf({ rawHeaders: headers, query }, readPath('/a/{p}', path));
    assert.ok(source);
    const types = new SchemaTypes(schema, { N: { type: 'integer' } });
    const read = readParameter(full, types, source);
    if (fault === undefined) assert.deepEqual(read, { value });
    else assert.deepEqual(read, { fault });
  });
}

test('a query with a bad escape cannot be read', () => {
  assert.equal(sourceOf({ rawHeaders: [], query: '?p=%ff' }, new Map()), undefined);
});

test('a member that is called like a method is only a member', () => {
  const source = sourceOf({ rawHeaders: [], query: '?p[__proto__]=1&p[constructor]=2' }, new Map());
  assert.ok(source);
  const full: DefinedParameter = { name: 'p', in: 'query', required: false, style: 'deepObject', explode: true };
  const { value } = readParameter(full, new SchemaTypes(color, {}), source) as { value: object };
  assert.deepEqual(Object.keys(value), ['__proto__', 'constructor']);
  assert.equal(Object.getPrototypeOf(value), Object.prototype);
});
