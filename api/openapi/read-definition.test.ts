import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { parse as parseYaml } from 'yaml';
import { validateCompiled } from '#api/compiled/validate.ts';
import { readDefinition } from './read-definition.ts';

const penduduk = readFileSync(new URL('testdata/penduduk.yaml', import.meta.url), 'utf8');

function document(change: object, version = '3.1.0'): string {
  const paths = { '/a': { get: { responses: {} } } };
  return JSON.stringify({ openapi: version, info: { title: 'A', version: '1' }, paths, ...change });
}

function withSchema(schema: unknown, version = '3.1.0'): string {
  const content = { 'application/json': { schema } };
  return document({ paths: { '/a': { post: { requestBody: { content }, responses: {} } } } }, version);
}

function schemaOf(schema: unknown, version = '3.1.0'): unknown {
  const verdict = readDefinition(withSchema(schema, version));
  assert.ok(verdict.ok, JSON.stringify(verdict));
  return verdict.definition.operations[0]?.requestBody?.content['application/json']?.schema;
}

test('a document is read into operations and the schemas that they use', () => {
  const verdict = readDefinition(penduduk);
  assert.ok(verdict.ok, JSON.stringify(verdict));
  const { definition } = verdict;
  assert.deepEqual(validateCompiled(structuredClone(definition)), { ok: true, compiled: definition });
  assert.deepEqual(
    definition.operations.map(({ method, path }) => `${method} ${path}`),
    ['GET /nik/{nik}', 'POST /penduduk'],
  );
  assert.deepEqual(Object.keys(definition.schemas), ['Nik', 'Penduduk']);
  assert.deepEqual(
    definition.operations[0]?.parameters.map(({ name }) => name),
    ['nik', 'kolom', 'x-instansi'],
  );
});

test('equal documents have one id, in JSON as in YAML, whatever they say to people', () => {
  const idOf = (text: string) => {
    const verdict = readDefinition(text);
    return verdict.ok ? verdict.definition.id : '';
  };
  assert.match(idOf(penduduk), /^[0-9a-f]{40}$/);
  assert.equal(idOf(penduduk.replace('title: Verifikasi penduduk', 'title: Lain')), idOf(penduduk));
  assert.notEqual(idOf(penduduk.replace('maxLength: 100', 'maxLength: 101')), idOf(penduduk));
});

const converted: readonly { name: string; version?: string; from: unknown; to: unknown }[] = [
  { name: 'nullable', version: '3.0.3', from: { type: 'string', nullable: true }, to: { type: ['string', 'null'] } },
  {
    name: 'nullable beside a union',
    version: '3.0.3',
    from: { nullable: true, allOf: [{ type: 'string' }] },
    to: { anyOf: [{ type: 'null' }, { allOf: [{ type: 'string' }] }] },
  },
  {
    name: 'an exclusive bound of 3.0',
    version: '3.0.3',
    from: { minimum: 1, exclusiveMinimum: true, maximum: 5, exclusiveMaximum: false },
    to: { minimum: 1, maximum: 5, exclusiveMinimum: 1 },
  },
  { name: 'what says nothing to a machine', from: { title: 'a', 'x-b': 1, description: 'c' }, to: {} },
  {
    name: 'required members that belong to one direction',
    from: { required: ['a', 'b', 'c'], properties: { a: { readOnly: true }, b: { writeOnly: true }, c: true } },
    to: { properties: { a: {}, b: {}, c: true }, required: ['c'], requiredInRequest: ['b'], requiredInResponse: ['a'] },
  },
  { name: 'an unknown format', from: { type: 'string', format: 'nik' }, to: { type: 'string' } },
];

for (const { name, version, from, to } of converted) {
  test(`converted: ${name}`, () => assert.deepEqual(schemaOf(from, version), to));
}

test('a discriminator becomes one branch per value', () => {
  const schemas = { Orang: { type: 'object' }, Badan: { type: 'object' } };
  const pemohon = {
    oneOf: [{ $ref: '#/components/schemas/Orang' }, { $ref: '#/components/schemas/Badan' }],
    discriminator: { propertyName: 'jenis', mapping: { badan: '#/components/schemas/Badan' } },
  };
  const content = { 'application/json': { schema: pemohon } };
  const paths = { '/a': { post: { requestBody: { content }, responses: {} } } };
  const verdict = readDefinition(document({ paths, components: { schemas } }));
  assert.ok(verdict.ok);
  const text = JSON.stringify(verdict.definition.operations[0]?.requestBody?.content['application/json']?.schema);
  const known = '{"required":["jenis"],"properties":{"jenis":{"enum":["Orang","badan"]}}}';
  const branch = (value: string, name: string) =>
    `{"if":{"properties":{"jenis":{"enum":["${value}"]}}},"then":{"$ref":"d#/$defs/${name}"}}`;
  assert.equal(text, `{"allOf":[${known},${branch('Orang', 'Orang')},${branch('badan', 'Badan')}]}`);
});

const parameter = (change: object) =>
  document({ paths: { '/a': { get: { parameters: [{ name: 'p', in: 'query', ...change }], responses: {} } } } });

