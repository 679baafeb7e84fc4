import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { anApi, aTenant } from '#gateway/testing/compiled.ts';
import { sendRaw } from '#gateway/testing/raw-client.ts';
import { aBackend, aRawBackend, backendAt, type TestBackend } from '#gateway/testing/test-backend.ts';
import { aRunningGateway, call, codeOf, type TestGateway } from '#gateway/testing/test-gateway.ts';
import { type NginxServer, startNginx } from './nginx-server.ts';

/*
 * Request smuggling: bytes that the gateway reads as one request and a backend as two, or the other way round. Every case
 * is sent as it stands to a gateway with two real backends behind, nginx and node:http. What holds in each case:
 *   - the gateway gives as many answers as it says here, and the backend saw exactly the requests that it says here;
 *   - the callers who come next over the same backend connections get their own answers.
 */

interface Case {
  readonly name: string;
  /** Fields and body behind `POST <base>/a HTTP/1.1`, `Host`; or a whole head when it begins with a capital method. */
  readonly bytes: string;
  /** Statuses of the answers, in order. */
  readonly answers: readonly number[];
  /** Paths that the backend is asked for, beside those of the callers that come next. */
  readonly seen?: readonly string[];
}

const smuggled = 'GET /smuggled HTTP/1.1\r\nHost: a\r\nX: ';
const chunkedSmuggled = `0\r\n\r\n${smuggled}`;

/** Codings that end with one chunked: framed well, but we know no other coding (RFC 9112, 6.1). */
const understood = new Set([
  'Transfer-Encoding: x\r\nTransfer-Encoding: chunked',
  'Transfer-Encoding: chunked, chunked',
  'Transfer-Encoding: identity, chunked',
]);

const framing: readonly Case[] = [
  {
    name: 'CL.TE: Content-Length beside Transfer-Encoding',
    bytes: `Content-Length: ${chunkedSmuggled.length}\r\nTransfer-Encoding: chunked\r\n\r\n${chunkedSmuggled}`,
    answers: [400],
  },
  {
    name: 'TE.CL: Transfer-Encoding beside Content-Length',
    bytes: `Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n2e\r\n${smuggled}\r\n0\r\n\r\n`,
    answers: [400],
  },
  ...[
    'Transfer-Encoding: xchunked',
    'Transfer-Encoding : chunked',
    'Transfer-Encoding: chunked\r\nTransfer-Encoding: x',
    'Transfer-Encoding: x\r\nTransfer-Encoding: chunked',
    'Transfer-Encoding: chunked, chunked',
    'Transfer-Encoding: chunked, identity',
    'Transfer-Encoding: identity, chunked',
    'Transfer-Encoding: "chunked"',
    'Transfer-Encoding: \x0bchunked',
    'Transfer-Encoding:\r\n chunked',
    'Transfer-Encoding\r\n: chunked',
    'X: x\nTransfer-Encoding: chunked',
    'X: x\rTransfer-Encoding: chunked',
    ' Transfer-Encoding: chunked',
    'Transfer\x00-Encoding: chunked',
    'Transfer-Encoding: chunked\x00',
    'Transfer-Encoding:',
  ].map((field) => ({
    name: `TE.TE: ${JSON.stringify(field)}`,
    bytes: `${field}\r\n\r\n${chunkedSmuggled}`,
    answers: [understood.has(field) ? 501 : 400],
  })),
  ...['5, 5', '+5', '-5', '0x5', '5 5', '5,', '', '5\x00', '99999999999999999999', '5;a', '٥', '1e1'].map((length) => ({
    name: `Content-Length ${JSON.stringify(length)}`,
    bytes: `Content-Length: ${length}\r\n\r\nhello${smuggled}`,
    answers: [400],
  })),
  {
    name: 'two different Content-Lengths',
    bytes: `Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!${smuggled}`,
    answers: [400],
  },
  {
    name: 'two equal Content-Lengths',
    bytes: `Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello`,
    answers: [400],
  },
  {
    name: 'a body behind GET stays a body',
    bytes: `GET /banten/situs/v1/g HTTP/1.1\r\nHost: a\r\nContent-Length: ${smuggled.length}\r\n\r\n${smuggled}`,
    answers: [200],
    seen: ['/g'],
  },
  {
    name: 'Content-Length named by Connection is no field of one hop',
    bytes: `Connection: Content-Length\r\nContent-Length: ${smuggled.length}\r\n\r\n${smuggled}`,
    answers: [200],
    seen: ['/a'],
  },
  {
    name: 'Transfer-Encoding named by Connection is no field of one hop',
    bytes: 'Connection: Transfer-Encoding\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n',
    answers: [200],
    seen: ['/a'],
  },
];

