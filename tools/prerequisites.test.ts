import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { after, describe, test } from 'node:test';

const folders: string[] = [];
after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

/** What the script itself needs, and what a machine with everything has. `node` and `go` answer with a version. */
const tools = ['sh', 'sed'];
const complete = { node: 'v20.1.0', npm: '', git: '', openssl: '', ip: '', make: '', go: 'go1.21.0' };

describe('prerequisites.sh', () => {
  const cases = [
    { name: 'a complete machine is fine', goal: 'test', machine: complete, says: /^$/, status: 0 },
    {
      name: 'make dev needs only Node and npm',
      goal: 'dev',
      machine: { node: 'v20.1.0', npm: '' },
      says: /^$/,
      status: 0,
    },
    {
      name: 'no Node',
      goal: 'dev',
      machine: { npm: '' },
      says: /Node\.js >= 20 \(found: none\)\n.*apt-get install nodejs/,
    },
    {
      name: 'an old Node',
      goal: 'dev',
      machine: { ...complete, node: 'v18.20.1' },
      says: /Node\.js >= 20 \(found: 18\)/,
    },
    { name: 'no npm', goal: 'dev', machine: { node: 'v24.0.0' }, says: /npm\n.*apt-get install npm/ },
    {
      name: 'no Node 24 after installation',
      goal: 'runtime',
      machine: complete,
      says: /Node\.js >= 24 .*\(found: 20\)/,
    },
    { name: 'no git', goal: 'test', machine: without('git'), says: /git\n.*apt-get install git/ },
    { name: 'no openssl', goal: 'test', machine: without('openssl'), says: /apt-get install openssl/ },
    { name: 'no ip', goal: 'test', machine: without('ip'), says: /apt-get install iproute2/ },
    { name: 'no Go', goal: 'test', machine: without('go'), says: /Go >= 1\.21\n.*golang-go/ },
    { name: 'an old Go', goal: 'test', machine: { ...complete, go: 'go1.19.8' }, says: /Go >= 1\.21 \(found: 1\.19\)/ },
    {
      name: 'a Go that cannot fetch its toolchain',
      goal: 'test',
      machine: { ...complete, go: 'go1.21.0 offline' },
      says: /toolchain that tools\/controlplane\/go\.mod asks for: no network/,
    },
    {
      name: 'everything that is missing is named at once',
      goal: 'test',
      machine: {},
      says: /git[\s\S]*openssl[\s\S]*make[\s\S]*Go/,
    },
  ];
  for (const { name, goal, machine, says, status = 1 } of cases) {
    test(name, () => {
      const result = run(goal, machine);
      assert.match(result.stderr, says);
      assert.equal(result.status, status);
    });
  }

  test('with a cluster at hand, Go is not needed', () => {
    assert.equal(run('test', without('go'), { SIMPUL_TEST_KUBECONFIG: '/tmp/config' }).status, 0);
  });
});

type Machine = Readonly<Record<string, string>>;

function without(program: string): Machine {
  return Object.fromEntries(Object.entries(complete).filter(([name]) => name !== program));
}

/** Runs the script where only the given programs exist. */
function run(goal: string, machine: Machine, env: Record<string, string> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'simpul-machine-'));
  folders.push(folder);
  for (const tool of tools) symlinkSync(pathOf(tool), join(folder, tool));
  for (const [name, version] of Object.entries(machine))
    writeFileSync(join(folder, name), fake(version), { mode: 0o755 });
  return spawnSync('sh', ['tools/prerequisites.sh', goal], { env: { ...env, PATH: folder }, encoding: 'utf8' });
}

/** Answers every question with its version; an "offline" Go fails when it is not told to stay local. */
function fake(version: string): string {
  const [answer, offline] = version.split(' ');
  const refusal = offline ? '[ "$GOTOOLCHAIN" = local ] || { echo no network >&2; exit 1; }\n' : '';
  return `#!/bin/sh\n${refusal}echo ${answer}\n`;
}

function pathOf(tool: string): string {
  const folder = process.env['PATH']
    ?.split(delimiter)
    .find((path) => spawnSync(join(path, tool), ['--version']).error === undefined);
  return join(folder ?? '/bin', tool);
}
