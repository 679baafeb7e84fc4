import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { parseAllDocuments } from 'yaml';
import type { PrinterColumn, StructuralSchema } from '#api/crd.ts';
import { simpulKinds } from '#api/kinds.ts';
import { conventionBreaches } from './conventions.ts';
import { parseCrd, readCrds, versionOf } from './crd-files.ts';
import { editorSchemas } from './editor-schema.ts';
import { exampleValue } from './examples.ts';
import { fieldsOf } from './fields.ts';

const folder = new URL('../../crds/', import.meta.url);
const crds = readCrds(folder);
const ajv = addFormats.default(new Ajv({ strict: false, formats: { int32: true, int64: true } }));

describe('the CRDs', () => {
  test('are all there, and nothing else', () => {
    assert.deepEqual(
      readdirSync(folder)
        .filter((name) => name.endsWith('.yaml'))
        .sort(),
      Object.values(simpulKinds)
        .map((kind) => `${kind.plural}.yaml`)
        .sort(),
    );
  });

  for (const crd of crds) {
    const { kind, plural } = crd.spec.names;
    const root = versionOf(crd).schema.openAPIV3Schema;

    test(`${kind} keeps the conventions`, () => assert.deepEqual(conventionBreaches(crd), []));

    test(`${kind} is what api/kinds.ts says`, () => {
      const expected = simpulKinds[kind as keyof typeof simpulKinds];
      assert.equal(expected.plural, plural);
      assert.equal(expected.namespaced, crd.spec.scope === 'Namespaced');
      assert.deepEqual(crd.spec.names.categories, ['simpul']);
    });

    // A third of what etcd takes, so that room is left for growth.
    test(`${kind} is smaller than 200 KiB`, () => {
      assert.ok(readFileSync(new URL(`${plural}.yaml`, folder)).length < 200 * 1024);
    });

    test(`${kind}: every example in a description is a valid value`, () => assert.deepEqual(badExamples(root), []));
  }
});

describe('a breach of the conventions is named', () => {
  const bounded = { type: 'string', maxLength: 9 } as const;
  const good = 'What it is. Default: none. Example: `x`.';
  const cases: { name: string; field: StructuralSchema; says: RegExp }[] = [
    { name: 'no description', field: bounded, says: /spec\.x: describe it/ },
    { name: 'no example', field: { ...bounded, description: 'What it is. Default: none.' }, says: /Example/ },
    { name: 'no default', field: { ...bounded, description: 'What it is. Example: `x`.' }, says: /is optional/ },
    { name: 'another default', field: { ...bounded, default: 'y', description: good }, says: /default is `y`/ },
    { name: 'a string without bound', field: { type: 'string', description: good }, says: /give it maxLength/ },
    {
      name: 'a number without bound',
      field: { type: 'integer', minimum: 1, description: good },
      says: /give it maximum/,
    },
    {
      name: 'a map without bound',
      field: { type: 'object', description: good, additionalProperties: { ...bounded, description: good } },
      says: /give it maxProperties/,
    },
    {
      name: 'a list without bound',
      field: { type: 'array', description: good, items: { ...bounded, description: good } },
      says: /give it maxItems.*give it x-kubernetes-list-type/s,
    },
    {
      name: 'items without description',
      field: { type: 'array', maxItems: 1, 'x-kubernetes-list-type': 'set', description: good, items: bounded },
      says: /spec\.x\[\]: describe it/,
    },
    {
      name: 'an enum value Off',
      field: { type: 'string', enum: ['Off'], description: good },
      says: /"Off" is a boolean/,
    },
    {
      name: 'a field y',
      field: { type: 'object', description: good, properties: { y: { ...bounded, description: good } } },
      says: /"y" is a boolean/,
    },
    {
      name: 'a duration without unit',
      field: { ...bounded, pattern: '^([0-9]{1,6}(ms|s|m|h))+$', description: good },
      says: /name the unit/,
    },
    { name: 'a time without format', field: { ...bounded, format: 'date-time', description: good }, says: /RFC 3339/ },
  ];
  for (const { name, field, says } of cases) {
    test(name, () => assert.match(breaches(field, columns()).join('\n'), says));
  }

  test('a required field that names a default', () => {
    const field = { ...bounded, description: good };
    assert.match(breaches(field, columns(), ['x']).join('\n'), /is required, so remove/);
  });

  test('columns that are too wide, in another order or without description', () => {
    const wide = columns('Alpha Beta Gamma Delta Epsilon Zeta', 'Another Title Of Some Thirty Characters');
    const field = { ...bounded, description: good };
    assert.match(breaches(field, wide).join('\n'), /characters wide/);
    assert.match(breaches(field, columns().reverse()).join('\n'), /begin with Ready.*end with Age/s);
    assert.match(breaches(field, [{ name: 'X', type: 'string', jsonPath: '.x' }]).join('\n'), /column X: describe it/);
  });

  test('a field that keeps them has none', () => {
    assert.deepEqual(breaches({ ...bounded, description: good }, columns()), []);
  });
});

describe('schemas for editors', () => {
  const schemas = editorSchemas(crds);
  const editor = addFormats.default(new Ajv({ strict: false, formats: { int32: true, int64: true } }));
  for (const [name, text] of schemas) editor.addSchema(JSON.parse(text), name);
  const text = readFileSync(new URL('../../examples/banten/banten.yaml', import.meta.url), 'utf8');
  const objects = parseAllDocuments(text).map((document) => document.toJS() as { kind: string });

  test('accept the example, with its Namespaces and Secret', () => {
    for (const object of objects) {
      assert.ok(editor.validate('all.json', object), `${object.kind}: ${editor.errorsText()}`);
    }
  });

  test('name an unknown field of one kind', () => {
    const tenant = structuredClone(objects.find(({ kind }) => kind === 'Tenant')) as { spec?: Record<string, unknown> };
    tenant.spec!['colour'] = 'red';
    assert.equal(editor.validate('all.json', tenant), false);
    assert.equal(
      editor.errors?.some(({ params }) => params['additionalProperty'] === 'colour'),
      true,
    );
  });
});

function badExamples(root: StructuralSchema): string[] {
  return [...fieldsOf(root, '')].flatMap(({ path, schema }) => {
    const value = exampleValue(schema.description ?? '');
    if (value === undefined) return [];
    const validate = ajv.compile(withoutExtensions(schema));
    const typed = schema.type === 'string' ? String(value) : value;
    return validate(typed) ? [] : [`${path}: ${ajv.errorsText(validate.errors)}`];
  });
}

/** Breaches of a CRD with the one field `spec.x`. */
function breaches(
  field: StructuralSchema,
  additionalPrinterColumns: PrinterColumn[],
  required: string[] = [],
): string[] {
  const text = readFileSync(new URL('./testdata/tenants.yaml', import.meta.url), 'utf8');
  const crd = parseCrd(text, 'tenants.yaml');
  const spec = { type: 'object', properties: { x: field }, required } as const;
  const schema = { openAPIV3Schema: { type: 'object', properties: { spec } } } as const;
  const versions = [{ ...versionOf(crd), schema, additionalPrinterColumns }];
  return conventionBreaches({ ...crd, spec: { ...crd.spec, versions } });
}

function columns(...titles: string[]): PrinterColumn[] {
  return ['Ready', 'Reason', ...titles, 'Age'].map((name) => ({
    name,
    type: 'string',
    jsonPath: '.x',
    description: 'What it says.',
  }));
}

function withoutExtensions(schema: StructuralSchema): object {
  return JSON.parse(JSON.stringify(schema, (key, value) => (key.startsWith('x-kubernetes-') ? undefined : value)));
}
