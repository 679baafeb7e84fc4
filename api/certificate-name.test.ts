import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { canonicalSubject, certificateName } from './certificate-name.ts';

const same: readonly [text: string, canonical: string][] = [
  ['CN=perizinan,O=Kota Tangerang,C=ID', 'CN=perizinan,O=Kota Tangerang,C=ID'],
  ['cn = perizinan , o=Kota Tangerang,  C=ID', 'CN=perizinan,O=Kota Tangerang,C=ID'],
  ['O=Kota Tangerang\\, Banten', 'O=Kota Tangerang\\, Banten'],
  ['O=Kota Tangerang\\2C Banten', 'O=Kota Tangerang\\, Banten'],
  ['OU=b+CN=a,C=ID', 'CN=a+OU=b,C=ID'],
  ['CN=\\C3\\A9', 'CN=é'],
  ['CN=é', 'CN=é'],
  ['CN=a=b', 'CN=a\\=b'],
  ['CN=\\ a\\ ', 'CN=\\ a\\ '],
  ['CN=a\\0Ab', 'CN=a\\0Ab'],
  ['2.5.4.97=NTRID-1', '2.5.4.97=NTRID-1'],
];
for (const [text, canonical] of same) {
  test(`subject ${text}`, () => assert.equal(canonicalSubject(text), canonical));
}

for (const text of [
  '',
  'CN',
  'CN=',
  'CN=a,',
  'CN=a;O=b',
  'CN=a,,O=b',
  '=a',
  'CN=\\FF',
  'CN=a"',
  'CN=a\\',
  '/CN=a',
  'CN=a/O',
]) {
  const expected = text === 'CN=a/O' ? 'CN=a/O' : undefined;
  test(`no subject, or one of its own: ${text}`, () => assert.equal(canonicalSubject(text), expected));
}

test('what is canonical stays as it is, and names nothing else', () => {
  const value = fc.string({ minLength: 1, unit: 'grapheme' });
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 4 }), (values) => {
      const hex = (text: string) =>
        [...Buffer.from(text)].map((byte) => `\\${byte.toString(16).padStart(2, '0')}`).join('');
      const once = canonicalSubject(values.map((text) => `CN=${hex(text)}`).join(','));
      assert.ok(once !== undefined);
      assert.equal(canonicalSubject(once), once);
      // As many levels as there were values: nothing in one begins another.
      assert.equal(once.replaceAll(/\\./gs, '').split(',').length, values.length);
    }),
  );
});

test('DNS names and addresses have one spelling, all else is compared as it stands', () => {
  assert.equal(certificateName('dns', 'A.Example'), 'dns:a.example');
  assert.equal(certificateName('ip', '2001:DB8:0:0::1'), certificateName('ip', '2001:db8::1'));
  assert.equal(certificateName('ip', '10.0.0.256'), undefined);
  assert.equal(certificateName('uri', 'spiffe://A/b'), 'uri:spiffe://A/b');
  assert.equal(certificateName('email', ''), undefined);
});
