import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeMachine, useOf } from './machine.ts';

test('useOf sees what this process itself knows', async () => {
  const use = await useOf(process.pid);
  assert.ok(Math.abs(use.rssMiB - process.memoryUsage.rss() / 2 ** 20) < 50, `${use.rssMiB} MiB`);
  assert.ok(use.peakRssMiB >= use.rssMiB);
  const { user, system } = process.cpuUsage();
  assert.ok(Math.abs(use.cpuSeconds - (user + system) / 1e6) < 1, `${use.cpuSeconds} s`);
});

test('useOf rejects when there is no such process', async () => {
  await assert.rejects(useOf(2 ** 22 + 1), { code: 'ENOENT' });
});

test('describeMachine names cores, memory and Node', () => {
  assert.match(describeMachine(), /^\d+ cores \(.+\), \d+ GiB, Linux .+, Node 24\./);
});
