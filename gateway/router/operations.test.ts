import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OperationTable, operationPathFault } from './operations.ts';

const table = new OperationTable([
  { path: '/nik/{nik}', methods: ['GET'] },
  { path: '/nik/baru', methods: ['POST'] },
  { path: '/nik/{nik}/alamat', methods: [] },
  { path: '/berkas/*', methods: ['GET', 'PUT'] },
  { path: '/', methods: ['GET'] },
]);

const cases: readonly [method: string, path: string, found: string][] = [
  ['GET', '/nik/36', '/nik/{nik}'],
  ['HEAD', '/nik/36', '/nik/{nik}'],
  ['POST', '/nik/baru', '/nik/baru'],
  ['GET', '/nik/baru', '/nik/{nik}'],
  ['DELETE', '/nik/baru', 'allow GET,HEAD,POST'],
  ['DELETE', '/nik/36/alamat', '/nik/{nik}/alamat'],
  ['GET', '/nik/', 'nothing'],
  ['GET', '/nik', 'nothing'],
  ['GET', '/nik/36/', 'nothing'],
  ['PUT', '/berkas/a/b', '/berkas/*'],
  ['PUT', '/berkas/', '/berkas/*'],
  ['PUT', '/berkas', '/berkas/*'],
  ['POST', '/berkas/a', 'allow GET,HEAD,PUT'],
  ['GET', '/', '/'],
  ['GET', '/lain', 'nothing'],
];

for (const [method, path, expected] of cases) {
  test(`${method} ${path} is ${expected}`, () => {
    const match = table.match(method, path);
    const got =
      match.found === 'operation'
        ? match.operation.path
        : match.found === 'path'
          ? `allow ${match.allow.join()}`
          : 'nothing';
    assert.equal(got, expected);
  });
}

test('paths of operations must be in their normal form', () => {
  assert.equal(operationPathFault('/nik/{nik}/*'), undefined);
  assert.match(operationPathFault('/a//b') ?? '', /empty segment/);
  assert.match(operationPathFault('/%61') ?? '', /normal form/);
  assert.match(operationPathFault('/{a b}') ?? '', /./);
});
