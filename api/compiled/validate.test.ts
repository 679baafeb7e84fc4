import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compiledSchemas } from './schema.ts';
import { validateCompiled } from './validate.ts';

const gateway = {
  contract: 1,
  kind: 'ApiGateway',
  id: 'simpul-system/public',
  pepper: Buffer.alloc(32, 1).toString('base64'),
  listeners: [{ name: 'http', protocol: 'HTTP', port: 8080, http2: false, proxyProtocol: false }],
  timeZone: 'Asia/Jakarta',
  limits: [{ id: 'total-day', requests: 5, per: 'Day', by: 'Total', burst: 2 }],
  backendAccess: { allow: ['127.0.0.0/8'], deny: ['fd00::/8'] },
  trustedProxies: ['10.0.0.0/8'],
  maxRequestBytes: 1024,
  drainDelayMs: 5000,
};
const tenant = {
  contract: 1,
  kind: 'Tenant',
  id: 'banten',
  hosts: ['api.bantenprov.go.id'],
  paths: ['/banten'],
  suspended: false,
  limits: [],
};
const keyManager = { contract: 1, kind: 'KeyManager', id: 'a/b', type: 'ApiKey', header: 'x-api-key' };
const api = {
  contract: 1,
  kind: 'ApiService',
  id: 'banten/situs',
  tenant: 'banten',
  version: '1.0.0',
  lifecycle: { state: 'Deprecated', deprecation: '@1688169599', sunset: 'Wed, 30 Jun 2027 00:00:00 GMT' },
  hosts: [],
  basePath: '/banten/situs/v1',
  backend: {
    endpoints: [{ url: 'http://127.0.0.1:9000/situs', weight: 1 }],
    timeoutMs: 10_000,
    connectTimeoutMs: 5000,
  },
  authentication: { mode: 'Required', keyManagers: ['a/b'] },
  limits: [],
  operations: [{ path: '/nik/{nik}', methods: ['GET'], limits: [], timeoutMs: 3000 }],
  plans: { dasar: { limits: [{ id: 'subscription-minute', requests: 60, per: 'Minute', by: 'Subscription' }] } },
  definition: { id: 'a'.repeat(40), requests: 'Enforce', responses: 'Report' },
  maxRequestBytes: 10,
};
const definition = {
  contract: 1,
  kind: 'Definition',
  id: 'a'.repeat(40),
  operations: [
    {
      path: '/nik/{nik}',
      method: 'GET',
      parameters: [
        { name: 'nik', in: 'path', required: true, style: 'simple', explode: false, schema: { $ref: 'd#/$defs/Nik' } },
      ],
      requestBody: { required: false, content: { 'application/json': { schema: true, examples: { a: null } } } },
      responses: { '200': { content: {} }, '4XX': { content: {} }, default: { content: {} } },
    },
  ],
  schemas: { Nik: { type: 'string' } },
};
const subscription = {
  contract: 1,
  kind: 'Subscription',
  id: 'tangerang/perizinan',
  tenant: 'tangerang',
  application: 'tangerang/perizinan',
  credentials: [{ name: 'utama', type: 'ApiKey', hash: 'A'.repeat(43), notBefore: 0, notAfter: 1 }],
  grants: [{ api: 'banten/situs', plan: 'dasar' }, { api: 'banten/lain' }],
  limits: [],
};

test('an object of each kind is accepted as it is', () => {
  const samples = [gateway, tenant, keyManager, definition, api, subscription];
  assert.deepEqual(samples.map((sample) => sample.kind).sort(), Object.keys(compiledSchemas).sort());
  for (const sample of samples) {
    assert.deepEqual(validateCompiled(structuredClone(sample)), { ok: true, compiled: sample });
  }
});

