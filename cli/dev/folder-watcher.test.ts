import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { type FileContent, FolderWatcher } from './folder-watcher.ts';

describe('folder watcher', () => {
  let parent: string;
  let folder: string;
  let seen: Record<string, string>[];
  let failures: number;
  /** How many of the next pictures are not taken. */
  let refusals: number;
  let wake: () => void;
  let watcher: FolderWatcher;

  beforeEach(async () => {
    parent = await mkdtemp(join(tmpdir(), 'simpul-watch-'));
    folder = join(parent, 'apis');
    await mkdir(folder);
    seen = [];
    failures = 0;
    refusals = 0;
    wake = () => undefined;
    watcher = new FolderWatcher({
      folder,
      onChange: async (files) => {
        if (refusals-- > 0) throw new TypeError('refused by the test');
        seen.push(Object.fromEntries(files.map((file) => [file.file.slice(folder.length + 1), textOf(file)])));
        wake();
      },
      onError: () => {
        failures += 1;
        wake();
      },
    });
  });
  afterEach(async () => {
    await watcher.close();
    await rm(parent, { recursive: true });
  });

  const textOf = (file: FileContent): string => (file.problem === undefined ? file.text : file.problem.message);
  const write = (name: string, text: string) => writeFile(join(folder, name), text);
  /** Resolves when the last picture is this one. */
  const becomes = async (picture: Record<string, string>): Promise<void> => {
    while (JSON.stringify(seen.at(-1)) !== JSON.stringify(picture)) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };

  test('hands over all files at first, then after each change', { timeout: 20_000 }, async () => {
    await write('a.yaml', '1');
    await watcher.start();
    await becomes({ 'a.yaml': '1' });
    await write('b.yml', '2');
    await becomes({ 'a.yaml': '1', 'b.yml': '2' });
    await rm(join(folder, 'a.yaml'));
    await becomes({ 'b.yml': '2' });
  });

  test('a file that is written aside and renamed into place', { timeout: 20_000 }, async () => {
    await write('a.yaml', '1');
    await watcher.start();
    await write('.a.yaml.swp', 'x');
    await write('a.yaml~', '2');
    await rename(join(folder, 'a.yaml~'), join(folder, 'a.yaml'));
    await becomes({ 'a.yaml': '2' });
  });

  test('folders that come and go', { timeout: 20_000 }, async () => {
    await watcher.start();
    await mkdir(join(folder, 'deep/deeper'), { recursive: true });
    await write('deep/deeper/a.yaml', '1');
    await becomes({ 'deep/deeper/a.yaml': '1' });
    await write('deep/deeper/a.yaml', '2');
    await becomes({ 'deep/deeper/a.yaml': '2' });
    await rm(join(folder, 'deep'), { recursive: true });
    await becomes({});
  });

  test('a change that changes nothing is not told', { timeout: 20_000 }, async () => {
    await write('a.yaml', '1');
    await watcher.start();
    await write('a.yaml', '1');
    await write('notes.txt', 'x');
    await write('b.yaml', '2');
    await becomes({ 'a.yaml': '1', 'b.yaml': '2' });
    assert.equal(seen.length, 2);
  });

  test('a picture that could not be taken is handed over again', { timeout: 20_000 }, async () => {
    await write('a.yaml', '1');
    await watcher.start();
    refusals = 1;
    await write('a.yaml', '2');
    await becomes({ 'a.yaml': '2' });
    assert.equal(failures, 1);
  });

  test('the folder itself is away for a while: what was known stays', { timeout: 20_000 }, async () => {
    await write('a.yaml', '1');
    await watcher.start();
    await rename(folder, join(parent, 'elsewhere'));
    while (failures === 0) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    assert.equal(seen.length, 1);
    await mkdir(folder);
    await write('a.yaml', '2');
    await becomes({ 'a.yaml': '2' });
  });
});
