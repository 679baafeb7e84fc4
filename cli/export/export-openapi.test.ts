import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { readDefinition } from '#api/openapi/read-definition.ts';
import { CliError } from '../errors.ts';
import { buildManifest } from '../import/build-manifest.ts';
import { documentText, exportFrom } from './export-openapi.ts';

/** Documents of others, 3.0 and 3.1 (@readme/oas-examples, MIT; train-travel is CC BY-NC-SA and read from the package alone). */
const real = [
  ...['petstore', 'petstore-expanded', 'star-trek', 'uspto', 'readme-legacy', 'security', 'security-multiple'],
  ...['server-path-level', 'polymorphism', 'discriminators', 'file-uploads', 'http-status-codes', 'circular-paths'],
].map((name) => `3.0/json/${name}.json`);
const real31 = ['petstore', 'readme', 'security', 'train-travel', 'schema-types'].map(
  (name) => `3.1/json/${name}.json`,
);

function textOf(name: string): string {
  return readFileSync(fileURLToPath(import.meta.resolve(`@readme/oas-examples/${name}`)), 'utf8');
}

const gateway = 'simpul-system/public';
const server = 'https://api.bantenprov.go.id';

function imported(name: string, text: string): string {
  const options = {
    gateway,
    namespace: 'banten',
    name: 'contoh',
    path: '/banten/contoh',
    backend: 'https://asal.example.id',
  };
  return buildManifest({ name, text, sha256: 'ab' }, options).manifest;
}

function defined(text: string) {
  const verdict = readDefinition(text);
  assert.ok(verdict.ok, verdict.ok ? '' : verdict.message);
  return verdict.definition;
}

describe('import, export and import again', () => {
  for (const name of [...real, ...real31]) {
    test(name, () => {
      const text = textOf(name);
      const manifest = imported(name, text);
      const { document, errors } = exportFrom([{ name: 'api.yaml', text: manifest }], { server });
      assert.deepEqual(errors, []);
      assert.deepEqual(document['servers'], [{ url: `${server}/banten/contoh` }]);
      assert.deepEqual(document['security'], [{ apiKey: [] }]);
      for (const asJson of [false, true]) {
        const written = documentText(document, asJson);
        const { operations, schemas } = defined(written);
        assert.deepEqual(
          { operations, schemas },
          { operations: defined(text).operations, schemas: defined(text).schemas },
        );
      }
      const again = imported(name, documentText(document, false));
      const specs = [manifest, again].map(
        (each) => (parse(each.split('\n---\n')[0] ?? '') as { spec: Record<string, unknown> }).spec,
      );
      const [first, second] = specs.map(({ definition: _, ...spec }) => spec);
      assert.deepEqual(second, first);
      const twice = exportFrom([{ name: 'api.yaml', text: again }], { server });
      assert.deepEqual(twice.document, document);
    });
  }
});

const sso = `
apiVersion: simpul.id/v1alpha1
kind: KeyManager
metadata: { name: sso, namespace: simpul-system }
spec: { type: OIDC, tenants: { from: All }, oidc: { issuer: https://sso.example.go.id/realms/spbe, audiences: [simpul] } }
---
apiVersion: simpul.id/v1alpha1
kind: KeyManager
metadata: { name: kunci, namespace: banten }
spec: { type: ApiKey, apiKey: { header: x-kunci } }
`;

function anApi(spec: string): string {
  return `
apiVersion: simpul.id/v1alpha1
kind: ApiService
metadata: { name: penduduk, namespace: banten }
spec:
  displayName: Verifikasi penduduk
  version: 3.0.0
  gatewayRefs: [{ name: public, namespace: simpul-system }]
  basePath: /penduduk
  backend: { endpoints: [{ url: "https://asal.internal" }] }
${spec}`;
}

const document = `
  definition:
    openApi:
      inline: |
        openapi: 3.1.0
        info: { title: Lama, version: 1.0.0, contact: { name: Dukcapil } }
        servers: [{ url: https://asal.internal }]
        security: [{ rahasia: [] }]
        paths:
          /nik/{nomor}:
            servers: [{ url: https://lain.internal }]
            parameters: [{ name: nomor, in: path, required: true, schema: { type: string } }]
            get: { servers: [{ url: https://lagi.internal }], security: [{ rahasia: [] }], responses: { '200': { description: Ada } } }
            delete: { responses: { '204': { description: Hilang } } }
          /admin: { get: { responses: { '200': { description: Ada } } } }
        components: { securitySchemes: { rahasia: { type: apiKey, in: header, name: x-rahasia } } }
`;

function exportOne(spec: string, more = '', options = {}) {
  return exportFrom([{ name: 'a.yaml', text: `${anApi(spec)}\n---${more}` }], options);
}

