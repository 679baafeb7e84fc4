import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';

const folder = mkdtempSync(join(tmpdir(), 'simpul-testing-'));
after(() => rmSync(folder, { recursive: true }));

describe('the test report', () => {
  test('has one line for a file that passes, and the summary at the end', () => {
    const { stdout, status } = run("test('quiet', () => {}); test('later', { skip: true }, () => {});");
    assert.match(stdout, /^✔ sample\.test\.mjs: 2 tests, 1 skipped \([0-9.]+ s\)\nℹ tests 2\n/);
    assert.match(stdout, /ℹ duration_ms [0-9.]+\n$/);
    assert.equal(status, 0);
  });

  test('has a failure in full, below its suites, without the tests that passed', () => {
    const { stdout, status } = run(`
      describe('outer', () => {
        test('quiet', () => {});
        test('loud', () => assert.equal(1, 2, 'one is not two'));
      });`);
    assert.match(stdout, /^▶ outer\n {2}✖ loud/);
    assert.match(stdout, /✖ sample\.test\.mjs: 2 tests, 1 failed/);
    assert.match(stdout, /ℹ fail 1[\s\S]*failing tests:[\s\S]*one is not two/);
    assert.doesNotMatch(stdout, /quiet/);
    assert.equal(status, 1);
  });

  test('has what a test wants to say', () => {
    assert.match(run("test('speaks', (t) => t.diagnostic('p50 3 ms'));").stdout, /p50 3 ms/);
  });
});

describe('the watchdog', () => {
  test('ends a file that leaves something open, and says what', () => {
    const { stdout, status } = run("test('leaks', () => { setInterval(() => {}, 1000); });", '1500');
    assert.match(stdout, /sample\.test\.mjs: still running after 1\.5 s\. Open: .*Timeout/);
    assert.equal(status, 1);
  });
});

/** Runs one test file as `make test` does. */
function run(body: string, fileTimeoutMs = '60000') {
  const imports = "import assert from 'node:assert/strict';\nimport { describe, test } from 'node:test';\n";
  writeFileSync(join(folder, 'sample.test.mjs'), `${imports}${body}\n`);
  const watchdog = import.meta.resolve('./watchdog.ts');
  const reporter = import.meta.resolve('./concise-reporter.ts');
  // The outer runner would take the inner one for a part of itself.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  return spawnSync(process.execPath, ['--test', `--import=${watchdog}`, `--test-reporter=${reporter}`], {
    cwd: folder,
    env: { ...env, SIMPUL_TEST_FILE_TIMEOUT_MS: fileTimeoutMs },
    encoding: 'utf8',
  });
}
