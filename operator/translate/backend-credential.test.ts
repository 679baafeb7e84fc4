import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ApiService } from '#api/generated/apiservice.ts';
import { type MaterialSource, materialOf, type SecretType } from '../world/materials.ts';
import { World } from '../world/world.ts';
import { compileBackendCredential } from './backend-credential.ts';

const own = 'simpul.id/backend-credential';

/** What a Secret with these values is compiled to. */
function compiled(
  type: SecretType,
  values: Record<string, string>,
  backend: object = {},
): ReturnType<typeof compileBackendCredential> {
  const world = new World({ className: 'simpul', installationNamespace: 'simpul-system', pepper: '' });
  world.materials.assumeComplete();
  const source: MaterialSource = { kind: 'Secret', namespace: 'banten', name: 'dukcapil', type };
  const data = Object.entries(values).map(([key, value]) => [key, Buffer.from(value).toString('base64')]);
  const holder = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'dukcapil' }, data: Object.fromEntries(data) };
  world.materials.put(source, materialOf(holder, source));
  const api = {
    metadata: { namespace: 'banten', name: 'data' },
    spec: { backend: { credentialRef: { name: 'dukcapil' }, ...backend } },
  } as ApiService;
  return compileBackendCredential(api, world);
}

describe('the credential of a backend', () => {
  const good: readonly [string, SecretType, Record<string, string>, Record<string, string>][] = [
    [
      'a name and a password, with the colon and the letters that it may have',
      'kubernetes.io/basic-auth',
      { username: 'simpul', password: 'sandi:é' },
      { authorization: `Basic ${Buffer.from('simpul:sandi:é').toString('base64')}` },
    ],
    ['the same in a Secret of our type', own, { username: 'a', password: 'b' }, { authorization: 'Basic YTpi' }],
    ['a token, without the line end of its file', own, { token: 'abc.def\n' }, { authorization: 'Bearer abc.def' }],
    [
      'header fields, their names in lower case',
      own,
      { 'header.X-Client-Id': '36', 'header.x-client-key': 'k' },
      { 'x-client-id': '36', 'x-client-key': 'k' },
    ],
  ];
  for (const [name, type, values, secretHeaders] of good) {
    test(name, () => assert.deepEqual(compiled(type, values), { credential: { secretHeaders } }));
  }

  const bad: readonly [string, Record<string, string>, RegExp][] = [
    ['nothing', { catatan: 'x' }, /holds no credential: give username and password, or token, or header\.<name>/],
    ['two ways at once', { token: 'a', username: 'b' }, /holds more than one credential/],
    ['a colon in the name', { username: 'a:b', password: 'c' }, /colon in username/],
    ['an empty name and password', { username: '', password: '' }, /neither a username nor a password/],
    ['an empty token', { token: '\n' }, /"authorization" that is empty/],
    ['a line break that would begin another field', { 'header.x-a': 'a\r\nx-b: c' }, /"x-a" that is empty, too long/],
    ['a field that the gateway states', { 'header.X-Forwarded-For': '1' }, /"x-forwarded-for", which the gateway/],
    ['a name that is none', { 'header.x_a': 'a' }, /"x_a" that cannot be one/],
    ['too much', { token: 'x'.repeat(8200) }, /too long/],
  ];
  for (const [name, values, message] of bad) {
    test(`refuses ${name}, and shows no value`, () => {
      const problem = compiled(own, values);
      assert.ok(problem !== undefined && 'reason' in problem);
      assert.equal(problem.reason, 'InvalidSecret');
      assert.match(problem.message, message);
    });
  }

  test('a client id and secret for tokens, encoded before they become Basic', () => {
    const oauth2 = { tokenUrl: 'https://sso.example.go.id/token', clientAuthentication: 'Basic' };
    const found = compiled('kubernetes.io/basic-auth', { username: 'a:b', password: 'c d\n' }, { oauth2 });
    const authorization = `Basic ${Buffer.from('a%3Ab:c+d').toString('base64')}`;
    assert.deepEqual(found, { oauth2: { tokenUrl: oauth2.tokenUrl, scopes: [], secretHeaders: { authorization } } });
  });

  test('a bearer token is no client for tokens', () => {
    const problem = compiled(own, { token: 'x' }, { oauth2: { tokenUrl: 'https://sso.example.go.id/token' } });
    assert.ok(problem !== undefined && 'reason' in problem);
    assert.match(problem.message, /must hold username \(the client id\) and password/);
  });
});
