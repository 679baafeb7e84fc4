import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { Archive } from './archive.ts';

const time = new Date('2026-11-22T12:00:00Z');

function tar(archive: Archive, ...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync('tar', args, { input: archive.toBuffer(), encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  return stdout;
}

test('tar lists and unpacks it', () => {
  const archive = new Archive('dump', { time, maxBytes: 10_000 });
  assert.equal(archive.add('index.json', '{}'), true);
  assert.equal(archive.add(`logs/ns/${'p'.repeat(200)}.log`, 'é'.repeat(600)), true);
  assert.equal(archive.add('empty.txt', ''), true);
  const names = tar(archive, '-tzf', '-').trim().split('\n');
  assert.deepEqual(
    names.map((name) => name.length > 90),
    [false, true, false],
  );
  assert.equal(tar(archive, '-xzOf', '-', 'dump/index.json'), '{}');
  assert.equal(tar(archive, '-xzOf', '-', names[1] ?? ''), 'é'.repeat(600));
});

test('takes no more than it may, and says so; what must be there is', () => {
  const archive = new Archive('dump', { time, maxBytes: 10 });
  assert.equal(archive.add('a', '12345678'), true);
  assert.equal(archive.add('b', '12345678'), false);
  assert.equal(archive.add('c', '1'), false);
  archive.addAlways('index.json', '{}');
  assert.equal(tar(archive, '-xzOf', '-', 'dump/b'), '12');
  assert.deepEqual(tar(archive, '-tzf', '-').trim().split('\n'), ['dump/a', 'dump/b', 'dump/index.json']);
});
