import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { CustomResourceDefinition, StructuralSchema } from '#api/crd.ts';
import { parseCrd } from './crd-files.ts';
import { definitionsOf } from './definitions.ts';
import { editorSchemas } from './editor-schema.ts';
import { GenerateError } from './generate-error.ts';
import { staleFiles, writeOutputs } from './outputs.ts';
import { referencePages } from './reference.ts';
import { typeFiles } from './types.ts';

const testdata = new URL('./testdata/', import.meta.url);
const sample = parseCrd(readFileSync(new URL('tenants.yaml', testdata), 'utf8'), 'tenants.yaml');

describe('generated text', () => {
  const cases = [
    { golden: 'tenant.ts.golden', text: typeFiles([sample]).get('tenant.ts') },
    { golden: 'shared.ts.golden', text: typeFiles([sample]).get('shared.ts') },
    { golden: 'tenant.md.golden', text: referencePages([sample], []).get('tenant.md') },
    { golden: 'tenant.json.golden', text: editorSchemas([sample]).get('tenant.json') },
    { golden: 'all.json.golden', text: editorSchemas([sample]).get('all.json') },
  ];
  for (const { golden, text } of cases) {
    test(`is ${golden}`, () => {
      const file = new URL(golden, testdata);
      if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(file, text ?? '');
      assert.equal(text, readFileSync(file, 'utf8'));
    });
  }
});

describe('what the generator refuses', () => {
  const text = readFileSync(new URL('tenants.yaml', testdata), 'utf8');
  const crdCases = [
    { name: 'a file of another name', file: 'widgets.yaml', text, says: /name it tenants\.yaml/ },
    {
      name: 'something else than a CRD',
      file: 'a.yaml',
      text: 'kind: Secret\n',
      says: /not a CustomResourceDefinition/,
    },
    {
      name: 'an unknown kind',
      file: 'tenants.yaml',
      text: text.replace('kind: Tenant,', 'kind: Widget,'),
      says: /kinds\.ts/,
    },
    { name: 'two versions', file: 'tenants.yaml', text: `${text}    - { name: v2 }\n`, says: /one version/ },
  ];
  for (const { name, file, text: input, says } of crdCases) {
    test(name, () => assert.throws(() => parseCrd(input, file), refusal(says)));
  }

  const schemaCases: { name: string; spec: StructuralSchema; says: RegExp }[] = [
    { name: 'a value of unknown type', spec: object({ size: {} }), says: /TenantSize: no TypeScript for type/ },
    {
      name: 'two objects of one name',
      spec: object({ a: object({ bc: object({}) }), aBc: object({}) }),
      says: /both be called TenantABc/,
    },
    {
      name: 'shared objects that differ',
      spec: object({
        limits: { type: 'array', items: object({ requests: { type: 'integer' } }) },
        plan: object({ limits: { type: 'array', items: object({ requests: { type: 'string' } }) } }),
      }),
      says: /Limit is not what it is/,
    },
  ];
  for (const { name, spec, says } of schemaCases) {
    test(name, () => assert.throws(() => definitionsOf([withSpec(spec)]), refusal(says)));
  }
});

describe('output folders', () => {
  const folder = mkdtempSync(join(tmpdir(), 'simpul-generate-'));
  const root = pathToFileURL(`${folder}/`);
  after(() => rmSync(folder, { recursive: true }));
  const files = new Map([['a.txt', 'new\n']]);

  test('what is missing, other or surplus is stale, with a diff', () => {
    writeOutputs(root, {
      folder: 'out',
      files: new Map([
        ['a.txt', 'old\n'],
        ['b.txt', 'b\n'],
      ]),
    });
    const stale = staleFiles(root, { folder: 'out', files: new Map([...files, ['c.txt', 'c\n']]) });
    assert.deepEqual(
      stale.map(({ path }) => path),
      ['out/a.txt', 'out/c.txt', 'out/b.txt'],
    );
    assert.match(stale[0]!.diff, /-old\n\+new/);
    assert.match(stale[1]!.diff, /\+c/);
    assert.match(stale[2]!.diff, /-b/);
  });

  test('writing makes it right and removes the surplus', () => {
    writeOutputs(root, { folder: 'out', files });
    assert.deepEqual(staleFiles(root, { folder: 'out', files }), []);
    assert.equal(existsSync(join(folder, 'out/b.txt')), false);
  });

  test('a file that is right keeps its time', () => {
    const before = statSync(join(folder, 'out/a.txt')).mtimeMs;
    writeOutputs(root, { folder: 'out', files });
    assert.equal(statSync(join(folder, 'out/a.txt')).mtimeMs, before);
  });

  test('in a mixed folder the files of people stay', () => {
    writeOutputs(root, { folder: 'out', files: new Map([['d.txt', 'd\n']]), mixed: true });
    assert.equal(existsSync(join(folder, 'out/a.txt')), true);
  });
});

function refusal(says: RegExp) {
  return (error: unknown) => error instanceof GenerateError && says.test(error.message);
}

function object(properties: Record<string, StructuralSchema>): StructuralSchema {
  return { type: 'object', properties };
}

function withSpec(spec: StructuralSchema): CustomResourceDefinition {
  const version = sample.spec.versions[0]!;
  const schema = { openAPIV3Schema: object({ spec, status: object({}) }) };
  return { ...sample, spec: { ...sample.spec, versions: [{ ...version, schema }] } };
}
