import assert from 'node:assert/strict';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ownArchitecture } from '#tools/images/architecture.ts';
import { compiledFiles } from './image-files.ts';

test('compiled files are found wherever they lie, with what they were compiled for', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'simpul-elf-'));
  t.after(() => rm(folder, { recursive: true }));
  await mkdir(join(folder, 'usr/lib'), { recursive: true });
  const elf = (order: number, ...machine: number[]) => [
    0x7f,
    0x45,
    0x4c,
    0x46,
    2,
    order,
    ...Array(12).fill(0),
    ...machine,
  ];
  for (const [name, bytes] of Object.entries({
    'usr/lib/x86.so': elf(1, 62, 0),
    'usr/lib/arm.so': elf(1, 183, 0),
    'usr/lib/s390.so': elf(2, 0, 22),
    'usr/lib/short': [0x7f, 0x45, 0x4c, 0x46],
    'usr/lib/text': [...Buffer.from('#!/bin/sh\necho it is no ELF\n')],
    empty: [],
  })) {
    await writeFile(join(folder, name), Buffer.from(bytes));
  }
  const found = await compiledFiles(folder);
  assert.deepEqual(Object.fromEntries(found.map(({ path, builtFor }) => [path, builtFor])), {
    'usr/lib/x86.so': 'amd64',
    'usr/lib/arm.so': 'arm64',
    'usr/lib/s390.so': 'ELF machine 22',
  });
});

test('the program that runs this is of this machine', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'simpul-elf-'));
  t.after(() => rm(folder, { recursive: true }));
  await copyFile(process.execPath, join(folder, 'node'));
  assert.deepEqual(await compiledFiles(folder), [{ path: 'node', builtFor: ownArchitecture }]);
});
