import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { CompiledApiService } from '#api/compiled/contract.ts';
import type { CompiledDefinition } from '#api/compiled/definition.ts';
import { readDefinition } from '#api/openapi/read-definition.ts';
import { anApi, aTenant } from './testing/compiled.ts';
import { aBackend, aRawBackend, backendAt } from './testing/test-backend.ts';
import { aRunningGateway, call, codeOf, type TestAnswer, type TestGateway } from './testing/test-gateway.ts';

const definition = read(readFileSync(new URL('../api/openapi/testdata/penduduk.yaml', import.meta.url), 'utf8'));

function read(text: string): CompiledDefinition {
  const verdict = readDefinition(text);
  assert.ok(verdict.ok);
  return verdict.definition;
}

type Use = Partial<NonNullable<CompiledApiService['definition']>>;

/** A gateway before a backend that answers as the test says. */
async function scene(use: Use, answer: Answer = { status: 204 }) {
  const bodies: string[] = [];
  const backend = await aBackend((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      bodies.push(Buffer.concat(pieces).toString());
      const { status, type, body = '', encoding } = answer;
      const fields = { ...(type && { 'content-type': type }), ...(encoding && { 'content-encoding': encoding }) };
      response.writeHead(status, fields).end(body);
    });
  });
  const api = anApi({
    backend: backendAt(backend.url),
    definition: { id: definition.id, requests: 'None', responses: 'None', ...use },
  });
  const gateway = await aRunningGateway([aTenant(), definition, api]);
  return {
    gateway,
    bodies,
    get: (path: string, headers: Record<string, string> = {}) => {
      return call(gateway.port, `/banten/situs/v1${path}`, { headers: { 'x-instansi': '36', ...headers } });
    },
    post: (body: string | Buffer, headers: Record<string, string> = { 'content-type': 'application/json' }) => {
      return call(gateway.port, '/banten/situs/v1/penduduk', { method: 'POST', headers, body });
    },
    [Symbol.asyncDispose]: async () => {
      await gateway[Symbol.asyncDispose]();
      await backend[Symbol.asyncDispose]();
    },
  };
}

interface Answer {
  readonly status: number;
  readonly type?: string;
  readonly body?: string | Buffer;
  readonly encoding?: string;
}

function errorsOf(answer: TestAnswer): unknown {
  return (JSON.parse(answer.text) as { errors?: unknown }).errors;
}

const nik = '3671234567890001';
const siti = { nik, nama: 'Siti Aminah' };

