import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { isRunning, startTimeOf } from './running.ts';

test('a process is known by its number and when it started, so another one with its number is not taken for it', async () => {
  const child = spawn('sleep', ['60']);
  const pid = child.pid ?? assert.fail('no process');
  const startTime = startTimeOf(pid);
  assert.match(startTime ?? '', /^\d+$/);
  assert.equal(isRunning({ pid, startTime, kernel: {} }), true);
  assert.equal(isRunning({ pid, startTime: '1', kernel: {} }), false);
  child.kill('SIGKILL');
  await once(child, 'exit');
  assert.equal(isRunning({ pid, startTime, kernel: {} }), false);
});

test('nothing runs where nothing was started', () => {
  assert.equal(isRunning(undefined), false);
  assert.equal(isRunning({ pid: 2 ** 30, startTime: startTimeOf(2 ** 30), kernel: {} }), false);
});
