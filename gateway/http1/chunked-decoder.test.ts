import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ChunkedDecoder } from './chunked-decoder.ts';
import { SyntaxFault } from './syntax.ts';

/** Decodes `text` in pieces of `size` bytes; gives payload, whether it is done, and what was left over. */
function decode(text: string, size: number): { payload: string; isDone: boolean; rest: string } {
  const decoder = new ChunkedDecoder();
  let payload = '';
  let rest = '';
  for (let at = 0; at < text.length; at += size) {
    const bytes = Buffer.from(text.slice(at, at + size), 'latin1');
    const end = decoder.decode(bytes, 0, { onPayload: (piece) => (payload += piece.toString('latin1')) });
    rest += bytes.toString('latin1', end);
  }
  return { payload, isDone: decoder.isDone, rest };
}

const bodies: readonly [name: string, text: string, payload: string][] = [
  ['nothing', '0\r\n\r\n', ''],
  ['two chunks', '5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n', 'hello world'],
  ['sizes in both letters with zeros', '00a\r\n0123456789\r\nB\r\n0123456789a\r\n000\r\n\r\n', '01234567890123456789a'],
  ['line ends as payload', '4\r\n\r\n\r\n\r\n0\r\n\r\n', '\r\n\r\n'],
  ['extensions', '2;a;b=c;d="e;\\"f"\r\nhi\r\n0;last\r\n\r\n', 'hi'],
  ['trailer fields', '2\r\nhi\r\n0\r\nX-Sum: 1\r\nY: 2\r\n\r\n', 'hi'],
];

for (const [name, text, payload] of bodies) {
  test(`decoded however it is cut: ${name}`, () => {
    for (let size = 1; size <= text.length + 3; size++) {
      assert.deepEqual(decode(`${text}GET`, size), { payload, isDone: true, rest: 'GET' }, `in pieces of ${size}`);
    }
  });
}

const refused: readonly [name: string, text: string, message: RegExp][] = [
  ['no size', '\r\nhi\r\n', /hexadecimal/],
  ['a size that is none', 'xyz\r\n', /hexadecimal/],
  ['a signed size', '-1\r\n', /hexadecimal/],
  ['a prefixed size', '0x5\r\nhello\r\n', /hexadecimal/],
  ['a space after the size', '5 \r\nhello\r\n', /hexadecimal/],
  ['a size beyond all', 'FFFFFFFFFFFFFF\r\n', /hexadecimal/],
  ['a bare LF after the size', '5\nhello\r\n', /bare LF/],
  ['a bare LF after a chunk', '5\r\nhello\n0\r\n\r\n', /bare LF|longer than it says/],
  ['a chunk longer than it says', '5\r\nhello!\r\n', /longer than it says/],
  ['an extension that is none', '5; =x\r\nhello\r\n', /hexadecimal/],
  ['an endless size line', `5;${'a'.repeat(300)}\r\n`, /too long/],
  ['too many extensions', `${`1;${'a'.repeat(200)}\r\nx\r\n`.repeat(50)}0\r\n\r\n`, /too many extensions/],
  ['a trailer field that is none', '0\r\nX Y: 1\r\n\r\n', /space|not allowed/],
  ['a folded trailer field', '0\r\nX: 1\r\n 2\r\n\r\n', /folded/],
  ['endless trailer fields', `0\r\n${'X: 1\r\n'.repeat(2000)}\r\n`, /trailer fields are too long/],
];

for (const [name, text, message] of refused) {
  test(`refused however it is cut: ${name}`, () => {
    for (const size of [1, 2, 3, 7, text.length]) {
      assert.throws(
        () => decode(text, size),
        (error) => error instanceof SyntaxFault && message.test(error.message),
        `in pieces of ${size}`,
      );
    }
  });
}

test('one decoder serves one body after the other', () => {
  const decoder = new ChunkedDecoder();
  const sink = { onPayload: () => undefined };
  assert.throws(() => decoder.decode(Buffer.from('5\r\nhello!!'), 0, sink), SyntaxFault);
  decoder.reset();
  assert.equal(decoder.decode(Buffer.from('1\r\nx\r\n0\r\n\r\n'), 0, sink), 11);
  assert.equal(decoder.isDone, true);
});
