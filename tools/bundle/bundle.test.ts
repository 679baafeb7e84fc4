import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { bundleGateway } from './bundle.ts';

test('the bundled gateway needs nothing but Node.js, and says what its environment lacks', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'simpul-bundle-'));
  t.after(() => rm(folder, { recursive: true }));
  const program = await bundleGateway(folder);
  const { status, stderr } = spawnSync(process.execPath, [program], { env: {}, cwd: folder, encoding: 'utf8' });
  assert.equal(status, 2, stderr);
  assert.match(stderr, /^the environment of the gateway is not right:\n {2}SIMPUL_NAMESPACE is missing/);
});
