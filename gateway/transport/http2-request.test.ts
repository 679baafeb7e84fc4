import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readHttp2Request } from './http2-request.ts';

const get = [':method', 'GET', ':scheme', 'https', ':authority', 'a.example', ':path', '/x?y'];

test('a stream says what a request line and a Host field say', () => {
  const fields = ['cookie', 'a=1', 'accept', '*/*', 'te', 'trailers', 'cookie', 'b=2'];
  assert.deepEqual(readHttp2Request([...get, ...fields], true), {
    method: 'GET',
    target: '/x?y',
    fields: ['host', 'a.example', 'accept', '*/*', 'te', 'trailers', 'cookie', 'a=1; b=2'],
    bodyLength: 0,
    expectsContinue: false,
    fault: null,
  });
});

const bodies: readonly [fields: string[], endsHere: boolean, length: number][] = [
  [[], true, 0],
  [[], false, -1],
  [['content-length', '5'], false, 5],
  [['content-length', '0'], true, 0],
];
for (const [fields, endsHere, length] of bodies) {
  test(`the body of [${fields}], ending ${endsHere ? 'with the head' : 'later'}, has ${length} bytes`, () => {
    assert.equal(readHttp2Request([...get, ...fields], endsHere).bodyLength, length);
  });
}

const faults: readonly [name: string, raw: string[], code: string][] = [
  ['two hosts', [...get, 'host', 'b.example'], 'GW_BAD_HOST'],
  ['Host twice', [':method', 'GET', ':path', '/', 'host', 'a', 'host', 'a'], 'GW_BAD_HOST'],
  ['a path that is a URL', [':method', 'GET', ':path', 'http://b/', ':authority', 'a'], 'GW_BAD_PATH'],
  ['no path', [':method', 'GET', ':authority', 'a'], 'GW_BAD_PATH'],
  ['a method that nobody knows', [':method', 'BREW', ':path', '/', ':authority', 'a'], 'GW_METHOD_NOT_SUPPORTED'],
  ['two lengths', [...get, 'content-length', '1', 'content-length', '1'], 'GW_BAD_REQUEST'],
  ['an unknown expectation', [...get, 'expect', 'tea'], 'GW_EXPECTATION_UNKNOWN'],
];
for (const [name, raw, code] of faults) {
  test(`refused: ${name}`, () => {
    assert.equal(readHttp2Request(raw, true).fault?.code, code);
  });
}

test('a Host field that says the same is not said twice', () => {
  const { fields, fault } = readHttp2Request([...get, 'host', 'A.example'], true);
  assert.deepEqual([fields, fault], [['host', 'a.example'], null]);
});
