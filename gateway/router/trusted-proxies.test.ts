import assert from 'node:assert/strict';
import { test } from 'node:test';
import { peerOf, TrustedProxies } from './trusted-proxies.ts';

const proxies = new TrustedProxies(['10.0.0.0/8', 'fd00::/8']);

const cases: readonly [name: string, peer: string, forwardedFor: string, client: string][] = [
  ['one proxy', '10.0.0.1', '203.0.113.7', '203.0.113.7'],
  ['two proxies', '10.0.0.1', '203.0.113.7, 10.0.0.2', '203.0.113.7'],
  ['what the client invented stays out', '10.0.0.1', '1.2.3.4, 203.0.113.7', '203.0.113.7'],
  ['an untrusted peer is the client', '203.0.113.9', '1.2.3.4', '203.0.113.9'],
  ['all are proxies', '10.0.0.1', '10.0.0.3, 10.0.0.2', '10.0.0.3'],
  ['rubbish is not believed', '10.0.0.1', 'unknown, 10.0.0.2', '10.0.0.2'],
  ['a short form is rubbish', '10.0.0.1', '127.1', '10.0.0.1'],
  ['ports and brackets are cut off', '10.0.0.1', '[2001:db8::5]:99, 10.0.0.2:80', '2001:db8::5'],
  ['a mapped address is its IPv4 address', '::ffff:10.0.0.1', '::ffff:203.0.113.7', '203.0.113.7'],
];

for (const [name, peer, forwardedFor, client] of cases) {
  test(name, () => assert.equal(proxies.clientOf(peerOf(peer), forwardedFor).address, client));
}

test('limits count IPv6 by its /64', () => {
  assert.equal(peerOf('2001:db8:1:2:3::4').limitKey, peerOf('2001:db8:1:2:ffff::9').limitKey);
  assert.notEqual(peerOf('2001:db8:1:2::1').limitKey, peerOf('2001:db8:1:3::1').limitKey);
  assert.equal(peerOf('::ffff:1.2.3.4').limitKey, '1.2.3.4');
  assert.equal(peerOf('').address, 'unknown');
});
