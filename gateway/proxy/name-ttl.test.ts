import assert from 'node:assert/strict';
import { Resolver } from 'node:dns';
import { test } from 'node:test';
import { aDnsServer } from '../testing/dns-server.ts';
import { buildFindTtl } from './name-ttl.ts';

test('the TTL of DNS is believed where DNS has all of the addresses, and only there', async () => {
  await using dns = await aDnsServer();
  dns.records.set('b.example', { ttl: 7, addresses: ['192.0.2.1', '192.0.2.2'] });
  const resolver = new Resolver({ timeout: 1000, tries: 2 });
  resolver.setServers([dns.server]);
  const findTtl = buildFindTtl(resolver);
  const ttlOf = (hostname: string, addresses: readonly string[]) =>
    Promise.race([
      new Promise((resolve) => findTtl(hostname, new Set(addresses), resolve)),
      new Promise((resolve) => setTimeout(resolve, 300, 'nothing')),
    ]);
  assert.equal(await ttlOf('b.example', ['192.0.2.2']), 7000);
  assert.equal(await ttlOf('b.example', ['192.0.2.1', '10.0.0.9']), 'nothing', 'a hosts file said otherwise');
  assert.equal(await ttlOf('unknown.example', ['192.0.2.1']), 'nothing');
});
