import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { stringify } from 'yaml';
import type { Compiled } from '#api/compiled/contract.ts';
import { validateCompiled } from '#api/compiled/validate.ts';
import { reasons } from '#api/conditions.ts';
import { crds } from '#api/generated/crds.ts';
import { apiVersionOf } from '#api/kinds.ts';
import type { KubeObject } from '#api/object.ts';
import { coreSchemas } from '#kube/memory/core-schemas.ts';
import { toKubeObject } from '#kube/memory/object-table.ts';
import { prepareCreate, receive } from '#kube/memory/preparation.ts';
import { readCrd } from '#kube/schema/object-schema.ts';
import { validateObject } from '#kube/schema/validate-object.ts';
import { readManifests } from '#kube/yaml/read-manifests.ts';
import type { Resources, Served } from './gather-world.ts';
import { redactCompiled } from './redact.ts';
import { nameOf, type TranslationSettings, translateAll } from './translate.ts';

/*
 * Golden pairs: testdata/<case>.in.yaml is laid over testdata/base.yaml (an object of the same name replaces that of the
 * base), and testdata/<case>.out.yaml says what becomes of the objects that the case names, and of no others.
 * Two kinds of documents are not objects of the case: `kind: Before` holds an object as it was, and what it was compiled to
 * is served already; `kind: Settings` overrides settings. `make golden` rewrites the outputs; read the diff.
 */

const folder = new URL('./testdata/', import.meta.url);
const files = readdirSync(folder);
const cases = files.filter((file) => file.endsWith('.in.yaml')).map((file) => file.slice(0, -'.in.yaml'.length));
const schemas = new Map(
  [...crds.map(readCrd), ...coreSchemas].map((s) => [`${apiVersionOf(s.kind)}/${s.kind.kind}`, s]),
);

interface Case extends Resources {
  readonly settings: TranslationSettings;
  /** `<Kind> <id>` of what the case itself brings. */
  readonly names: ReadonlySet<string>;
}

function read(file: string): KubeObject[] {
  const { objects, errors } = readManifests(readFileSync(new URL(file, folder), 'utf8'), file);
  assert.deepEqual(errors, [], file);
  return objects.map(({ object }) => object);
}

/** As the API server would store it; what it would refuse is no case for the translator. */
function stored(object: KubeObject): KubeObject {
  const schema = schemas.get(`${object.apiVersion}/${object.kind}`);
  assert.ok(schema, `${object.apiVersion} ${object.kind}`);
  const { uid = `uid of ${object.metadata.name}`, creationTimestamp = '2026-01-01T00:00:00Z' } = object.metadata;
  const { object: complete, unknownFields } = receive(schema, object);
  prepareCreate(schema, complete, { uid, now: new Date(creationTimestamp) });
  const status = 'status' in object && object.kind !== 'Namespace' ? { status: object.status } : {};
  assert.deepEqual([unknownFields, validateObject(schema, complete)], [[], []], nameOf(object));
  const { metadata } = toKubeObject(structuredClone(complete));
  return {
    ...toKubeObject(complete),
    metadata: { ...metadata, ...pick(object) },
    ...JSON.parse(JSON.stringify(status)),
  };
}

/** A case may say these although a person could not. */
function pick({ metadata }: KubeObject): Partial<KubeObject['metadata']> {
  const { deletionTimestamp, generation } = metadata;
  return { ...(deletionTimestamp && { deletionTimestamp }), ...(generation && { generation }) };
}

function readCase(name: string): Case {
  const own = read(`${name}.in.yaml`);
  const real = own.filter(({ kind }) => kind !== 'Before' && kind !== 'Settings');
  const settings = own.find(({ kind }) => kind === 'Settings') as Partial<TranslationSettings> | undefined;
  const before = own.filter(({ kind }) => kind === 'Before').map((document) => (document as unknown as Before).object);
  return {
    objects: overBase(real),
    served: before.length === 0 ? [] : servedFrom(overBase(before)),
    settings: { ...usual, ...settings },
    names: new Set(real.map(nameOf)),
  };
}

