import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildAddressJudge } from './backend-address.ts';

const own = () => ['10.1.2.3', 'fd12::3', '10.96.0.1'];
const strict = buildAddressJudge({ allow: [], deny: ['10.9.0.0/16', '2001:db8:bad::/48'], own });
const lenient = buildAddressJudge({
  allow: ['127.0.0.0/8', '10.9.0.0/16', '10.1.2.3/32', '::1/128'],
  deny: ['10.9.0.0/16'],
  own,
});

const judged: readonly [address: string, refusedStrict: boolean, refusedLenient: boolean][] = [
  ['93.184.216.34', false, false],
  ['10.0.0.1', false, false],
  ['192.168.1.1', false, false],
  ['fd00::1', false, false],
  ['2606:2800:220:1::1', false, false],
  ['100.64.0.1', false, false],
  ['127.0.0.1', true, false],
  ['127.255.255.254', true, false],
  ['::1', true, false],
  ['0.0.0.0', true, true],
  ['0.1.2.3', true, true],
  ['::', true, true],
  ['255.255.255.255', true, true],
  ['224.0.0.1', true, true],
  ['ff02::1', true, true],
  ['169.254.0.1', true, true],
  ['169.254.169.254', true, true],
  ['fe80::1', true, true],
  ['fd00:ec2::254', true, true],
  ['100.100.100.200', true, true],
  ['168.63.129.16', true, true],
  ['240.0.0.1', true, true],
  ['10.1.2.3', true, false],
  ['fd12::3', true, true],
  ['10.96.0.1', true, true],
  ['10.9.1.1', true, true],
  ['2001:db8:bad::1', true, false],
  // Other spellings of the same places.
  ['::ffff:127.0.0.1', true, false],
  ['::ffff:169.254.169.254', true, true],
  ['::127.0.0.1', true, false],
  ['::7f00:1', true, false],
  ['64:ff9b::169.254.169.254', true, true],
  ['64:ff9b::93.184.216.34', false, false],
  ['2002:7f00:1::', true, false],
  ['2002:a9fe:a9fe::', true, true],
  ['2001:0:4136:e378::1', true, true],
  ['not an address', true, true],
];

for (const [address, refusedStrict, refusedLenient] of judged) {
  test(`judged: ${address}`, () => {
    assert.equal(strict(address) !== undefined, refusedStrict, `strict: ${strict(address)}`);
    assert.equal(lenient(address) !== undefined, refusedLenient, `lenient: ${lenient(address)}`);
  });
}
