import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CompiledSignatureKey } from '#api/compiled/contract.ts';
import { readSignature } from './request-signature.ts';
import { type SignedMessage, signatureBase } from './signature-base.ts';
import { SigningKey } from './signing-key.ts';

/** RFC 9421, B.2: the request of all examples. */
const digest = 'sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:';
const message: SignedMessage = {
  method: 'POST',
  scheme: 'https',
  authority: 'example.com',
  target: '/foo?param=Value&Pet=dog',
  fields: [
    ...['Host', 'example.com', 'Date', 'Tue, 20 Apr 2021 02:07:55 GMT', 'Content-Type', 'application/json'],
    ...['Content-Digest', digest, 'Content-Length', '18'],
  ],
};

const bases: readonly [name: string, input: string, lines: readonly string[]][] = [
  ['B.2.1, minimal', '();created=1618884473;keyid="test-key-rsa-pss";nonce="b3k2pp5k7z-50gnwp.yemd"', []],
  [
    'B.2.2, selective',
    '("@authority" "content-digest" "@query-param";name="Pet");created=1618884473;keyid="test-key-rsa-pss";tag="header-example"',
    ['"@authority": example.com', `"content-digest": ${digest}`, '"@query-param";name="Pet": dog'],
  ],
  [
    'B.2.3, full',
    '("date" "@method" "@path" "@query" "@authority" "content-type" "content-digest" "content-length");created=1618884473;keyid="test-key-rsa-pss"',
    [
      ...['"date": Tue, 20 Apr 2021 02:07:55 GMT', '"@method": POST', '"@path": /foo'],
      ...['"@query": ?param=Value&Pet=dog', '"@authority": example.com', '"content-type": application/json'],
      ...[`"content-digest": ${digest}`, '"content-length": 18'],
    ],
  ],
  [
    '2.2, other derived components',
    '("@target-uri" "@scheme" "@request-target");created=1;keyid="a"',
    [
      '"@target-uri": https://example.com/foo?param=Value&Pet=dog',
      ...['"@scheme": https', '"@request-target": /foo?param=Value&Pet=dog'],
    ],
  ],
];
for (const [name, input, lines] of bases) {
  test(`the base of RFC 9421, ${name}`, () => {
    const read = readSignature(`sig=${input}`, 'sig=:AA==:');
    assert.equal(signatureBase(message, read.input), [...lines, `"@signature-params": ${input}`].join('\n'));
  });
}

const ed25519 = { publicKey: pem('MCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=') };
const p256 = {
  publicKey: pem(
    'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEqIVYZVLCrPZHGHjP17CTW0/+D9Lfw0EkjqF7xB4FivAxzic30tMM4GF+hR6Dxh71Z50VGGdldkkDXZCnTNnoXQ==',
  ),
};
const shared = {
  hmacSecret: 'uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YW4XByzNJjxBdtjUkdJPBtbmHhIDi6pcl8jsasjlTMtDQ==',
};

const signed: readonly [name: string, key: CompiledSignatureKey, input: string, signature: string][] = [
  [
    'B.2.5, hmac-sha256',
    shared,
    '("date" "@authority" "content-type");created=1618884473;keyid="test-shared-secret"',
    'pxcQw6G3AjtMBQjwo8XzkZf/bws5LelbaMk5rGIGtE8=',
  ],
  [
    'B.2.6, ed25519',
    ed25519,
    '("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519"',
    'wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==',
  ],
];
for (const [name, compiled, input, signature] of signed) {
  test(`the signature of RFC 9421, ${name}`, () => {
    const read = readSignature(`sig=${input}`, `sig=:${signature}:`);
    const key = new SigningKey(compiled);
    const base = signatureBase(message, read.input);
    assert.ok(key.verifies(Buffer.from(base), read.signature));
    assert.ok(!key.verifies(Buffer.from(base.replace('POST', 'PUT').replace('json', 'xml')), read.signature));
  });
}

test('the signature of RFC 9421, B.2.4, ecdsa-p256-sha256, which is one of an answer', () => {
  const base = [
    ...['"@status": 200', '"content-type": application/json'],
    '"content-digest": sha-512=:mEWXIS7MaLRuGgxOBdODa3xqM1XdEvxoYhvlCFJ41QJgJc4GTsPp29l5oGX69wWdXymyU0rjJuahq4l5aGgfLQ==:',
    '"content-length": 23',
    '"@signature-params": ("@status" "content-type" "content-digest" "content-length");created=1618884473;keyid="test-key-ecc-p256"',
  ].join('\n');
  const signature = 'wNmSUAhwb5LxtOtOpNa6W5xj067m5hFrj0XQ4fvpaCLx0NKocgPquLgyahnzDnDAUy5eCdlYUEkLIj+32oiasw==';
  assert.ok(new SigningKey(p256).verifies(Buffer.from(base), Buffer.from(signature, 'base64')));
});

const faults: readonly [what: string, components: string, reason: RegExp][] = [
  ['a component twice', '"date" "date"', /covers "date" twice/],
  ['a field that is not there', '"x-missing"', /does not have/],
  ['a component of answers', '"@status"', /requests do not have/],
  ['a name of the prototype', '"@constructor"', /requests do not have/],
  ['a field of the related request', '"date";req', /parameters that are not known/],
  ['a token as a name', 'date', /whose name is no text/],
  ['a query parameter without name', '"@query-param"', /without name/],
  ['a query parameter that is not there', '"@query-param";name="x"', /not there/],
];
for (const [what, components, reason] of faults) {
  test(`no base covers ${what}`, () => {
    const read = readSignature(`sig=(${components});created=1;keyid="a"`, 'sig=:AA==:');
    assert.throws(() => signatureBase(message, read.input), reason);
  });
}

test('a query parameter that stands twice cannot be covered', () => {
  const read = readSignature('sig=("@query-param";name="a");created=1;keyid="a"', 'sig=:AA==:');
  assert.throws(() => signatureBase({ ...message, target: '/?a=1&a=2' }, read.input), /more than once/);
});

const unreadable: readonly [what: string, input: string, signature: string, reason: RegExp][] = [
  ['no dictionary', '(', 'sig=:AA==:', /no dictionary/],
  ['no signature', 'sig=();created=1;keyid="a"', '', /must be one/],
  ['two of them', 'a=();created=1;keyid="a", b=();created=1;keyid="a"', 'a=:AA==:', /must be one/],
  ['another label', 'a=();created=1;keyid="a"', 'b=:AA==:', /no bytes under its label/],
  ['no keyid', 'a=();created=1', 'a=:AA==:', /names no key/],
  ['no created', 'a=();keyid="a"', 'a=:AA==:', /when it was made/],
  ['an item', 'a=1', 'a=:AA==:', /what it covers/],
  ['a text as signature', 'a=();created=1;keyid="a"', 'a="x"', /no bytes/],
];
for (const [what, input, signature, reason] of unreadable) {
  test(`a signature with ${what} cannot be read`, () => assert.throws(() => readSignature(input, signature), reason));
}

function pem(base64: string): string {
  return `-----BEGIN PUBLIC KEY-----\n${base64}\n-----END PUBLIC KEY-----\n`;
}