describe('requests are enforced', () => {
  test('a right call passes with its body as it came', async () => {
    await using s = await scene({ requests: 'Enforce' });
    assert.equal((await s.get(`/nik/${nik}?kolom=nama,alamat`)).status, 204);
    const spaced = `  ${JSON.stringify(siti)}\n`;
    assert.equal((await s.post(spaced)).status, 204);
    assert.equal((await s.post(spaced, { 'content-type': 'Application/JSON; charset=UTF-8' })).status, 204);
  });

  test('a body where the operation takes none is refused', async () => {
    await using s = await scene({ requests: 'Enforce' });
    const headers = { 'x-instansi': '36', 'content-type': 'application/json', 'content-length': '2' };
    const answer = await call(s.gateway.port, `/banten/situs/v1/nik/${nik}`, { headers, body: '{}' });
    assert.deepEqual([answer.status, codeOf(answer)], [400, 'GW_REQUEST_INVALID']);
    assert.deepEqual(errorsOf(answer), [{ pointer: '', message: 'this operation takes no body' }]);
    assert.equal(s.bodies.length, 0);
  });

  test('all faults of parameters are told, without what was sent', async () => {
    await using s = await scene({ requests: 'Enforce' });
    const answer = await s.get('/nik/rahasia?kolom=rahasia', { 'x-instansi': 'rahasia' });
    assert.deepEqual([answer.status, codeOf(answer)], [400, 'GW_REQUEST_INVALID']);
    assert.deepEqual(errorsOf(answer), [
      { parameter: 'path nik', message: 'must match pattern "^\\d{16}$"' },
      { parameter: 'query kolom/0', message: 'must be one of "nama", "alamat"' },
      { parameter: 'header x-instansi', message: 'must be integer' },
    ]);
    assert.ok(!answer.text.includes('rahasia'));
    assert.equal(s.bodies.length, 0);
  });

  const wrong: readonly { name: string; body: string | Buffer; errors: unknown }[] = [
    {
      name: 'a wrong member',
      body: '{"nik":"1","nama":""}',
      errors: [
        { pointer: '/nama', message: 'must NOT have fewer than 1 characters' },
        { pointer: '/nik', message: 'must match pattern "^\\d{16}$"' },
      ],
    },
    { name: 'no JSON', body: '{', errors: [{ pointer: '', message: 'must be JSON: not JSON' }] },
    {
      name: 'a name twice',
      body: `{"nik":"${nik}","nama":"a","nama":"b"}`,
      errors: [{ pointer: '', message: 'must be JSON: a name stands twice in an object' }],
    },
    {
      name: 'deep nesting',
      body: '['.repeat(100_000),
      errors: [{ pointer: '', message: 'must be JSON: nested too deeply' }],
    },
    {
      name: 'bytes that are not UTF-8',
      body: Buffer.from([0x22, 0xff, 0x22]),
      errors: [{ pointer: '', message: 'must be UTF-8' }],
    },
    { name: 'no body', body: '', errors: [{ pointer: '', message: 'a body is required' }] },
  ];
  for (const { name, body, errors } of wrong) {
    test(`refused: ${name}`, async () => {
      await using s = await scene({ requests: 'Enforce' });
      const answer = await s.post(body);
      assert.deepEqual([answer.status, errorsOf(answer)], [400, errors]);
      assert.equal(s.bodies.length, 0);
    });
  }

  test('other media types, charsets and encodings are refused with those that are taken', async () => {
    await using s = await scene({ requests: 'Enforce' });
    const json = JSON.stringify(siti);
    const others: [string | Buffer, Record<string, string>][] = [
      [json, { 'content-type': 'text/xml' }],
      [json, {}],
      [json, { 'content-type': 'application/json; charset=utf-16' }],
      [gzipSync(json), { 'content-type': 'application/json', 'content-encoding': 'gzip' }],
    ];
    for (const [body, headers] of others) {
      const answer = await s.post(body, headers);
      assert.deepEqual([answer.status, codeOf(answer)], [415, 'GW_MEDIA_TYPE_NOT_SUPPORTED']);
      assert.equal(answer.headers['accept'], 'application/json');
    }
  });

  test('what the definition does not have is not there', async () => {
    await using s = await scene({ requests: 'Enforce' });
    assert.equal(codeOf(await s.get('/lain')), 'GW_OPERATION_NOT_FOUND');
    const answer = await s.get('/penduduk');
    assert.deepEqual([answer.status, answer.headers['allow']], [405, 'POST']);
  });

  test('a body in chunks is read, and one that is too large is refused', async () => {
    await using s = await scene({ requests: 'Enforce' });
    const chunked = { 'content-type': 'application/json', 'transfer-encoding': 'chunked' };
    assert.equal((await s.post(JSON.stringify(siti), chunked)).status, 204);
    const large = JSON.stringify({ ...siti, nama: 'a'.repeat(5 * 1024 * 1024) });
    assert.equal((await s.post(large)).status, 413);
  });
});

test('requests that are reported pass, and are counted and logged without what was sent', async () => {
  await using s = await scene({ requests: 'Report' });
  assert.equal((await s.post('{"nik":"rahasia"}')).status, 204);
  assert.equal((await s.get('/lain')).status, 204);
  await s.gateway.logged(2);
  const [first, second] = s.gateway.calls;
  assert.equal(first?.['invalid'], 'request: body #/required');
  assert.equal(second?.['invalid'], 'request: path is not in the definition');
  assert.equal(await failures(s.gateway, 'request'), 2);
  assert.deepEqual(s.bodies, ['{"nik":"rahasia"}', '']);
});

