import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { importFindings } from './import-rules.ts';

/** Holds offending imports on purpose. */
const samples = 'tools/lint/import-rules.test.ts';

/** Checks what the linter cannot express: which folder may import which. Prints `path:line: message`; exits 1. */
const listFiles = ['ls-files', '--cached', '--others', '--exclude-standard', '--', '*.ts', `:!${samples}`];
const listed = execFileSync('git', listFiles, { encoding: 'utf8' });
const files = listed.split('\n').filter((path) => path !== '' && existsSync(path));
const findings = files.flatMap((path) => importFindings(path, readFileSync(path, 'utf8')));
for (const { path, line, message } of findings) console.error(`${path}:${line}: ${message}`);
process.exitCode = findings.length === 0 ? 0 : 1;
