import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually, root, runShell } from './simpul.ts';

interface Block {
  readonly script: string;
  /** Text that its output must hold. */
  readonly expect: string | undefined;
  /** It runs until somebody ends it; it is ready when it has printed this. */
  readonly background: string | undefined;
}

/** The page's shell blocks in order, each with the comment in front of it. */
function blocksOf(page: string): Block[] {
  const pattern = /(?:<!-- (?:expect: ([^\n]*?)|background: ([^\n]*?)) -->\n)?```sh\n(.*?)```/gs;
  return [...page.matchAll(pattern)].map(([, expect, background, script = '']) => ({ script, expect, background }));
}

/** Ends a whole process group: the shell, and what it started. */
async function endGroup(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null) return;
  const closed = once(child, 'close');
  process.kill(-child.pid, 'SIGINT');
  await closed;
}

export interface PageOptions {
  readonly folder: string;
  /** Puts what this machine has in the place of ports and the like. */
  readonly adapt: (script: string) => string;
  readonly environment: Readonly<Record<string, string>>;
}

/** Runs every shell block of a page of docs/ as a reader would; what it leaves running ends with `stack`. */
export async function runPage(name: string, stack: AsyncDisposableStack, options: PageOptions): Promise<void> {
  const blocks = blocksOf(await readFile(join(root, 'docs', name), 'utf8'));
  assert.ok(blocks.length >= 3, `only ${blocks.length} blocks were found`);
  for (const block of blocks) {
    if (block.background === undefined) await runBlock(block, options);
    else stack.defer(await startBlock(block.script, block.background, options));
  }
}

/** A block that shows something is repeated until it does; one that changes something runs once. */
async function runBlock({ script, expect }: Block, { folder, adapt, environment }: PageOptions): Promise<void> {
  const run = async (): Promise<true> => {
    const { code, stdout, stderr } = await runShell(adapt(script), folder, environment);
    assert.equal(code, 0, `${script}\n${stdout}${stderr}`);
    assert.ok(stdout.includes(adapt(expect ?? '')), `${stdout}${stderr}`);
    return true;
  };
  if (expect === undefined) await run();
  else {
    // Repeated, an edit would be made twice: it has a block of its own.
    assert.doesNotMatch(script, /\bsed -i|\bcat >|\brm\b|\bmv\b/, 'a block with "expect" changes files');
    await eventually(`the page's block gives "${expect}": ${script}`, run);
  }
}

/** Gives what ends it. */
async function startBlock(script: string, ready: string, options: PageOptions): Promise<() => Promise<void>> {
  const { folder, adapt, environment } = options;
  const env = { ...process.env, ...environment };
  const child = spawn('sh', ['-eu', '-c', adapt(script)], { cwd: folder, detached: true, env });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (printed += String(chunk)));
  await eventually(`it prints "${ready}": ${script}`, () => {
    assert.equal(child.exitCode, null, printed);
    return printed.includes(ready) ? true : undefined;
  });
  return () => endGroup(child);
}
