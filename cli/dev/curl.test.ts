import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import type { ApiService } from '#api/generated/apiservice.ts';
import type { KeyManager } from '#api/generated/keymanager.ts';
import type { Subscription } from '#api/generated/subscription.ts';
import { buildCurl, type CurlInput, quote } from './curl.ts';

function anApi(spec: Partial<ApiService['spec']> = {}): ApiService {
  return {
    apiVersion: 'simpul.id/v1alpha1',
    kind: 'ApiService',
    metadata: { name: 'situs', namespace: 'banten' },
    spec: {
      displayName: 'Situs',
      version: '1.0.0',
      lifecycle: 'Published',
      visibility: 'Public',
      gatewayRefs: [{ name: 'public', namespace: 'simpul-system' }],
      basePath: '/banten/situs',
      backend: {
        endpoints: [{ url: 'http://127.0.0.1:9000', weight: 1 }],
        timeout: '10s',
        connectTimeout: '5s',
        protocol: 'HTTP1',
        loadBalancing: 'RoundRobin',
      },
      authentication: { mode: 'Required' },
      ...spec,
    },
  };
}

const subscription: Subscription = {
  apiVersion: 'simpul.id/v1alpha1',
  kind: 'Subscription',
  metadata: { name: 'perizinan', namespace: 'tangerang' },
  spec: { application: { displayName: 'x' }, apis: [], credentials: [] },
  status: {
    apis: [{ namespace: 'banten', name: 'situs', state: 'Active' }],
    credentials: [
      { name: 'bawaan', state: 'Active' },
      { name: 'utama', state: 'Active' },
      { name: 'lemah', state: 'Refused' },
    ],
  },
};
const place = { namespace: 'tangerang', subscription: 'perizinan', secretName: 's' };
const keys = [
  { ...place, credential: 'lemah', generated: true, file: '/k/lemah' },
  { ...place, credential: 'bawaan', generated: false, file: '/k/bawaan' },
  { ...place, credential: 'utama', generated: true, file: '/k/utama' },
];
const keyManager: KeyManager = {
  apiVersion: 'simpul.id/v1alpha1',
  kind: 'KeyManager',
  metadata: { name: 'kunci', namespace: 'banten' },
  spec: { type: 'ApiKey', apiKey: { header: 'X-Kunci' } },
};

function curl(spec: Partial<ApiService['spec']>, more: Partial<CurlInput> = {}): string {
  const url = 'http://127.0.0.1:8080';
  const line = buildCurl({
    api: anApi(spec),
    url,
    subscriptions: [subscription],
    keyManagers: [keyManager],
    keys,
    ...more,
  });
  return 'command' in line ? line.command : `none: ${line.none}`;
}

const key = `-H "X-API-Key: $(cat /k/utama)"`;
const cases: { name: string; spec: Partial<ApiService['spec']>; more?: Partial<CurlInput>; line: string }[] = [
  {
    name: 'a generated key that works rather than a brought one',
    spec: {},
    line: `curl ${key} http://127.0.0.1:8080/banten/situs`,
  },
  {
    name: 'no key where none is asked for',
    spec: { authentication: { mode: 'None' } },
    line: 'curl http://127.0.0.1:8080/banten/situs',
  },
  {
    name: 'its host',
    spec: { hosts: ['api.x.id'] },
    line: `curl -H 'Host: api.x.id' ${key} http://127.0.0.1:8080/banten/situs`,
  },
  {
    name: 'the header of its KeyManager',
    spec: { authentication: { mode: 'Required', keyManagerRefs: [{ name: 'kunci', namespace: '' }] } },
    line: 'curl -H "X-Kunci: $(cat /k/utama)" http://127.0.0.1:8080/banten/situs',
  },
  {
    name: 'tokens alone',
    spec: { authentication: { mode: 'Required', keyManagerRefs: [{ name: 'sso', namespace: '' }] } },
    line: 'none: it needs a token of its identity provider',
  },
  {
    name: 'an operation that can be read, with a value for its parameter',
    spec: {
      operations: [
        { path: '/baru', methods: ['POST'] },
        { path: '/nik/{nik}', methods: ['GET'] },
      ],
    },
    line: `curl ${key} http://127.0.0.1:8080/banten/situs/nik/1`,
  },
  { name: 'the root', spec: { basePath: '/' }, line: `curl ${key} http://127.0.0.1:8080/` },
  {
    name: 'nobody may call it',
    spec: {},
    more: { subscriptions: [] },
    line: 'none: it needs a key, and no Subscription may call it yet',
  },
  { name: 'Retired', spec: { lifecycle: 'Retired' }, line: 'none: it is Retired and answers 410' },
  { name: 'Blocked', spec: { lifecycle: 'Blocked' }, line: 'none: it is Blocked and answers 503' },
];
for (const { name, spec, more, line } of cases) test(`curl: ${name}`, () => assert.equal(curl(spec, more), line));

test('quoted text reaches a program as it was', () => {
  for (const text of ['plain', "it's", 'a b', '$HOME `x` "y" \\', '']) {
    assert.equal(execFileSync('sh', ['-c', `printf %s ${quote(text)}`], { encoding: 'utf8' }), text);
  }
});