interface Before {
  readonly object: KubeObject;
}

function overBase(objects: readonly KubeObject[]): KubeObject[] {
  const names = new Set(objects.map(nameOf));
  const base = read('base.yaml').filter((object) => !names.has(nameOf(object)));
  return [...base, ...objects].map(stored);
}

function servedFrom(objects: readonly KubeObject[]): Served[] {
  const { compiled } = translateAll({ objects }, usual);
  return Object.entries(compiled).flatMap(([gateway, sources]) =>
    Object.values(sources).flatMap((object) => (object === 'keep' ? [] : [{ gateway, compiled: object }])),
  );
}

const usual: TranslationSettings = {
  className: 'simpul',
  installationNamespace: 'simpul-system',
  pepper: Buffer.alloc(32, 7).toString('base64'),
  now: '2026-06-01T00:00:00Z',
  approvalPolicySince: '',
};

/** What the case is about: its own objects' compiled forms and statuses, canonical and without secrets. */
function render({ names, settings, ...resources }: Case): string {
  const { compiled, statuses } = translateAll(resources, settings);
  const mine = <T>(objects: Readonly<Record<string, T>>) => {
    return Object.fromEntries(
      Object.entries(objects).filter(([name]) => names.has(name) || name.startsWith('Definition ')),
    );
  };
  const shown = Object.entries(compiled).map(([gateway, objects]) => [gateway, mine(redactAll(objects))]);
  const output = { compiled: Object.fromEntries(shown), statuses: mine(statuses) };
  return stringify(output, { sortMapEntries: true, lineWidth: 0, aliasDuplicateObjects: false });
}

function redactAll(objects: Readonly<Record<string, Compiled | 'keep'>>): Record<string, Compiled | 'keep'> {
  return Object.fromEntries(
    Object.entries(objects).map(([name, object]) => [name, object === 'keep' ? object : redactCompiled(object)]),
  );
}

describe('translate', () => {
  for (const name of cases) {
    test(name, () => {
      const input = readCase(name);
      const before = structuredClone(input);
      const got = render(input);
      assert.deepEqual(input, before, 'it must not mutate its input');
      assert.equal(render({ ...input, objects: input.objects.toReversed() }), got, 'order must not matter');
      const golden = new URL(`${name}.out.yaml`, folder);
      if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(golden, got);
      assert.equal(got, readFileSync(golden, 'utf8'));
    });

    test(`${name}: what is compiled keeps to the contract`, () => {
      const { compiled } = translateAll(readCase(name), usual);
      for (const object of Object.values(compiled).flatMap((objects) => Object.values(objects))) {
        if (object !== 'keep') assert.deepEqual(validateCompiled(object), { ok: true, compiled: object });
      }
    });
  }

  test('every output has its input, and no input is longer than 70 lines', () => {
    const outputs = files
      .filter((file) => file.endsWith('.out.yaml'))
      .map((file) => file.slice(0, -'.out.yaml'.length));
    assert.deepEqual(
      outputs.filter((output) => !cases.includes(output)),
      [],
    );
    for (const name of cases) {
      const lines = readFileSync(new URL(`${name}.in.yaml`, folder), 'utf8').split('\n').length;
      assert.ok(lines <= 71, `${name} has ${lines} lines`);
    }
  });

  test('every reason that the translation gives has a case', () => {
    const sources = readdirSync(new URL('.', import.meta.url)).filter(
      (f) => f.endsWith('.ts') && !f.endsWith('.test.ts'),
    );
    const text = sources.map((file) => readFileSync(new URL(file, import.meta.url), 'utf8')).join('');
    const given = Object.keys(reasons).filter((reason) => text.includes(`'${reason}'`));
    const shown = cases.map((name) => readFileSync(new URL(`${name}.out.yaml`, folder), 'utf8')).join('');
    assert.deepEqual(
      given.filter((reason) => !shown.includes(`reason: ${reason}\n`)),
      [],
    );
  });
});
