import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readProxyHeader } from './proxy-header.ts';

const latin1 = (text: string) => Buffer.from(text, 'latin1');
const signature = latin1('\r\n\r\n\0\r\nQUIT\n');

/** A header of version 2 by hand. */
function block(command: number, family: number, payload: Buffer, length = payload.length): Buffer {
  return Buffer.concat([signature, Buffer.from([command, family, length >> 8, length & 255]), payload]);
}

const addresses4 = Buffer.from([192, 0, 2, 1, 198, 51, 100, 7, 0xdc, 0x04, 0x01, 0xbb]);
const addresses6 = Buffer.concat([latin1('\x20\x01\x0d\xb8'), Buffer.alloc(11), Buffer.from([1]), Buffer.alloc(20)]);
const tlv = Buffer.from([0x04, 0, 3, 1, 2, 3]);

const taken: readonly [name: string, bytes: Buffer, source: string | null][] = [
  ['version 1, IPv4', latin1('PROXY TCP4 192.0.2.1 198.51.100.7 56324 443\r\n'), '192.0.2.1'],
  ['version 1, IPv6', latin1('PROXY TCP6 2001:db8::1 2001:db8::2 1 65535\r\n'), '2001:db8::1'],
  ['version 1, unknown', latin1('PROXY UNKNOWN\r\n'), null],
  ['version 1, unknown with more', latin1('PROXY UNKNOWN ffff:f...f:ffff x y z\r\n'), null],
  ['version 2, IPv4', block(0x21, 0x11, addresses4), '192.0.2.1'],
  ['version 2, IPv4 with additional values', block(0x21, 0x11, Buffer.concat([addresses4, tlv])), '192.0.2.1'],
  ['version 2, IPv6', block(0x21, 0x21, addresses6), '2001:db8::1'],
  ['version 2, LOCAL', block(0x20, 0x00, Buffer.alloc(0)), null],
  ['version 2, LOCAL with addresses', block(0x20, 0x11, addresses4), null],
  ['version 2, family unknown', block(0x21, 0x00, tlv), null],
];
for (const [name, bytes, source] of taken) {
  test(`read, wherever it is cut: ${name}`, () => {
    const all = Buffer.concat([bytes, latin1('GET / HTTP/1.1\r\n')]);
    for (let length = 1; length < bytes.length; length++) {
      assert.equal(readProxyHeader(all.subarray(0, length)), undefined, `after ${length} bytes`);
    }
    assert.deepEqual(readProxyHeader(all), { length: bytes.length, source });
  });
}

const refused: readonly [name: string, bytes: Buffer, reason: RegExp][] = [
  ['a request', latin1('GET / HTTP/1.1\r\n'), /does not begin/],
  ['a TLS handshake', latin1('\x16\x03\x01'), /does not begin/],
  ['lower case', latin1('proxy TCP4'), /does not begin/],
  ['a line without end', latin1(`PROXY UNKNOWN ${'x'.repeat(100)}`), /too long/],
  ['a line that ends late', latin1(`PROXY UNKNOWN ${'x'.repeat(100)}\r\n`), /too long/],
  ['UDP', latin1('PROXY UDP4 192.0.2.1 192.0.2.2 1 2\r\n'), /another protocol/],
  ['an address of the other family', latin1('PROXY TCP4 2001:db8::1 192.0.2.2 1 2\r\n'), /address/],
  ['a target that is none', latin1('PROXY TCP4 192.0.2.1 lain 1 2\r\n'), /address/],
  ['an address with a zone', latin1('PROXY TCP6 fe80::1%eth0 ::1 1 2\r\n'), /address/],
  ['octal', latin1('PROXY TCP4 010.0.0.1 192.0.2.2 1 2\r\n'), /address/],
  ['a port too high', latin1('PROXY TCP4 192.0.2.1 192.0.2.2 1 65536\r\n'), /port/],
  ['a port with a zero in front', latin1('PROXY TCP4 192.0.2.1 192.0.2.2 01 2\r\n'), /port/],
  ['no ports', latin1('PROXY TCP4 192.0.2.1 192.0.2.2\r\n'), /port/],
  ['two spaces', latin1('PROXY TCP4  192.0.2.1 192.0.2.2 1 2\r\n'), /address/],
  ['a bare LF', latin1('PROXY TCP4 192.0.2.1 192.0.2.2 1 2\n\r\n'), /port/],
  ['version 3', block(0x31, 0x11, addresses4), /version/],
  ['a command that is unknown', block(0x22, 0x11, addresses4), /version or command/],
  ['UDP in version 2', block(0x21, 0x12, addresses4), /no addresses of TCP/],
  ['a block too short for its addresses', block(0x21, 0x11, addresses4.subarray(0, 8)), /no addresses of TCP/],
  ['a block that is too long', block(0x21, 0x11, addresses4, 4097), /too long/],
];
for (const [name, bytes, reason] of refused) {
  test(`refused: ${name}`, () => {
    assert.throws(() => readProxyHeader(bytes), reason);
  });
}
