import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { describeError } from '#api/errors.ts';
import { withBlock } from '#tools/docs/markdown.ts';
import { describeMachine } from '../machine.ts';
import { progress } from '../progress.ts';
import { type BenchConfig, parseConfig } from './config.ts';
import type { SizeFigures } from './figures.ts';
import { report } from './report.ts';
import { Scenario } from './scenario.ts';

/** Measures, prints a table, and writes the figures as JSON and into the page. Resolves with the exit code. */
async function main(args: readonly string[]): Promise<number> {
  try {
    const config = parseConfig(args);
    const startedAt = new Date();
    const { sizes, failure } = await measureAll(config);
    const run = { date: startedAt.toISOString().slice(0, 10), machine: describeMachine(), command: config.command };
    const text = report({ ...run, isFull: config.isFull && failure === undefined, sizes });
    process.stdout.write(`${text}\n`);
    await mkdir(dirname(config.jsonFile), { recursive: true });
    await writeFile(config.jsonFile, `${JSON.stringify({ ...run, sizes }, undefined, 2)}\n`);
    if (failure !== undefined) throw failure;
    const { page } = config;
    if (page !== undefined) await writeFile(page, withBlock(await readFile(page, 'utf8'), 'control-plane', text));
    progress(`written: ${[config.jsonFile, ...(page === undefined ? [] : [page])].join(', ')}`);
    return 0;
  } catch (error) {
    process.stderr.write(`bench-control-plane: ${describeError(error)}\n`);
    return 1;
  }
}

/** What was measured stays, even if a later size fails. */
async function measureAll(config: BenchConfig): Promise<{ sizes: SizeFigures[]; failure?: unknown }> {
  const scenario = await Scenario.open(config);
  const sizes: SizeFigures[] = [];
  try {
    for (const size of config.sizes) sizes.push(await scenario.measure(size));
    return { sizes };
  } catch (failure) {
    return { sizes, failure };
  } finally {
    await scenario.close();
  }
}

process.exitCode = await main(process.argv.slice(2));
