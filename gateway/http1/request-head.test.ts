import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseRequestHead, UnknownCoding, UnknownMethod, UnknownVersion } from './request-head.ts';
import { SyntaxFault } from './syntax.ts';

const get = 'GET / HTTP/1.1\r\nHost: a\r\n';

const lengths: readonly [name: string, fields: string, bodyLength: number][] = [
  ['nothing said', '', 0],
  ['Content-Length', 'Content-Length: 12\r\n', 12],
  ['Content-Length with zeros and blanks', 'content-length: \t0012 \t\r\n', 12],
  ['chunked', 'Transfer-Encoding: chunked\r\n', -1],
  ['chunked in other letters', 'TRANSFER-ENCODING: ChunkeD\r\n', -1],
];

for (const [name, fields, bodyLength] of lengths) {
  test(`the length of a body: ${name}`, () => {
    assert.equal(parseRequestHead(`${get}${fields}\r\n`).bodyLength, bodyLength);
  });
}

const connections: readonly [name: string, text: string, closes: boolean, names: readonly string[]][] = [
  ['nothing said', `${get}\r\n`, false, []],
  ['close', `${get}Connection: Close\r\n\r\n`, true, []],
  ['names and close', `${get}Connection: X-Hop, close\r\n\r\n`, true, ['x-hop', 'close']],
  ['two fields', `${get}Connection: a\r\nConnection: b\r\n\r\n`, false, ['a', 'b']],
  ['HTTP/1.0', 'GET / HTTP/1.0\r\n\r\n', true, []],
  ['CONNECT', 'CONNECT a:1 HTTP/1.1\r\n\r\n', true, []],
];

for (const [name, text, closes, names] of connections) {
  test(`the end of a connection: ${name}`, () => {
    const parsed = parseRequestHead(text);
    assert.deepEqual([parsed.closes, parsed.connectionNames], [closes, names]);
  });
}

const refused: readonly [name: string, text: string, message: RegExp][] = [
  ['one part', 'GET\r\n\r\n', /three parts/],
  ['two parts', 'GET /\r\n\r\n', /three parts/],
  ['two spaces', 'GET  / HTTP/1.1\r\n\r\n', /neither a path/],
  ['a target that is none', 'GET a/b HTTP/1.1\r\n\r\n', /neither a path/],
  ['a URL of another scheme', 'GET ftp://a/ HTTP/1.1\r\n\r\n', /neither a path/],
  ['a URL with a user', 'GET http://a@b/ HTTP/1.1\r\n\r\n', /neither a path/],
  ['a space at the end', 'GET / HTTP/1.1 \r\n\r\n', /version/],
  ['another protocol', 'GET / HTTQ/1.1\r\n\r\n', /version/],
  ['a tab for a space', 'GET\t/ HTTP/1.1\r\nA: b c\r\n\r\n', /three parts|method/],
  ['a control character in the target', 'GET /\x01 HTTP/1.1\r\n\r\n', /control character/],
  ['a byte beyond ASCII in the target', 'GET /\xe9 HTTP/1.1\r\n\r\n', /%XX/],
  ['a method that is no token', 'G@T / HTTP/1.1\r\n\r\n', /method/],
  ['a bare LF in the request line', 'GET / HTTP/1.1\nHost: a\r\n\r\n', /version|three parts/],
  ['a bare LF in a field', `${get}X: 1\nY: 2\r\n\r\n`, /bare LF/],
  ['a bare CR in a field', `${get}X: 1\rY: 2\r\n\r\n`, /bare CR/],
  ['a NUL in a value', `${get}X: \0\r\n\r\n`, /control character/],
  ['a folded line', `${get}X: 1\r\n 2\r\n\r\n`, /folded/],
  ['a space before the colon', `${get}X : 1\r\n\r\n`, /space stands before a colon/],
  ['no colon', `${get}X\r\n\r\n`, /no colon/],
  ['an empty name', `${get}: 1\r\n\r\n`, /not allowed/],
  ['an odd byte in a name', `${get}X\x80: 1\r\n\r\n`, /not allowed/],
  ['length and chunks', `${get}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n`, /both/],
  ['chunks and length', `${get}Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n`, /both/],
  ['two lengths', `${get}Content-Length: 1\r\nContent-Length: 1\r\n\r\n`, /two fields Content-Length/],
  ['a list of lengths', `${get}Content-Length: 1, 1\r\n\r\n`, /not a number/],
  ['a signed length', `${get}Content-Length: +1\r\n\r\n`, /not a number/],
  ['an empty length', `${get}Content-Length:\r\n\r\n`, /not a number/],
  ['a hexadecimal length', `${get}Content-Length: 0x1\r\n\r\n`, /not a number/],
  ['a length beyond all', `${get}Content-Length: 1000000000000000\r\n\r\n`, /not a number/],
  ['an empty coding', `${get}Transfer-Encoding:\r\nContent-Length: 5\r\n\r\n`, /empty/],
  ['an empty coding before chunked', `${get}Transfer-Encoding:\r\nTransfer-Encoding: chunked\r\n\r\n`, /empty/],
  ['many names in Connection', `${get}Connection: ${'a,'.repeat(40)}\r\n\r\n`, /too many/],
  ['chunked twice', `${get}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n`, /only "chunked"/],
  ['chunked and then something', `${get}Transfer-Encoding: chunked, gzip\r\n\r\n`, /last transfer coding/],
  ['chunked in quotes', `${get}Transfer-Encoding: "chunked"\r\n\r\n`, /last transfer coding/],
  ['a vertical tab before chunked', `${get}Transfer-Encoding: \x0bchunked\r\n\r\n`, /control character/],
  ['chunks in HTTP/1.0', 'POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n', /HTTP\/1.0/],
];

for (const [name, text, message] of refused) {
  test(`refused: ${name}`, () => {
    assert.throws(
      () => parseRequestHead(text),
      (error) => {
        assert.ok(error instanceof SyntaxFault);
        assert.match(error.message, message);
        return true;
      },
    );
  });
}

test('what is valid but not served is told apart', () => {
  assert.throws(() => parseRequestHead('BREW / HTTP/1.1\r\n\r\n'), UnknownMethod);
  assert.throws(() => parseRequestHead('GET / HTTP/2.0\r\n\r\n'), UnknownVersion);
  assert.throws(() => parseRequestHead(`${get}Transfer-Encoding: gzip, chunked\r\n\r\n`), UnknownCoding);
});

test('fields come as they were sent, in their order, without the blanks around them', () => {
  const { fields } = parseRequestHead('GET / HTTP/1.1\r\nhOsT:a\r\nX:\r\nX: \t b c\t \r\n\r\n');
  assert.deepEqual(fields, ['hOsT', 'a', 'X', '', 'X', 'b c']);
});
