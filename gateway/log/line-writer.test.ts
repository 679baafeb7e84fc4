import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { until } from '../testing/test-gateway.ts';
import { LineWriter } from './line-writer.ts';

const clock = { now: () => Date.parse('2026-11-21T00:00:00Z') };

test('lines are written in order, none lost, also those that wait at the end', async () => {
  const path = join(tmpdir(), `lines-${process.pid}-${Date.now()}`);
  const descriptor = openSync(path, 'w');
  const writer = new LineWriter(descriptor, clock);
  for (let i = 0; i < 20_000; i++) {
    writer.write(`line ${i}`);
    if (i % 5000 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  await until(() => readFileSync(path, 'utf8').includes('line 5000'));
  writer.write('last');
  await writer.close();
  closeSync(descriptor);
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
  rmSync(path);
  const expected = Array.from({ length: 20_000 }, (_, i) => `line ${i}`);
  assert.deepEqual(lines, [...expected, 'last']);
  assert.equal(writer.lost, 0);
});

/** A program that writes 60,000 lines of 1 kB to its output, tells on its error output what it has lost, and then `rest`. */
function aWriterProgram(rest: string): string {
  return `
    import { LineWriter } from ${JSON.stringify(new URL('./line-writer.ts', import.meta.url).href)};
    const writer = new LineWriter(1, { now: Date.now });
    const pad = 'x'.repeat(1000);
    let slowest = 0;
    for (let i = 0; i < 60_000; i++) {
      const began = performance.now();
      writer.write(i + pad);
      slowest = Math.max(slowest, performance.now() - began);
      if (i % 1000 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    process.stderr.write(JSON.stringify({ lost: writer.lost, rss: process.memoryUsage().rss, slowest }) + '\\n');
    ${rest}
  `;
}

function start(script: string) {
  return spawn(process.execPath, ['--input-type=module-typescript', '-e', script], { stdio: ['pipe', 'pipe', 'pipe'] });
}

test('a log that nobody reads costs lines, not memory or calls; then it says how many, where they are missing', async () => {
  const child = start(
    aWriterProgram(`
    await new Promise((resolve) => process.stdin.once('data', resolve));
    while (writer.isBehind) await new Promise((resolve) => setTimeout(resolve, 10));
    writer.write('after');
    await writer.close();
    process.exit(0);
  `),
  );
  child.stdout.pause();
  const [said] = await once(child.stderr, 'data');
  const { lost, rss, slowest } = JSON.parse(String(said)) as { lost: number; rss: number; slowest: number };
  assert.ok(lost > 10_000, `${lost} lines lost`);
  assert.ok(rss < 300 * 2 ** 20, `${rss} bytes`);
  assert.ok(slowest < 1000, `one call waited ${slowest} ms for the log`);
  child.stdin.write('go');
  const text = (await child.stdout.setEncoding('latin1').toArray()).join('');
  const lines = text.trimEnd().split('\n');
  const gaps = lines.flatMap((line, at) => (line.startsWith('{') ? { at, ...JSON.parse(line) } : []));
  assert.equal(
    gaps.reduce((sum, gap) => sum + gap.lost, 0),
    lost,
  );
  assert.equal(lines.length - gaps.length, 60_000 + 1 - lost);
  assert.equal(lines.at(-1), 'after');
  for (const { at, lost: missing } of gaps.slice(0, -1)) {
    assert.equal(Number.parseInt(lines[at + 1] ?? '', 10), Number.parseInt(lines[at - 1] ?? '', 10) + missing + 1);
  }
});

test('a reader that is gone costs all lines from then on, each counted', async () => {
  const child = start(
    aWriterProgram(`
    while (writer.isBehind) await new Promise((resolve) => setTimeout(resolve, 10));
    process.stderr.write(JSON.stringify({ lost: writer.lost }));
    process.exit(0);
  `),
  );
  child.stdout.destroy();
  const said = (await child.stderr.setEncoding('utf8').toArray()).join('').split('\n');
  assert.equal((JSON.parse(said.at(-1) ?? '') as { lost: number }).lost, 60_000);
});

test('lines that are lost at the end are told of when the log is closed', async () => {
  const path = join(tmpdir(), `lost-lines-${process.pid}-${Date.now()}`);
  const descriptor = openSync(path, 'w');
  const writer = new LineWriter(descriptor, clock);
  // The first is being written, the second fills what may wait.
  for (let i = 0; i < 2; i++) writer.write('x'.repeat(17 * 2 ** 20));
  for (let i = 0; i < 3; i++) writer.write('lost');
  await writer.close();
  closeSync(descriptor);
  const last = readFileSync(path, 'latin1').trimEnd().split('\n').at(-1) ?? '';
  rmSync(path);
  assert.match(last, /^\{.*"msg":"gap","lost":3,/);
});
