import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SyntaxFault } from '../http1/syntax.ts';
import { BackendBrokeOff, refusalOf } from './backend-error.ts';
import { AddressRefused, ConnectTimeout } from './open-socket.ts';

function systemError(code: string): Error {
  return Object.assign(new Error(code), { code });
}

const cases: readonly [error: Error, code: string | undefined][] = [
  [new SyntaxFault('it has a bare LF'), 'GW_BACKEND_PROTOCOL'],
  [new BackendBrokeOff(), 'GW_BACKEND_BROKE_OFF'],
  [new AddressRefused('a', '127.0.0.1', 'is loopback'), 'GW_BACKEND_ADDRESS_REFUSED'],
  [new ConnectTimeout(100), 'GW_BACKEND_CONNECT_TIMEOUT'],
  [systemError('ECONNREFUSED'), 'GW_BACKEND_UNREACHABLE'],
  [new AggregateError([systemError('EHOSTUNREACH')]), 'GW_BACKEND_UNREACHABLE'],
  [systemError('ENOTFOUND'), 'GW_BACKEND_UNREACHABLE'],
  [systemError('CERT_HAS_EXPIRED'), 'GW_BACKEND_TLS_FAILED'],
  [systemError('ECONNRESET'), 'GW_BACKEND_BROKE_OFF'],
  [new TypeError('fields is not iterable'), undefined],
];

for (const [error, code] of cases) {
  test(`${error.constructor.name} ${error.message} is ${code ?? 'an error of our own'}`, () => {
    assert.equal(refusalOf(error)?.code, code);
  });
}
