import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { normalizePath } from './path.ts';

const accepted: readonly [name: string, raw: string, normal: string][] = [
  ['the root', '/', '/'],
  ['plain segments', '/banten/situs/v1', '/banten/situs/v1'],
  ['a trailing slash', '/a/', '/a/'],
  ['unreserved characters, decoded', '/%41%7e%2d%2E%5f', '/A~-._'],
  ['other escapes, in upper case', '/a%c3%a9%20b%3a', '/a%C3%A9%20b%3A'],
  ['all that RFC 3986 allows raw', "/:@!$&'()*+,;=-._~", "/:@!$&'()*+,;=-._~"],
  ['dots that are no dot segment', '/..a/.b/c./...', '/..a/.b/c./...'],
  ['a percent sign by itself', '/100%25', '/100%25'],
  ['characters of any script', '/%E0%A4%85', '/%E0%A4%85'],
];

for (const [name, raw, normal] of accepted) {
  test(`normalised: ${name}`, () => assert.deepEqual(normalizePath(raw), { ok: true, path: normal }));
}

const refused: readonly [name: string, raw: string, reason: RegExp][] = [
  ['nothing', '', /slash/],
  ['no leading slash', 'a/b', /slash/],
  ['an empty segment', '/a//b', /empty segment/],
  ['a dot segment', '/a/./b', /dot segment/],
  ['a climbing segment', '/a/../b', /dot segment/],
  ['a climbing segment at the end', '/a/..', /dot segment/],
  ['an escaped one', '/a/%2e%2E/b', /dot segment/],
  ['a half escaped one', '/a/.%2e', /dot segment/],
  ['one with parameters', '/a/..;x=1/b', /dot segment/],
  ['one encoded twice', '/a/%252e%252e/b', /encoded twice/],
  ['an escape made of escapes', '/a/%25%32%65', /encoded twice/],
  ['an escaped slash', '/a%2Fb', /escaped slash/],
  ['an escaped backslash', '/a%5cb', /escaped slash/],
  ['an escaped null', '/a%00', /control/],
  ['an escaped line feed', '/a%0A', /control/],
  ['an escaped delete', '/a%7F', /control/],
  ['a raw backslash', '/a\\b', /backslash/],
  ['a raw space', '/a b', /space/],
  ['a raw byte beyond ASCII', '/caf\u00e9', /not ASCII/],
  ['a raw bracket', '/a[0]', /must be sent as/],
  ['a fragment', '/a#b', /must be sent as/],
  ['a bad escape', '/a%2', /two hexadecimal/],
  ['a bad escape at the end', '/a%', /two hexadecimal/],
  ['bytes that are not UTF-8', '/%FF', /not UTF-8/],
  ['an overlong form', '/%C0%AE', /not UTF-8/],
  ['a surrogate', '/%ED%A0%80', /not UTF-8/],
  ['a slash in disguise', '/a%EF%BC%8Fb', /folds to a separator/],
  ['dots in disguise', '/a/%EF%BC%8E%EF%BC%8E/b', /dot segment/],
  ['a two-dot leader', '/a/%E2%80%A5', /dot segment/],
  ['too much', `/${'a'.repeat(9000)}`, /longer/],
];

for (const [name, raw, reason] of refused) {
  test(`refused: ${name}`, () => {
    const normal = normalizePath(raw);
    assert.equal(normal.ok, false, JSON.stringify(normal));
    assert.match(normal.reason, reason);
  });
}

const piece = fc.oneof(
  fc.constantFrom(
    '/',
    '.',
    '..',
    '%2e',
    '%2E',
    '%2f',
    '%5c',
    '%25',
    '%32',
    '%65',
    ';',
    '\\',
    'a',
    '%',
    '%c3%a9',
    '%ef%bc%8e',
  ),
  fc.string({ minLength: 1, maxLength: 3, unit: 'binary-ascii' }),
  fc.nat(255).map((byte) => `%${byte.toString(16).padStart(2, '0')}`),
);
const anyPath = fc.array(piece, { maxLength: 12 }).map((pieces) => `/${pieces.join('')}`);

test('normalising twice is normalising once', () => {
  fc.assert(
    fc.property(anyPath, (raw) => {
      const once = normalizePath(raw);
      if (once.ok) assert.deepEqual(normalizePath(once.path), once);
    }),
    { numRuns: 20_000 },
  );
});

test('nothing that passes can climb, however often and leniently a backend decodes', () => {
  fc.assert(
    fc.property(anyPath, (raw) => {
      const normal = normalizePath(raw);
      if (!normal.ok) return;
      for (let text = normal.path, i = 0; i < 3; i++, text = lenientDecode(text)) {
        for (const segment of text.split(/[/\\]/)) {
          const name = segment.split(';')[0];
          assert.ok(name !== '.' && name !== '..', `${raw} -> ${text}`);
        }
      }
    }),
    { numRuns: 20_000 },
  );
});

test('a path means the same before and after, by RFC 3986', () => {
  fc.assert(
    fc.property(anyPath, (raw) => {
      const normal = normalizePath(raw);
      if (normal.ok) assert.equal(decodeURIComponent(normal.path), decodeURIComponent(raw));
    }),
  );
});

function lenientDecode(text: string): string {
  return text.replace(/%([0-9A-Fa-f]{2})/g, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
