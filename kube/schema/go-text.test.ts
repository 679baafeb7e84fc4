import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { goFloat, goJson, goNumber, goQuote } from './go-text.ts';

suite('text as Go prints it', () => {
  const quoted: [string, string][] = [
    ['a"b\\c', String.raw`"a\"b\\c"`],
    ['\u0000\u0007\b\t\n\v\f\r\u001b\u007f', String.raw`"\x00\a\b\t\n\v\f\r\x1b\x7f"`],
    ['é🙂 ', '"é🙂 "'],
    ['\u00a0\u200b\u2028\u{e0001}', String.raw`"\u00a0\u200b\u2028\U000e0001"`],
  ];
  for (const [text, expected] of quoted) test(expected, () => assert.equal(goQuote(text), expected));

  test('JSON has sorted members and escaped HTML', () => {
    assert.equal(
      goJson({ b: [1, null, true], a: '<&>\u2028' }),
      String.raw`{"a":"\u003c\u0026\u003e\u2028","b":[1,null,true]}`,
    );
  });

  const floats: [number, string][] = [
    [1.5, '1.5'],
    [1e-7, '1e-07'],
    [1e21, '1e+21'],
    [1e6, '1e+06'],
    [123456.5, '123456.5'],
    [1234567.5, '1.2345675e+06'],
    [0.0001, '0.0001'],
    [-2.5e-10, '-2.5e-10'],
    [1.25e100, '1.25e+100'],
  ];
  for (const [value, expected] of floats) test(expected, () => assert.equal(goFloat(value), expected));

  test('whole numbers are written out', () => assert.equal(goNumber(1_000_000_000_000), '1000000000000'));
});
