import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { maxDocumentLength } from '#api/openapi/document.ts';
import { buildFetchDocument, DocumentRefused } from './document-fetcher.ts';

const document = 'openapi: 3.1.0';
const sha256 = createHash('sha256').update(document).digest('hex');
const other = createHash('sha256').update('lain').digest('hex');
const latin = Buffer.from([0x6f, 0xe9]);

describe('documents at URLs', () => {
  const asked: string[] = [];
  const answers: Readonly<Record<string, (response: ServerResponse) => void>> = {
    '/ada': (response) => response.end(document),
    '/pindah': (response) => response.writeHead(302, { location: '/ada' }).end(),
    '/besar': (response) => response.end(Buffer.alloc(maxDocumentLength + 1, 'x')),
    '/latin': (response) => response.end(latin),
    '/putus': (response) => response.writeHead(200, { 'content-length': '99' }).write('x', () => response.destroy()),
  };
  const server = createServer(({ url = '' }, response) => {
    asked.push(url);
    const answer = answers[url];
    if (answer === undefined) response.writeHead(404).end();
    else answer(response);
  });
  let port = 0;
  before(async () => {
    await once(server.listen(0, '127.0.0.1'), 'listening');
    ({ port } = server.address() as AddressInfo);
  });
  after(() => server.close());

  const fetchAt = (path: string, digest = sha256, allow = ['127.0.0.0/8'], host = '127.0.0.1'): Promise<string> =>
    buildFetchDocument({ allow, reserved: [] })(
      { url: `http://${host}:${port}${path}`, sha256: digest },
      AbortSignal.timeout(20_000),
    );

  test('the one that is named comes as it is', async () => {
    assert.equal(await fetchAt('/ada'), document);
    assert.equal(await fetchAt('/ada', sha256, ['127.0.0.0/8'], 'localhost'), document);
  });

  const cases = [
    { name: 'another document', path: '/ada', digest: other, says: new RegExp(`SHA-256 is ${sha256}, not ${other}`) },
    { name: 'nothing there', path: '/tidak-ada', says: /answers 404 instead of 200$/ },
    { name: 'a redirect is not followed', path: '/pindah', says: /answers 302 .*redirects are not followed/ },
    { name: 'too large', path: '/besar', says: /more than 4194304 bytes/ },
    {
      name: 'no text',
      path: '/latin',
      digest: createHash('sha256').update(latin).digest('hex'),
      says: /no UTF-8/,
    },
    { name: 'it breaks off', path: '/putus', says: /cannot be fetched \(ECONNRESET\)/ },
  ];
  for (const { name, path, digest, says } of cases) {
    test(`refused: ${name}`, async () => {
      await assert.rejects(fetchAt(path, digest), (error) => {
        assert.ok(error instanceof DocumentRefused);
        assert.match(error.message, says);
        return true;
      });
    });
  }

  test('special addresses are not called, whether they are written or found', async () => {
    asked.length = 0;
    for (const host of ['127.0.0.1', '2130706433', 'localhost']) {
      await assert.rejects(fetchAt('/ada', sha256, [], host), /is not called, because its address/, host);
    }
    const fetch = buildFetchDocument({ allow: [], reserved: ['10.96.0.1'] });
    for (const url of ['http://169.254.169.254/latest', 'https://10.96.0.1/openapi/v3', 'http://[::1]/']) {
      await assert.rejects(fetch({ url, sha256 }, AbortSignal.timeout(5000)), /is not called/, url);
    }
    assert.deepEqual(asked, []);
  });
});