const chunk = (body: string) => `Transfer-Encoding: chunked\r\n\r\n${body}`;

const chunks: readonly Case[] = [
  ...[
    '10000000000000005\r\nhello\r\n0\r\n\r\n',
    'ffffffffffffffff\r\nhello\r\n0\r\n\r\n',
    '+5\r\nhello\r\n0\r\n\r\n',
    '-5\r\nhello\r\n0\r\n\r\n',
    '0x5\r\nhello\r\n0\r\n\r\n',
    ' 5\r\nhello\r\n0\r\n\r\n',
    '5 5\r\nhello\r\n0\r\n\r\n',
    '5_5\r\nhello\r\n0\r\n\r\n',
    '\r\nhello\r\n0\r\n\r\n',
    '5\nhello\r\n0\r\n\r\n',
    '5\rhello\r\n0\r\n\r\n',
    '5;a\nb\r\nhello\r\n0\r\n\r\n',
    '5;a\rb\r\nhello\r\n0\r\n\r\n',
    '5;a\x00\r\nhello\r\n0\r\n\r\n',
    `5;${'a'.repeat(300)}\r\nhello\r\n0\r\n\r\n`,
    `5;${'a'.repeat(70_000)}\r\nhello\r\n0\r\n\r\n`,
    '5\r\nhelloX\r\n0\r\n\r\n',
    '5\r\nhello\n0\r\n\r\n',
    '5\r\nhello0\r\n\r\n',
    '5\r\nhello\r\n0\r\nX: a\nY: b\r\n\r\n',
    '5\r\nhello\r\n0\r\nX : a\r\n\r\n',
    '5\r\nhello\r\n0\r\n folded\r\n\r\n',
    '0\r\nContent-Length: 5\r\n\r\nhello',
    '0\r\ntransfer-encoding: chunked\r\n\r\n',
  ].map((body) => ({
    name: `chunks ${JSON.stringify(body.slice(0, 40))}`,
    bytes: chunk(body),
    answers: [400],
  })),
  {
    name: 'an extension is read and dropped',
    bytes: chunk('5;name="a;b"\r\nhello\r\n0;last\r\n\r\n'),
    answers: [200],
    seen: ['/a'],
  },
  {
    name: 'other trailer fields are dropped',
    bytes: chunk('5\r\nhello\r\n0\r\nHost: evil\r\nX-Api-Key: evil\r\n\r\n'),
    answers: [200],
    seen: ['/a'],
  },
  {
    name: 'what follows the last chunk is the next request, and it stands alone',
    bytes: `${chunk('0\r\n\r\n')}GET /banten/situs/v1/next HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`,
    answers: [200, 200],
    seen: ['/a', '/next'],
  },
];

