import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { withBlock } from '#tools/docs/markdown.ts';
import { tablesOf } from './faults/page.ts';
import { readRows } from './faults/rows.ts';

/** Puts into docs/faults.md what came of the faults that `make faults` has let happen. */
const page = fileURLToPath(new URL('../../docs/faults.md', import.meta.url));
const { rows, missing } = await readRows();
if (missing.length === 0) {
  await writeFile(page, withBlock(await readFile(page, 'utf8'), 'faults', tablesOf(rows)));
} else {
  process.stderr.write(`docs/faults.md stays as it is: nothing is known of ${missing.join(', ')}\n`);
}
