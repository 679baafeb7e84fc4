import assert from 'node:assert/strict';
import { test } from 'node:test';
import manifest from '../../package.json' with { type: 'json' };
import { softwareBill } from './sbom.ts';

test('a bill names each package whose files went in once, with version, licence and digest of the lockfile', () => {
  const inputs = ['gateway/main.ts', 'node_modules/pino/pino.js', 'node_modules/pino/lib/proto.js'];
  const bill = JSON.parse(softwareBill('gateway', inputs));
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
  const { components } = JSON.parse(softwareBill('gateway', inputs));
  assert.deepEqual(
    components.map(({ name }: { name: string }) => name),
    ['@opentelemetry/api', 'b'],
  );
  assert.match(components[0].purl, /^pkg:npm\/%40opentelemetry\/api@1/);
});
