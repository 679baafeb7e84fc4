import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Scrubber } from './scrub.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

function scrubberOf(...values: readonly string[]): Scrubber {
  const scrubber = new Scrubber();
  scrubber.learn(Object.fromEntries(values.map((value, index) => [`key${index}`, base64(value)])));
  return scrubber;
}

const value = 'kata sandi/"kenari"+7';
const forms = [
  value,
  base64(value),
  base64(value).replace(/=+$/, ''),
  Buffer.from(value).toString('base64url'),
  encodeURIComponent(value),
  JSON.stringify(value),
];
for (const form of forms) {
  test(`finds a value that was copied as ${form}`, () => {
    const clean = scrubberOf(value).scrub(`before ${form} after ${form}`);
    assert.ok(!clean.includes('kenari') && !clean.includes(form), clean);
    assert.match(clean, /^before .*redacted.* after .*redacted/);
  });
}

test('finds each line of a value', () => {
  const clean = scrubberOf('baris pertama\nbaris kedua').scrub('log: baris kedua');
  assert.equal(clean, 'log: [redacted]');
});

test('the longest of values that begin alike', () => {
  assert.equal(scrubberOf('rahasia-1', 'rahasia-1-lanjut').scrub('rahasia-1-lanjut'), '[redacted]');
});

test('leaves short values and public ones alone', () => {
  const scrubber = new Scrubber();
  scrubber.learn({ username: base64('penyelenggara'), pin: base64('1234567') });
  assert.equal(scrubber.scrub('penyelenggara 1234567'), 'penyelenggara 1234567');
});

test('whatever the texts around it, no known value is left', () => {
  const text = fc.string({ maxLength: 30 });
  fc.assert(
    fc.property(text, fc.string({ minLength: 8, maxLength: 20 }), text, (before, secret, after) => {
      const clean = scrubberOf(secret).scrub(before + secret + after);
      assert.ok(!clean.includes(secret) || '[redacted]'.includes(secret));
    }),
  );
});
