import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { redactObject, redactText } from './redact.ts';

const canary = 'kenari-7Q2w9ZxT4rLm';

describe('text without secrets', () => {
  const jwt = `eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJrZW5hcmkifQ.${canary}`;
  const secrets = [
    `-----BEGIN PRIVATE KEY-----\n${canary}\n-----END PRIVATE KEY-----`,
    `-----BEGIN RSA PRIVATE KEY-----\n${canary}`,
    jwt,
    `Authorization: Bearer ${canary}`,
    `authorization: ${canary} and more ${canary}`,
    `Cookie: a=1; session=${canary}`,
    `redis://simpul:${canary}@redis:6379/0`,
    `https://api.go.id/v1?api_key=${canary}&x=1`,
    `https://api.go.id/v1?x=1&access-token=${canary}`,
    `--redis-password=${canary}`,
    `{"clientSecret": "${canary}"}`,
    `{"x-api-key":"a\\"${canary}"}`,
    `password=${canary}`,
  ];
  for (const text of secrets) {
    test(text.slice(0, 40), () => assert.ok(!redactText(text).includes(canary), redactText(text)));
  }

  test('leaves alone what is none', () => {
    for (const text of [
      'simpul_gateway_tokens_total{result="verified"} 5',
      '{"level":"info","msg":"call","path":"/nik/{nik}","code":"GW_API_KEY_MISSING"}',
      'https://api.bantenprov.go.id/penduduk?halaman=2',
      'Secret "kunci" has no key "api-key"',
      'sha256:0123456789abcdef',
    ]) {
      assert.equal(redactText(text), text);
    }
  });
});

test('megabytes without a blank take no more than a moment', () => {
  for (const text of ['a'.repeat(2 ** 21), 'a.b-'.repeat(2 ** 19), '"'.repeat(2 ** 20), 'eyJ'.repeat(2 ** 18)]) {
    const started = performance.now();
    redactText(text);
    assert.ok(performance.now() - started < 5_000, `${text.slice(0, 8)}: ${performance.now() - started} ms`);
  }
});

describe('an object without secrets', () => {
  const metadata = {
    name: 'situs',
    annotations: { 'kubectl.kubernetes.io/last-applied-configuration': canary, 'simpul.id/source': 'kept' },
    managedFields: [canary],
  };
  const spec = {
    description: `call it with https://u:${canary}@h/`,
    backend: { headers: { set: { 'x-rahasia': canary } }, credentialRef: { name: 'kunci', key: 'api-key' } },
    definition: { openApi: { inline: `openapi: 3.1.0\n# ${canary}`, configMapRef: { name: 'dok' } } },
    oidc: {
      clientSecret: canary,
      tokenEndpoint: 'https://sso/token',
      jwks: { keys: [{ kty: 'EC', x: 'public', d: canary }] },
    },
    template: { metadata: { annotations: { catatan: canary } } },
    containers: [
      {
        args: ['--pass', canary],
        env: [
          { name: 'SIMPUL_WORKERS', value: '2' },
          { name: 'SIMPUL_REDIS_PASSWORD', value: canary },
          { name: 'ANYTHING', value: canary },
        ],
      },
    ],
  };
  const shown = redactObject({ apiVersion: 'v1', kind: 'X', metadata, spec } as never) as typeof spec & {
    metadata: typeof metadata;
    spec: typeof spec;
  };

  test('holds the canary nowhere', () => assert.ok(!JSON.stringify(shown).includes(canary), JSON.stringify(shown)));
  test('and everything else', () => {
    assert.deepEqual(shown.metadata, { name: 'situs', annotations: { 'simpul.id/source': 'kept' } });
    assert.deepEqual(shown.spec.backend.credentialRef, { name: 'kunci', key: 'api-key' });
    assert.deepEqual(shown.spec.definition.openApi.configMapRef, { name: 'dok' });
    assert.equal(shown.spec.oidc.tokenEndpoint, 'https://sso/token');
    assert.equal(shown.spec.oidc.jwks.keys[0]?.x, 'public');
    assert.deepEqual(shown.spec.containers[0]?.env[0], { name: 'SIMPUL_WORKERS', value: '2' });
  });
});