const refused: readonly { name: string; text: string; message: RegExp }[] = [
  { name: 'nothing', text: '', message: /must be an OpenAPI document/ },
  { name: 'YAML that is none', text: 'openapi: 3.1.0\npaths: [', message: /^at line 2, column \d+: not valid YAML/ },
  { name: 'a key that stands twice', text: 'openapi: 3.1.0\nopenapi: 3.1.0', message: /^at line 2, column 1.*unique/ },
  { name: 'a bomb of aliases', text: bomb(), message: /alias|values/ },
  { name: 'deep nesting', text: `{"openapi":${'['.repeat(500)}`, message: /nested too deeply/ },
  { name: 'Swagger 2.0', text: '{"swagger":"2.0"}', message: /\/swagger: Swagger 2\.0 .* convert it/ },
  { name: 'OpenAPI 4', text: document({}, '4.0.0'), message: /\/openapi: version "4\.0\.0"/ },
  { name: 'no paths', text: document({ paths: {} }), message: /\/paths: there is no operation/ },
  { name: 'another document', text: withSchema({ $ref: 'lain.yaml#/A' }), message: /\$ref: .*none is fetched/ },
  { name: 'a local file', text: withSchema({ $ref: '/etc/hostname' }), message: /none is fetched/ },
  { name: 'a reference to nothing', text: withSchema({ $ref: '#/components/schemas/X' }), message: /does not exist/ },
  {
    name: 'a prototype',
    text: withSchema({ $ref: '#/constructor/prototype' }),
    message: /"#\/constructor\/prototype" does not exist/,
  },
  { name: 'look-ahead', text: withSchema({ pattern: '^(?!x)' }), message: /schema\/pattern: pattern .* RE2/ },
  { name: 'an unknown type', text: withSchema({ type: 'text' }), message: /application~1json\/schema\/type: must be/ },
  { name: 'a negative length', text: withSchema({ minLength: -1 }), message: /minLength: must be a whole number/ },
  { name: 'an empty union', text: withSchema({ anyOf: [] }), message: /anyOf: must be a list/ },
  { name: 'a schema that is a list', text: withSchema([]), message: /schema: must be an object/ },
  { name: 'a dynamic reference', text: withSchema({ $dynamicRef: '#a' }), message: /\$dynamicRef is not supported/ },
  {
    name: 'half a segment',
    text: document({ paths: { '/a/{b}.json': { get: {} } } }),
    message: /fills a whole segment/,
  },
  { name: 'two paths of one shape', text: twins(), message: /another path matches the same calls/ },
  { name: 'a style of another place', text: parameter({ style: 'matrix' }), message: /style: must be form/ },
  { name: 'a parameter of nowhere', text: parameter({ in: 'body' }), message: /in: must be path, query/ },
  { name: 'a status that is none', text: statuses('20'), message: /responses\/20: must be a status/ },
  { name: 'circular parameters', text: circular(), message: /circle/ },
];

for (const { name, text, message } of refused) {
  test(`refused: ${name}`, () => {
    const verdict = readDefinition(text);
    assert.ok(!verdict.ok);
    assert.equal(verdict.reason, 'InvalidDefinition');
    assert.match(verdict.message, message);
  });
}

function twins(): string {
  return document({ paths: { '/a/{b}': { get: {} }, '/a/{c}': { get: {} } } });
}

function statuses(status: string): string {
  return document({ paths: { '/a': { get: { responses: { [status]: {} } } } } });
}

function circular(): string {
  const parameters = [{ $ref: '#/components/parameters/A' }];
  const paths = { '/a': { get: { parameters, responses: {} } } };
  return document({ paths, components: { parameters: { A: { $ref: '#/components/parameters/A' } } } });
}

function bomb(): string {
  const lines = Array.from(
    { length: 12 },
    (_, i) => `a${i + 1}: &a${i + 1} [${new Array(10).fill(`*a${i}`).join(', ')}]`,
  );
  return `a0: &a0 [x]\n${lines.join('\n')}\n`;
}

test('one that does not fit into a Secret is refused', () => {
  const schemas = Array.from({ length: 30_000 }, (_, i) => ({ const: hashed(i) }));
  const verdict = readDefinition(withSchema({ anyOf: schemas }));
  assert.equal(verdict.ok ? '' : verdict.reason, 'DefinitionTooLarge');
});

/** Text that does not compress. */
function hashed(seed: number): string {
  let text = '';
  for (let x = seed + 1; text.length < 60; ) {
    x = (x * 48_271) % 2_147_483_647;
    text += x.toString(36);
  }
  return text;
}

test('no text makes it throw, and what it takes is valid', () => {
  const words = [
    'openapi',
    '3.1.0',
    'paths',
    '/a',
    'get',
    '$ref',
    '#/paths',
    'schema',
    '{',
    '}',
    '[',
    ':',
    '\n',
    ' ',
    '- ',
    '*a',
    '&a ',
  ];
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...words), { maxLength: 60 }), (parts) => {
      readDefinition(parts.join(''));
    }),
    { numRuns: 500 },
  );
});

test('no JSON in the place of a part makes it throw, and what it takes is valid', () => {
  const base = JSON.parse(JSON.stringify(readYaml())) as Record<string, unknown>;
  const places = placesIn(base, []);
  fc.assert(
    fc.property(fc.constantFrom(...places), fc.jsonValue({ maxDepth: 3 }), (place, value) => {
      const verdict = readDefinition(JSON.stringify(replaced(base, place, value)));
      if (verdict.ok)
        assert.deepEqual(validateCompiled(verdict.definition), { ok: true, compiled: verdict.definition });
    }),
    { numRuns: 1000 },
  );
});

function placesIn(value: unknown, at: readonly string[]): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [at];
  return [at, ...Object.entries(value).flatMap(([name, inner]) => placesIn(inner, [...at, name]))];
}

function replaced(value: unknown, [step, ...rest]: readonly string[], by: unknown): unknown {
  if (step === undefined) return by;
  const copy = structuredClone(value) as Record<string, unknown>;
  copy[step] = replaced(copy[step], rest, by);
  return copy;
}

function readYaml(): unknown {
  const verdict = readDefinition(penduduk);
  assert.ok(verdict.ok);
  return parseYaml(penduduk);
}
