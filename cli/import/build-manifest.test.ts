import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { readManifests } from '#kube/yaml/read-manifests.ts';
import { CliError } from '../errors.ts';
import { judgeAll } from '../validate/judge-all.ts';
import { buildManifest, type ManifestOptions } from './build-manifest.ts';

const gateway = 'simpul-system/public';
const penduduk = readFileSync(new URL('../../api/openapi/testdata/penduduk.yaml', import.meta.url), 'utf8');

function build(text: string, options: Partial<ManifestOptions> = {}, name = 'penduduk.yaml') {
  return buildManifest({ name, text, sha256: 'ab12' }, { gateway, ...options });
}

function document(change: object): string {
  const paths = { '/a': { get: { responses: {} } } };
  return JSON.stringify({
    openapi: '3.0.3',
    info: { title: 'Data Situs', version: '1.0' },
    servers: [{ url: 'https://a.id/x/' }],
    paths,
    ...change,
  });
}

function specOf(manifest: string): Record<string, unknown> {
  const [first] = parseAllDocuments(manifest);
  assert.ok(first !== undefined && 'toJS' in first);
  return (first.toJS() as { spec: Record<string, unknown> }).spec;
}

test('a document becomes an ApiService that is valid as it stands, with comments', () => {
  const { manifest, notes } = build(penduduk, { namespace: 'banten' });
  const { findings } = judgeAll([readManifests(manifest, 'x.yaml')], {});
  assert.deepEqual(
    findings.filter(({ severity }) => severity === 'error'),
    [],
  );
  const { definition, ...spec } = specOf(manifest);
  assert.deepEqual(spec, {
    displayName: 'Verifikasi penduduk',
    version: '2.1.0',
    lifecycle: 'Draft',
    gatewayRefs: [{ name: 'public', namespace: 'simpul-system' }],
    basePath: '/banten/verifikasi-penduduk',
    backend: { endpoints: [{ url: 'https://a.dukcapil.internal/api' }] },
    authentication: { mode: 'Required' },
    operations: [
      { path: '/nik/{nik}', methods: ['GET'] },
      { path: '/penduduk', methods: ['POST'] },
    ],
    validation: { requests: 'Enforce', responses: 'Report' },
  });
  assert.deepEqual(definition, { openApi: { inline: penduduk } });
  assert.match(manifest, /^# Imported by simpul import openapi from penduduk\.yaml\n# \(sha256 ab12\)/);
  assert.match(notes.join('\n'), /"kunci": the backend wants a key in header "X-API-Key"/);
  assert.equal(build(penduduk, { namespace: 'banten' }).manifest, manifest);
});

test('a long document goes into a ConfigMap beside it', () => {
  const { manifest } = build(document({ info: { title: 'Panjang', version: '1', description: 'x'.repeat(70_000) } }));
  const [api, map] = parseAllDocuments(manifest).map(
    (each) => each.toJS() as { kind: string; metadata: object; spec?: object; data?: Record<string, string> },
  );
  assert.deepEqual([api?.kind, map?.kind, map?.metadata], ['ApiService', 'ConfigMap', { name: 'panjang-openapi' }]);
  assert.match(JSON.stringify(api?.spec), /"configMapRef":\{"name":"panjang-openapi","key":"openapi.yaml"\}/);
  assert.ok((map?.data?.['openapi.yaml']?.length ?? 0) > 70_000);
});

test('of several servers the first is taken, and variables have their defaults', () => {
  const variables = { host: { default: 'api.banten.id' } };
  const { manifest, notes } = build(
    document({ servers: [{ url: 'https://{host}/v1', variables }, { url: 'https://uji.banten.id' }] }),
  );
  assert.deepEqual(specOf(manifest)['backend'], { endpoints: [{ url: 'https://api.banten.id/v1' }] });
  assert.match(notes.join(), /uji\.banten\.id was left out/);
});

test('a relative server stands beside the document', () => {
  const { manifest } = build(document({ servers: [{ url: '/api/v3' }] }), {}, 'https://a.id/docs/openapi.json');
  assert.deepEqual(specOf(manifest)['backend'], { endpoints: [{ url: 'https://a.id/api/v3' }] });
});

test('scopes of the backend are told', () => {
  const flows = { clientCredentials: { tokenUrl: 'https://sso.id/token', scopes: { 'penduduk.baca': 'Baca' } } };
  const { notes } = build(document({ components: { securitySchemes: { sso: { type: 'oauth2', flows } } } }));
  assert.match(notes.join(), /scopes penduduk\.baca/);
});

test('operations that spec.operations cannot write are left to the definition', () => {
  const { manifest, notes } = build(document({ paths: { '/a/{nomor-induk}': { get: { responses: {} } } } }));
  assert.equal(specOf(manifest)['operations'], undefined);
  assert.match(notes.join(), /spec\.operations was left out/);
});

test('texts of the document cannot leave their comment', () => {
  const schemes = { 'a\nspec: {}': { type: 'apiKey', in: 'header', name: 'x\n---\nkind: Secret' } };
  const { manifest } = build(document({ components: { securitySchemes: schemes } }));
  assert.equal(parseAllDocuments(manifest).length, 1);
  assert.deepEqual(specOf(manifest)['authentication'], { mode: 'Required' });
});

const refused: readonly { name: string; text: string; options?: Partial<ManifestOptions>; message: RegExp }[] = [
  { name: 'Swagger 2.0', text: '{"swagger":"2.0"}', message: /penduduk\.yaml cannot be used: at \/swagger: .*convert/ },
  { name: 'no server', text: document({ servers: [] }), message: /give --backend/ },
  { name: 'a relative server of a file', text: document({ servers: [{ url: '/v1' }] }), message: /give --backend/ },
  { name: 'no title', text: document({ info: { version: '1' } }), message: /give --name/ },
  {
    name: 'a gateway without namespace',
    text: document({}),
    options: { gateway: 'public' },
    message: /NAMESPACE\/NAME/,
  },
  {
    name: 'a backend with a password',
    text: document({}),
    options: { backend: 'http://a:b@c.id' },
    message: /--backend/,
  },
];

for (const { name, text, options, message } of refused) {
  test(`refused: ${name}`, () => {
    assert.throws(
      () => build(text, options),
      (error: unknown) => error instanceof CliError && message.test(error.message),
    );
  });
}
