import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { faults } from './all.ts';
import type { Row } from './fault.ts';

const folder = fileURLToPath(new URL('../../../build/faults/', import.meta.url));

/** Keeps what came of one fault for the page. */
export async function keepRow(row: Row): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(fileOf(row.name), JSON.stringify(row));
}

/** What came of all faults; names those that nothing is known of. */
export async function readRows(): Promise<{ readonly rows: readonly Row[]; readonly missing: readonly string[] }> {
  const names = faults.map(({ name }) => name);
  const kept = names.filter((name) => existsSync(fileOf(name)));
  const rows = kept.map(async (name) => JSON.parse(await readFile(fileOf(name), 'utf8')) as Row);
  return { rows: await Promise.all(rows), missing: names.filter((name) => !kept.includes(name)) };
}

function fileOf(name: string): string {
  return join(folder, `${name}.json`);
}