const heads: readonly Case[] = [
  ...[
    'X\x00: a',
    'X\x7f: a',
    'X y: a',
    'X\t: a',
    'Xé: a',
    'X(: a',
    ': a',
    'X',
    'X: a\x00b',
    'X: a\x01b',
    'X: a\x7fb',
    'X: a\rb',
    'X: a\nb: c',
    'X: a\r\n b',
    'X: a\r\n\tb',
  ].map((field) => ({
    name: `the field ${JSON.stringify(field)}`,
    bytes: `${field}\r\nContent-Length: 0\r\n\r\n`,
    answers: [400],
  })),
  ...[
    'POST  /banten/situs/v1/a HTTP/1.1',
    'POST /banten/situs/v1/a  HTTP/1.1',
    'POST /banten/situs/v1/a b HTTP/1.1',
    'POST\t/banten/situs/v1/a HTTP/1.1',
    'POST /banten/situs/v1/a HTTP/1.1 ',
    'POST /banten/situs/v1/a HTTP/01.1',
    'POST /banten/situs/v1/a http/1.1',
    'POST /banten/situs/v1/a\x00 HTTP/1.1',
    'POST /banten/situs/v1/\xe9 HTTP/1.1',
    'POST banten HTTP/1.1',
    'POST * HTTP/1.1',
    'POST a:80 HTTP/1.1',
    'P(ST /banten/situs/v1/a HTTP/1.1',
  ].map((line) => ({
    name: `the request line ${JSON.stringify(line)}`,
    bytes: `${line}\r\nHost: a\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
    answers: [400],
  })),
  {
    name: 'absolute-form: its host counts, not the Host field',
    bytes: 'GET http://other/banten/situs/v1/abs HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
    answers: [200],
    seen: ['/abs'],
  },
  {
    name: 'absolute-form with user information',
    bytes: 'GET http://a@other/banten/situs/v1/abs HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
    answers: [400],
  },
  {
    name: 'two Hosts',
    bytes: 'GET /banten/situs/v1/a HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n',
    answers: [400],
  },
  {
    name: 'no Host',
    bytes: 'GET /banten/situs/v1/a HTTP/1.1\r\nConnection: close\r\n\r\n',
    answers: [400],
  },
  {
    name: 'a fragment in the target',
    bytes: 'GET /banten/situs/v1/a#b HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
    answers: [400],
  },
  {
    name: 'a path that leaves the API',
    bytes: 'GET /banten/situs/v1/../../admin HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
    answers: [400],
  },
  {
    name: 'a path that leaves the API in disguise',
    bytes: 'GET /banten/situs/v1/%2e%2e%2f%2e%2e/admin HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
    answers: [400],
  },
  {
    name: 'an upgrade to HTTP/2 is no tunnel',
    bytes:
      'GET /banten/situs/v1/h2c HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n\r\n',
    answers: [200],
    seen: ['/h2c'],
  },
];

/** Callers that come next. */
const victims = ['/victim-0', '/victim-1', '/victim-2', '/victim-3'];

const cases = [...framing, ...chunks, ...heads];

function rawRequest({ bytes }: Case): string {
  if (/^(POST|GET|P\()[ \t]/.test(bytes)) return bytes;
  return `POST /banten/situs/v1/a HTTP/1.1\r\nHost: a\r\n${bytes}`;
}

/** Statuses in `text`; the bodies of our backends hold none. */
function statuses(text: string): number[] {
  return [...text.matchAll(/HTTP\/1\.1 (\d{3}) [A-Z]/g)].map(([, status]) => Number(status));
}

for (const kind of ['nginx', 'node:http'] as const) {
  describe(`smuggling, ${kind} behind`, () => {
    const stack = new AsyncDisposableStack();
    let gw: TestGateway;
    /** Paths that the backend was asked for since the last call of this, up to the last victim. */
    let newPaths: () => Promise<string[]>;

    before(async () => {
      const backend = stack.use(kind === 'nginx' ? await startNginx() : await anEcho());
      gw = stack.use(
        await aRunningGateway([aTenant(), anApi({ backend: backendAt(backend.url) })], {
          transport: { idleTimeoutMs: 300, headTimeoutMs: 300, keepAliveMs: 200 },
        }),
      );
      newPaths = since(() => pathsOf(backend));
    });
    after(() => stack.disposeAsync());

    for (const each of cases) {
      test(each.name, async () => {
        const text = await sendRaw(gw.port, rawRequest(each));
        assert.deepEqual(statuses(text), each.answers);
        for (const victim of victims) {
          assert.equal((await call(gw.port, `/banten/situs/v1${victim}`)).text, `<GET ${victim}>`);
        }
        assert.deepEqual(await newPaths(), [...(each.seen ?? []), ...victims]);
      });
    }
  });
}

function anEcho(): Promise<TestBackend> {
  return aBackend((request, response) => {
    request.on('error', () => undefined).resume();
    request.on('end', () => response.end(`<${request.method} ${request.url}>`));
  });
}

async function pathsOf(backend: TestBackend | NginxServer): Promise<string[]> {
  if (typeof backend.requests !== 'function') return backend.requests.map(({ url = '' }) => url);
  return (await backend.requests()).map((line) => line.split(' ')[1] ?? '');
}

/** Gives what `all` has more than at the last call, once the last victim is there: nginx logs a moment after it answers. */
function since(all: () => Promise<string[]>): () => Promise<string[]> {
  let known = 0;
  return async () => {
    const deadline = Date.now() + 5000;
    for (;;) {
      const paths = await all();
      const news = paths.slice(known);
      if (news.at(-1) === victims.at(-1) || Date.now() > deadline) {
        known = paths.length;
        return news;
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
}

// A hostile backend.

const hostile: readonly { readonly name: string; readonly answer: string }[] = [
  { name: 'a bare LF in a field', answer: 'HTTP/1.1 200 OK\r\nX: a\nSet-Cookie: evil=1\r\nContent-Length: 0\r\n\r\n' },
  { name: 'a bare CR in a field', answer: 'HTTP/1.1 200 OK\r\nX: a\rSet-Cookie: evil=1\r\nContent-Length: 0\r\n\r\n' },
  { name: 'a folded field', answer: 'HTTP/1.1 200 OK\r\nX: a\r\n evil\r\nContent-Length: 0\r\n\r\n' },
  { name: 'a blank before the colon', answer: 'HTTP/1.1 200 OK\r\nContent-Length : 0\r\n\r\n' },
  { name: 'two lengths', answer: 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\nContent-Length: 5\r\n\r\nhello' },
  {
    name: 'a length beside chunks',
    answer: 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  },
  { name: 'an unknown coding', answer: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n' },
  { name: 'a NUL in a field', answer: 'HTTP/1.1 200 OK\r\nX: \x00\r\nContent-Length: 0\r\n\r\n' },
  { name: 'a control character in the reason', answer: 'HTTP/1.1 200 O\x01K\r\nContent-Length: 0\r\n\r\n' },
  { name: 'a status of two digits', answer: 'HTTP/1.1 20 OK\r\nContent-Length: 0\r\n\r\n' },
  { name: 'another protocol', answer: 'SSH-2.0-OpenSSH_9.2\r\n\r\n' },
  { name: 'a head without end', answer: `HTTP/1.1 200 OK\r\nX: ${'a'.repeat(200_000)}` },
  { name: 'fields without end', answer: `HTTP/1.1 200 OK\r\n${'X: a\r\n'.repeat(100_000)}\r\n` },
  { name: 'interim answers without end', answer: 'HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(100_000) },
  { name: 'a protocol that nobody asked for', answer: 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n' },
];

describe('a hostile backend', () => {
  for (const { name, answer } of hostile) {
    test(`${name}: 502, and none of it reaches the caller`, async () => {
      await using backend = await aRawBackend((socket) => socket.write(answer, 'latin1'));
      await using gw = await aRunningGateway([aTenant(), anApi({ backend: backendAt(backend.url) })]);
      const got = await call(gw.port, '/banten/situs/v1/a');
      assert.equal(got.status, 502);
      assert.equal(codeOf(got), 'GW_BACKEND_PROTOCOL');
      assert.equal(got.headers['set-cookie'], undefined);
    });
  }

  test('a second answer in the same bytes is given to nobody', async () => {
    const one = (text: string) => `HTTP/1.1 200 OK\r\nContent-Length: ${text.length}\r\n\r\n${text}`;
    await using backend = await aRawBackend((socket, head) => {
      const path = head.split(' ')[1] ?? '';
      socket.write(one(path) + one('poison'));
    });
    await using gw = await aRunningGateway([aTenant(), anApi({ backend: backendAt(backend.url) })]);
    for (let i = 0; i < 20; i++) assert.equal((await call(gw.port, `/banten/situs/v1/${i}`)).text, `/${i}`);
  });
});
