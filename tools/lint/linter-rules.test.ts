import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, test } from 'node:test';

/**
 * One offending (or innocent) file per case, laid out as in the project, and one run of the linter with the project's
 * own configuration over all of them.
 */
interface Case {
  readonly path: string;
  readonly code: string;
  /** Absent: the linter has nothing to say. */
  readonly says?: RegExp;
}

const cases: readonly Case[] = [
  { path: 'operator/x1.ts', code: "throw new Error('no code');", says: /bare Error/ },
  { path: 'operator/x2.test.ts', code: "throw new Error('in a test');" },
  { path: 'kube/store3.suite.ts', code: "throw new Error('in a suite');" },
  { path: 'e2e/x19.ts', code: "throw new Error('in test support');" },
  { path: 'operator/x4.ts', code: "export const isNew = (type: string) => type === 'ADDED';", says: /event types/ },
  { path: 'kube/x5.ts', code: "export const isNew = (type: string) => type === 'ADDED';" },
  { path: 'operator/translate/x6.ts', code: 'export const now = Date.now();', says: /no clock/ },
  { path: 'operator/status/x7.ts', code: 'export const now = new Date();', says: /no clock/ },
  { path: 'operator/status/x8.ts', code: "export const day = new Date('2026-11-20');" },
  { path: 'operator/policies/x9.ts', code: 'export const dice = Math.random();', says: /no chance/ },
  { path: 'operator/resources/x10.ts', code: 'export const id = crypto.randomUUID();', says: /no chance/ },
  { path: 'operator/translate/x11.ts', code: 'export const pid = process.pid;', says: /global variable process/ },
  {
    path: 'operator/translate/x12.ts',
    code: 'export const pid = globalThis.process.pid;',
    says: /global variable globalThis/,
  },
  { path: 'operator/x13.ts', code: 'export const now = Date.now();' },
  { path: 'operator/controllers/x14.ts', code: 'setTimeout(() => undefined, 1);', says: /global variable setTimeout/ },
  { path: 'operator/queue15.ts', code: 'setTimeout(() => undefined, 1);' },
  { path: 'operator/x16.ts', code: "export const home = process.env['HOME'];", says: /noProcessEnv/ },
  { path: 'operator/c17/config.ts', code: "export const home = process.env['HOME'];" },
  { path: 'operator/camelCase.ts', code: 'export const x = 1;', says: /useFilenamingConvention/ },
];

describe('linter rules of this project', () => {
  const folder = mkdtempSync(join(tmpdir(), 'simpul-lint-'));
  after(() => rmSync(folder, { recursive: true }));
  for (const path of ['biome.json', 'tools/lint']) cpSync(path, join(folder, path), { recursive: true });
  for (const { path, code } of cases) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), `${code}\n`);
  }
  const args = [
    'lint',
    '--vcs-enabled=false',
    '--reporter=github',
    '--max-diagnostics=none',
    ...cases.map((c) => c.path),
  ];
  const linter = join(process.cwd(), 'node_modules/.bin/biome');
  const output = spawnSync(linter, args, { cwd: folder, encoding: 'utf8' }).stdout;

  for (const { path, code, says } of cases) {
    test(`${says ? 'refuses' : 'accepts'} in ${path}: ${code}`, () => {
      const lines = output.split('\n').filter((line) => line.includes(path));
      if (says) assert.match(lines.join('\n'), says, output);
      else assert.deepEqual(lines, []);
    });
  }
});