describe('answers', () => {
  const good = JSON.stringify({ id: 1, ...siti });
  const cases: readonly { name: string; answer: Answer; valid: boolean }[] = [
    { name: 'as described', answer: { status: 200, type: 'application/json', body: good }, valid: true },
    {
      name: 'as described, packed',
      answer: { status: 200, type: 'application/json', body: gzipSync(good), encoding: 'gzip' },
      valid: true,
    },
    { name: 'an error that is not described', answer: { status: 503, type: 'text/html', body: 'x' }, valid: true },
    { name: 'a status that describes no body', answer: { status: 404, type: 'text/html', body: 'x' }, valid: true },
    {
      name: 'a member that only answers need',
      answer: { status: 200, type: 'application/json', body: JSON.stringify(siti) },
      valid: false,
    },
    {
      name: 'a wrong member, packed',
      answer: { status: 200, type: 'application/json', body: gzipSync('{}'), encoding: 'gzip' },
      valid: false,
    },
    { name: 'another media type', answer: { status: 200, type: 'text/html', body: '<p>' }, valid: false },
    { name: 'another status', answer: { status: 206, type: 'application/json', body: good }, valid: false },
    { name: 'half of JSON', answer: { status: 200, type: 'application/json', body: '{"id":1' }, valid: false },
  ];
  for (const { name, answer, valid } of cases) {
    test(`${name}: ${valid ? 'passes' : 'is replaced when enforced, and passes when reported'}`, async () => {
      await using enforced = await scene({ responses: 'Enforce' }, answer);
      const strict = await enforced.get(`/nik/${nik}`);
      assert.equal(strict.status, valid ? answer.status : 502);
      if (!valid) assert.equal(codeOf(strict), 'GW_RESPONSE_INVALID');
      await using reported = await scene({ responses: 'Report' }, answer);
      assert.equal((await reported.get(`/nik/${nik}`)).status, answer.status);
      await reported.gateway.logged(1);
      assert.equal(await failures(reported.gateway, 'response'), valid ? 0 : 1);
      assert.equal('invalid' in (reported.gateway.calls[0] ?? {}), !valid);
    });
  }

  for (const encoding of ['', 'gzip']) {
    const how = encoding === '' ? '' : ', also when only what is packed in it is';
    test(`one that is too large to be checked passes whole and is counted${how}`, async () => {
      const wrong = JSON.stringify({ nik: 1, anak: new Array(20_000).fill({ id: 1, ...siti }) });
      const body = encoding === '' ? wrong : gzipSync(wrong);
      await using s = await scene({ responses: 'Enforce' }, { status: 200, type: 'application/json', body, encoding });
      const answer = await s.get(`/nik/${nik}`);
      assert.equal(answer.status, 200);
      if (encoding === '') assert.equal(answer.text, wrong);
      const skipped = await metric(s.gateway, 'simpul_gateway_validation_skipped_total');
      assert.deepEqual(skipped, [{ api: 'banten/situs', direction: 'response', value: 1 }]);
    });
  }
});

test('a backend that breaks off while its answer is held is refused as such', async () => {
  const head = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"id":1';
  await using backend = await aRawBackend((socket) => socket.end(head));
  const use = { id: definition.id, requests: 'None', responses: 'Enforce' } as const;
  const api = anApi({ backend: backendAt(backend.url), definition: use });
  await using gateway = await aRunningGateway([aTenant(), definition, api]);
  const answer = await call(gateway.port, `/banten/situs/v1/nik/${nik}`);
  assert.deepEqual([answer.status, codeOf(answer)], [502, 'GW_BACKEND_BROKE_OFF']);
});

test('a definition may come after its API, and goes with it', async () => {
  await using s = await scene({ requests: 'Enforce' });
  s.gateway.source.remove(definition);
  assert.equal(codeOf(await s.get(`/nik/${nik}`)), 'GW_DEFINITION_MISSING');
  s.gateway.source.put(definition);
  assert.equal((await s.get(`/nik/${nik}`)).status, 204);
});

async function metric(gateway: TestGateway, name: string): Promise<object[]> {
  const found = await gateway.gateway.metrics.registry.getSingleMetric(name)?.get();
  return (found?.values ?? []).map(({ labels, value }) => ({ ...labels, value }));
}

async function failures(gateway: TestGateway, direction: string): Promise<number> {
  const values = (await metric(gateway, 'simpul_gateway_validation_failures_total')) as {
    direction: string;
    value: number;
  }[];
  return values.filter((entry) => entry.direction === direction).reduce((sum, { value }) => sum + value, 0);
}
