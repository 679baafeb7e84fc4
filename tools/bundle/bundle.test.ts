import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import manifest from '../../package.json' with { type: 'json' };
import { bundlePrograms } from './bundle.ts';

const folder = await mkdtemp(join(tmpdir(), 'simpul-bundle-'));
after(() => rm(folder, { recursive: true }));
const programs = await bundlePrograms(folder);

test('the bundled gateway needs nothing but Node.js, and says what its environment lacks', () => {
  const { status, stderr } = run(programs.gateway);
  assert.equal(status, 2, stderr);
  assert.match(stderr, /^the environment of the gateway is not right:\n {2}SIMPUL_NAMESPACE is missing/);
});

test('the bundled operator needs nothing but Node.js, and knows its version', () => {
  const { status, stdout, stderr } = run(programs.operator, '--version');
  assert.equal(status, 0, stderr);
  assert.equal(stdout, `${manifest.version}\n`);
});

function run(program: string, ...args: readonly string[]) {
  return spawnSync(process.execPath, [program, ...args], { env: {}, cwd: folder, encoding: 'utf8' });
}