test('callers see addresses, operations and credentials of the gateway, and nothing of the backend', () => {
  const spec = `${document}
  hosts: [api.bantenprov.go.id]
  lifecycle: Deprecated
  authentication:
    mode: Optional
    keyManagerRefs: [{ name: sso, namespace: simpul-system }, { name: kunci }]
    scopes: [penduduk.baca]
  operations:
    - { path: "/nik/{nik}", methods: [GET], scopes: [penduduk.nik] }
    - { path: /baru, methods: [POST] }
    - { path: "/lain/*" }
`;
  const { document: out, notes } = exportOne(spec, sso);
  const text = documentText(out, false);
  assert.doesNotMatch(text, /internal|rahasia|admin|delete/);
  assert.deepEqual(out['info'], { title: 'Verifikasi penduduk', version: '3.0.0', contact: { name: 'Dukcapil' } });
  assert.deepEqual(out['servers'], [{ url: 'https://api.bantenprov.go.id/penduduk' }]);
  assert.deepEqual(out['security'], [{ sso: ['penduduk.baca'] }, { kunci: [] }, {}]);
  const { paths, components } = out as unknown as {
    paths: Record<string, Record<string, Record<string, unknown>>>;
    components: Record<string, unknown>;
  };
  assert.deepEqual(Object.keys(paths), ['/nik/{nomor}', '/baru']);
  const { security, deprecated } = paths['/nik/{nomor}']?.['get'] ?? {};
  assert.deepEqual(security, [{ sso: ['penduduk.baca', 'penduduk.nik'] }, { kunci: [] }, {}]);
  assert.equal(deprecated, true);
  assert.deepEqual(components['securitySchemes'], {
    sso: {
      type: 'openIdConnect',
      openIdConnectUrl: 'https://sso.example.go.id/realms/spbe/.well-known/openid-configuration',
    },
    kunci: { type: 'apiKey', in: 'header', name: 'x-kunci' },
  });
  assert.match(notes.join(), /\/lain\/\*/);
  assert.ok(readDefinition(text).ok);
});

test('a token endpoint of the gateways is a flow by client credentials, with every scope that may be asked for', () => {
  const spec = `
  authentication: { mode: Required, keyManagerRefs: [{ name: masuk, namespace: simpul-system }], scopes: [penduduk.baca] }
  plans: { resmi: { scopes: [penduduk.baca, penduduk.ubah] } }
  operations: [{ path: "/nik/{nik}", methods: [GET], scopes: [penduduk.nik] }]
`;
  const endpoint = `
apiVersion: simpul.id/v1alpha1
kind: KeyManager
metadata: { name: masuk, namespace: simpul-system }
spec: { type: TokenEndpoint, tenants: { from: All }, tokenEndpoint: { issuer: https://api.bantenprov.go.id/masuk } }
`;
  const { document: out, errors } = exportOne(spec, endpoint, { server });
  assert.deepEqual(errors, []);
  const { components, security } = out as Record<string, unknown>;
  const tokenUrl = 'https://api.bantenprov.go.id/masuk/token';
  const scopes = { 'penduduk.baca': '', 'penduduk.nik': '', 'penduduk.ubah': '' };
  const masuk = { type: 'oauth2', flows: { clientCredentials: { tokenUrl, scopes } } };
  assert.deepEqual(components, { securitySchemes: { masuk } });
  assert.deepEqual(security, [{ masuk: ['penduduk.baca'] }]);
  assert.match(documentText(out, true), /"masuk": \[\s*"penduduk.baca",\s*"penduduk.nik"\s*\]/);
  assert.ok(readDefinition(documentText(out, false)).ok);
});

test('signatures and client certificates are told as far as OpenAPI can', () => {
  const managers = `
apiVersion: simpul.id/v1alpha1
kind: KeyManager
metadata: { name: mesin, namespace: simpul-system }
spec: { type: Signature, tenants: { from: All } }
---
apiVersion: simpul.id/v1alpha1
kind: KeyManager
metadata: { name: mitra, namespace: simpul-system }
spec: { type: ClientCertificate, tenants: { from: All }, clientCertificate: { caRef: { name: ca, key: ca.crt } } }
`;
  const refs = ['mesin', 'mitra'].map((name) => `{ name: ${name}, namespace: simpul-system }`).join(', ');
  const spec = `  authentication: { mode: Required, keyManagerRefs: [${refs}] }\n`;
  const signature = { type: 'http', scheme: 'signature', description: 'HTTP Message Signatures (RFC 9421)' };
  const told = (more: string) => exportOne(`${spec}${more}`, managers, { server });
  const { document: modern, notes: none } = told('  operations: [{ path: /a }]\n');
  const schemesIn = (out: object) => (out as { components: { securitySchemes: object } }).components.securitySchemes;
  assert.deepEqual(schemesIn(modern), { mesin: signature, mitra: { type: 'mutualTLS' } });
  assert.deepEqual(
    none.filter((note) => note.includes('mitra')),
    [],
  );
  const { document: old, notes } = told(document.replace('3.1.0', '3.0.3'));
  assert.deepEqual(schemesIn(old), { mesin: signature, mitra: { type: 'http', scheme: 'bearer' } });
  assert.match(notes.join(), /"mitra" asks for a client certificate, which OpenAPI 3.0 cannot say/);
});

test('without a definition the operations alone are told', () => {
  const { document: out } = exportOne(
    '  authentication: { mode: None }\n  operations: [{ path: "/nik/{nik}", methods: [GET] }]',
    '',
    { server },
  );
  assert.equal(out['security'], undefined);
  assert.deepEqual(
    defined(documentText(out, true)).operations.map(({ method, path }) => `${method} ${path}`),
    ['GET /nik/{nik}'],
  );
});

test('what cannot be exported says what is missing', () => {
  const refused: [string, () => unknown, RegExp][] = [
    ['nothing to tell', () => exportOne('', '', { server }), /neither a definition nor operations/],
    ['no host', () => exportOne(document), /--server/],
    ['a server with a path', () => exportOne(document, '', { server: 'https://a/b' }), /scheme, host and port/],
    ['another API', () => exportOne(document, '', { server, api: 'lain' }), /say which one by --api: banten\/penduduk/],
    ['no API', () => exportFrom([{ name: 'a', text: sso }], {}), /no ApiService/],
    [
      'no ConfigMap',
      () => exportOne('  definition: { openApi: { configMapRef: { name: a, key: b } } }', '', { server }),
      /ConfigMap "a"/,
    ],
  ];
  for (const [name, run, message] of refused) {
    assert.throws(run, (error: unknown) => error instanceof CliError && message.test(error.message), name);
  }
});
