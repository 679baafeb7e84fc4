import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { parseAllDocuments } from 'yaml';
import { contractVersion } from '#api/compiled/base.ts';
import { validateCompiled } from '#api/compiled/validate.ts';
import { precompiledValidators } from './precompiled-validators.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

test('bundled validators judge as those that are compiled at run time', async (t) => {
  const bundled = await bundledValidation(t);
  const accepted = new Set<string>();
  let refused = 0;
  for (const compiled of await goldenObjects()) {
    for (const object of [compiled, ...spoilt(compiled)]) {
      const verdict = bundled(object);
      assert.deepEqual(verdict, validateCompiled(object), JSON.stringify(object));
      if (verdict.ok) accepted.add(verdict.compiled.kind);
      else refused += 1;
    }
  }
  assert.deepEqual([...accepted].sort(), [
    'ApiGateway',
    'ApiService',
    'Definition',
    'KeyManager',
    'Subscription',
    'Tenant',
  ]);
  assert.ok(refused > 1000, `${refused}`);
});

interface Cleanup {
  after(run: () => Promise<void>): void;
}

async function bundledValidation(t: Cleanup): Promise<typeof validateCompiled> {
  const folder = await mkdtemp(join(tmpdir(), 'simpul-validators-'));
  t.after(() => rm(folder, { recursive: true }));
  const outfile = join(folder, 'validate.mjs');
  await build({
    entryPoints: [join(root, 'api', 'compiled', 'validate.ts')],
    ...{ outfile, bundle: true, platform: 'node', format: 'esm', logLevel: 'warning' },
    plugins: [precompiledValidators],
  });
  assert.doesNotMatch(await readFile(outfile, 'utf8'), /ajv\/dist\/core/);
  const module = (await import(outfile)) as { validateCompiled: typeof validateCompiled };
  return module.validateCompiled;
}

type Fields = Readonly<Record<string, unknown>>;

/** Golden files do not show it. */
const pepper = Buffer.alloc(32).toString('base64');

/** Everything that golden files of the operator show to be compiled. */
async function goldenObjects(): Promise<Fields[]> {
  const folder = join(root, 'operator', 'translate', 'testdata');
  const files = (await readdir(folder)).filter((name) => name.endsWith('.out.yaml'));
  const texts = await Promise.all(files.map((name) => readFile(join(folder, name), 'utf8')));
  return texts.flatMap((text) => parseAllDocuments(text).flatMap((document) => compiledIn(document.toJS())));
}

function compiledIn(value: unknown): Fields[] {
  if (!isObject(value)) return [];
  if (value['contract'] === contractVersion) return [{ ...value, ...('pepper' in value && { pepper }) }];
  return Object.values(value).flatMap(compiledIn);
}

/** Each with one thing wrong: a field less, one that is null or negative, one too many. */
function spoilt(value: unknown): unknown[] {
  if (Array.isArray(value)) return value.flatMap((item, i) => spoilt(item).map((odd) => value.with(i, odd)));
  if (!isObject(value)) return [];
  return [{ ...value, unknown: 1 }, ...Object.keys(value).flatMap((name) => spoiltAt(value, name))];
}

function spoiltAt(value: Fields, name: string): Fields[] {
  const { [name]: inner, ...rest } = value;
  return [rest, ...[null, -1, ...spoilt(inner)].map((odd) => ({ ...value, [name]: odd }))];
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}
