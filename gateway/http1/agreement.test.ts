import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type ReadAnswer,
  type Reading,
  readAnswer,
  readRequests,
  referenceAnswer,
  referenceRequests,
} from '../testing/http1-readers.ts';

/**
 * Our parser beside llhttp (in node:http) on the same bytes. Ours may refuse what llhttp takes; whatever ours takes,
 * llhttp must read as the same messages.
 */
const runs = { numRuns: Number(process.env['FUZZ_RUNS'] ?? 3000) };

const token = fc.stringMatching(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,12}$/);
const value = fc.stringMatching(/^[!-~]([\t -~\x80-\xff]{0,20}[!-~])?$/);
const target = fc.stringMatching(/^\/[A-Za-z0-9._~%/?=&-]{0,20}$/);
const payload = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes).toString('latin1'));

const extension = fc.oneof(
  fc.constant(''),
  token.map((name) => `;${name}`),
  fc.tuple(token, token).map(([name, text]) => `;${name}=${text}`),
  fc.tuple(token, fc.stringMatching(/^[ -!#-[\]-~]{0,8}$/)).map(([name, text]) => `;${name}="${text}"`),
);

/** Chunks of a body with extensions and trailer fields. */
const chunks = fc
  .tuple(fc.array(fc.tuple(payload, extension), { maxLength: 3 }), fc.array(fc.tuple(token, value), { maxLength: 2 }))
  .map(([pieces, trailers]) => {
    const body = pieces
      .filter(([piece]) => piece !== '')
      .map(([piece, ext]) => `${piece.length.toString(16)}${ext}\r\n${piece}\r\n`);
    return `${body.join('')}0\r\n${trailers.map(([name, text]) => `t-${name}: ${text}\r\n`).join('')}\r\n`;
  });

const framing = fc.oneof(
  fc.constant('\r\n'),
  payload.map((body) => `Content-Length: ${body.length}\r\n\r\n${body}`),
  chunks.map((body) => `Transfer-Encoding: chunked\r\n\r\n${body}`),
);

const fields = fc
  .array(fc.tuple(token, value), { maxLength: 4 })
  .map((all) => all.map(([name, text]) => `x-${name}: ${text}\r\n`).join(''));

const request = fc
  .tuple(fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS', 'PATCH'), target, fields, framing)
  .map(([method, path, lines, end]) => `${method} ${path} HTTP/1.1\r\nHost: a\r\n${lines}${end}`);

const requests = fc.array(request, { minLength: 1, maxLength: 3 }).map((all) => all.join(''));

const answer = fc
  .tuple(
    fc.constantFrom(200, 201, 204, 304, 404, 500),
    fields,
    fc.oneof(
      framing,
      payload.map((body) => `\r\n${body}`),
    ),
  )
  .map(([status, lines, end]) => `HTTP/1.1 ${status} Some Reason\r\n${lines}${end}`);

/**
 * What attackers and broken programs put where it does not belong. Not Upgrade: node:http drops what follows such a
 * request in the same read, although the client may not change the protocol before it is told so (RFC 9110, 7.8).
 */
const oddity = fc.constantFrom(
  ...[
    '\r',
    '\n',
    '\r\n',
    '\r\n\r\n',
    ' ',
    '\t',
    ':',
    ',',
    ';',
    '=',
    '"',
    '\0',
    '\x0b',
    '\x7f',
    '\x80',
    '\xff',
    '0',
    '1',
  ],
  ...[
    '-1',
    '+1',
    '0x1',
    '1e1',
    'chunked',
    'gzip',
    'Content-Length: 3\r\n',
    'Content-Length: 0\r\n',
    'Content-Length:\r\n',
  ],
  ...['Transfer-Encoding: chunked\r\n', 'Transfer-Encoding : chunked\r\n', 'Transfer-Encoding: identity\r\n'],
  ...[
    'Transfer-Encoding:\r\n',
    'Transfer-Encoding:\r\n chunked\r\n',
    'Transfer_Encoding: chunked\r\n',
    'Connection: close\r\n',
    'HTTP/1.0',
    'HTTP/1.2',
  ],
  ...['Expect: 100-continue\r\n', 'Trailer: x\r\n', 'http://b/', '*'],
  ...[
    'GET / HTTP/1.1\r\nHost: b\r\n\r\n',
    'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n',
    'HTTP/1.1 100 Continue\r\n\r\n',
  ],
  ...[
    'FFFFFFFFFFFFFFFF',
    '00000000000000001',
    '5;a\r\n',
    'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    'CONNECT a:1 HTTP/1.1\r\n\r\n',
  ],
);

interface Change {
  /** Where, as a share of the text. */
  readonly at: number;
  /** At the next beginning of a line, where most of what is odd does its harm. */
  readonly atLine: boolean;
  readonly remove: number;
  readonly put: string;
}

const change = fc.record<Change>({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  atLine: fc.boolean(),
  remove: fc.constantFrom(0, 0, 1, 2, 4),
  put: fc.oneof(fc.constant(''), oddity),
});

function changed(text: string, changes: readonly Change[]): string {
  let result = text;
  for (const { at, atLine, remove, put } of changes) {
    const place = Math.floor(at * result.length);
    const from = atLine ? result.indexOf('\n', place) + 1 : place;
    result = result.slice(0, from) + put + result.slice(from + remove);
  }
  return result;
}

const changes = fc.array(change, { minLength: 1, maxLength: 3 });

function pieces(text: string, cut: number): Buffer[] {
  const bytes = Buffer.from(text, 'latin1');
  return [bytes.subarray(0, cut), bytes.subarray(cut)].filter((piece) => piece.length > 0);
}

test('well-formed requests are read as llhttp reads them', async () => {
  await fc.assert(
    fc.asyncProperty(requests, async (text) => {
      const ours = readRequests(pieces(text, 0));
      assert.equal(ours.fault, undefined);
      assert.deepEqual(ours.messages, (await referenceRequests(Buffer.from(text, 'latin1'))).messages);
    }),
    runs,
  );
});

test('whatever is read of broken requests, llhttp reads the same', async () => {
  await fc.assert(
    fc.asyncProperty(requests, changes, async (text, how) => {
      const broken = changed(text, how);
      const ours = readRequests(pieces(broken, 0));
      const reference = await referenceRequests(Buffer.from(broken, 'latin1'));
      assert.deepEqual(ours.messages, reference.messages.slice(0, ours.messages.length), reference.fault);
    }),
    runs,
  );
});

test('requests are read alike wherever they are cut', () => {
  fc.assert(
    fc.property(requests, fc.array(change, { maxLength: 2 }), (text, how) => {
      const broken = changed(text, how);
      const whole = readRequests(pieces(broken, 0));
      for (let cut = 1; cut < broken.length; cut++)
        assert.deepEqual(readRequests(pieces(broken, cut)).messages, whole.messages);
      const bytes = [...Buffer.from(broken, 'latin1')].map((byte) => Buffer.of(byte));
      assert.deepEqual(readRequests(bytes).messages, whole.messages);
    }),
    { numRuns: runs.numRuns / 10 },
  );
});

/** Our parser leaves out what it deals with itself. */
function withoutFraming(reading: Reading<ReadAnswer>): Reading<ReadAnswer> {
  const own = ['content-length', 'transfer-encoding', 'connection', 'keep-alive'];
  const messages = reading.messages.map(({ status, fields: all, body }) => {
    const kept = all.filter((_, i) => !own.includes((all[i - (i % 2)] ?? '').toLowerCase()));
    return { status, fields: kept, body };
  });
  return { ...reading, messages };
}

test('well-formed answers are read as llhttp reads them', async () => {
  await fc.assert(
    fc.asyncProperty(answer, fc.boolean(), async (text, toHead) => {
      const ours = readAnswer(pieces(text, 0), toHead);
      const reference = withoutFraming(await referenceAnswer(Buffer.from(text, 'latin1'), toHead));
      assert.equal(ours.fault, undefined);
      assert.deepEqual(ours.messages, reference.messages);
    }),
    runs,
  );
});

test('whatever is read of broken answers, llhttp reads the same', async () => {
  await fc.assert(
    fc.asyncProperty(answer, changes, fc.boolean(), async (text, how, toHead) => {
      const broken = changed(text, how);
      const ours = readAnswer(pieces(broken, 0), toHead);
      if (ours.messages.length === 0) return;
      const reference = await referenceAnswer(Buffer.from(broken, 'latin1'), toHead);
      assert.deepEqual(ours.messages, withoutFraming(reference).messages, reference.fault);
    }),
    runs,
  );
});

test('answers are read alike wherever they are cut', () => {
  fc.assert(
    fc.property(answer, fc.array(change, { maxLength: 2 }), fc.boolean(), (text, how, toHead) => {
      const broken = changed(text, how);
      const whole = readAnswer(pieces(broken, 0), toHead);
      for (let cut = 1; cut < broken.length; cut++) {
        assert.deepEqual(readAnswer(pieces(broken, cut), toHead).messages, whole.messages);
      }
    }),
    { numRuns: runs.numRuns / 10 },
  );
});