const twice = { id: 'x', requests: 1, per: 'Day', by: 'Total' };
const refused: readonly { name: string; value: unknown; reason: RegExp }[] = [
  { name: 'null', value: null, reason: /must be an object/ },
  { name: 'an array', value: [], reason: /must be an object/ },
  { name: 'a later contract', value: { ...tenant, contract: 2 }, reason: /contract must be 1/ },
  { name: 'no contract', value: { kind: 'Tenant' }, reason: /contract must be 1/ },
  { name: 'an unknown kind', value: { ...tenant, kind: 'toString' }, reason: /kind is not one/ },
  { name: 'an unknown field', value: { ...tenant, extra: 1 }, reason: /additional properties: "extra"/ },
  {
    name: 'an unknown field below',
    value: { ...api, backend: { ...api.backend, retry: 2 } },
    reason: /backend .*"retry"/,
  },
  { name: 'a missing field', value: { ...tenant, limits: undefined }, reason: /limits|required/ },
  { name: 'a wrong type', value: { ...tenant, suspended: 'yes' }, reason: /suspended must be boolean/ },
  { name: 'an id with capitals', value: { ...tenant, id: 'Banten' }, reason: /^id must match/ },
  {
    name: 'too many hosts',
    value: { ...tenant, hosts: new Array(1025).fill('a.id') },
    reason: /hosts must NOT have more/,
  },
  { name: 'a short pepper', value: { ...gateway, pepper: 'c2hvcnQ=' }, reason: /pepper must match/ },
  { name: 'a time zone that is none', value: { ...gateway, timeZone: 'Asia/Atlantis' }, reason: /timeZone/ },
  { name: 'a CIDR out of range', value: { ...gateway, trustedProxies: ['10.0.0.0/33'] }, reason: /trustedProxies\.0/ },
  { name: 'a port of zero', value: { ...gateway, listeners: [{ ...gateway.listeners[0], port: 0 }] }, reason: /port/ },
  {
    name: 'a header value with a line break',
    value: { ...api, lifecycle: { state: 'Deprecated', deprecation: 'a\r\nb: c' } },
    reason: /lifecycle\.deprecation/,
  },
  { name: 'a lifecycle that is unknown', value: { ...api, lifecycle: { state: 'Gone' } }, reason: /lifecycle/ },
  {
    name: 'a state with the fields of another',
    value: { ...api, lifecycle: { state: 'Draft', reason: 'x' } },
    reason: /reason/,
  },
  {
    name: 'credentials for scripts of every site',
    value: {
      ...api,
      cors: { origins: ['*'], methods: ['GET'], headers: [], exposeHeaders: [], credentials: true, maxAgeSeconds: 1 },
    },
    reason: /cors\.credentials/,
  },
  {
    name: 'a backend URL with a password',
    value: { ...api, backend: { ...api.backend, endpoints: [{ url: 'http://a:b@c/', weight: 1 }] } },
    reason: /without credentials/,
  },
  {
    name: 'a backend URL that does not parse',
    value: { ...api, backend: { ...api.backend, endpoints: [{ url: 'http://[', weight: 1 }] } },
    reason: /endpoints\.0\.url/,
  },
  {
    name: 'a limit of zero',
    value: { ...tenant, limits: [{ ...twice, requests: 0 }] },
    reason: /requests must be >= 1/,
  },
  {
    name: 'a limit of two amounts',
    value: { ...tenant, limits: [{ ...twice, bytes: 5 }] },
    reason: /exactly one of requests, bytes and concurrent/,
  },
  {
    name: 'a window of calls at the same time',
    value: { ...tenant, limits: [{ id: 'a', concurrent: 5, per: 'Day', by: 'Total' }] },
    reason: /window unless it is concurrent/,
  },
  {
    name: 'a burst of bytes',
    value: { ...tenant, limits: [{ id: 'a', bytes: 5, per: 'Day', by: 'Total', burst: 2 }] },
    reason: /no burst/,
  },
  { name: 'two limits of one id', value: { ...tenant, limits: [twice, twice] }, reason: /ids that differ/ },
  {
    name: 'two limits of one id in a plan',
    value: { ...api, plans: { dasar: { limits: [twice, twice] } } },
    reason: /plans\.dasar\.limits/,
  },
  {
    name: 'a plan named __proto__',
    value: JSON.parse(JSON.stringify(api).replace('"dasar"', '"__proto__"')) as unknown,
    reason: /plans/,
  },
  {
    name: 'a status that is none',
    value: { ...definition, operations: [{ ...definition.operations[0], responses: { ok: { content: {} } } }] },
    reason: /responses/,
  },
  {
    name: 'a hash of another length',
    value: { ...subscription, credentials: [{ name: 'a', type: 'ApiKey', hash: 'short' }] },
    reason: /credentials\.0\.hash/,
  },
];

for (const { name, value, reason } of refused) {
  test(`refused: ${name}`, () => {
    const verdict = validateCompiled(value);
    assert.equal(verdict.ok, false);
    assert.match(verdict.reason, reason);
  });
}

test('a refusal never quotes a value', () => {
  const verdict = validateCompiled({ ...gateway, pepper: 'very-secret-pepper' });
  assert.equal(verdict.ok, false);
  assert.ok(!verdict.reason.includes('very-secret'));
});
