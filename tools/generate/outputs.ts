import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';

/** A folder with generated files, and what belongs into it by file name. */
export interface OutputFolder {
  /** Relative to the root, without a trailing slash. */
  readonly folder: string;
  readonly files: ReadonlyMap<string, string>;
  /** True when files that people write lie there too; otherwise whatever else is there goes. */
  readonly mixed?: boolean;
}

export interface StaleFile {
  /** Relative to the root. */
  readonly path: string;
  /** Unified diff from what is there to what belongs there. */
  readonly diff: string;
}

/** Writes the files, and removes every other one from a folder that is not mixed. Files that are right keep their time. */
export function writeOutputs(root: URL, output: OutputFolder): void {
  mkdirSync(new URL(output.folder, root), { recursive: true });
  for (const [name, wanted] of differences(root, output)) {
    const url = new URL(`${output.folder}/${name}`, root);
    if (wanted === undefined) rmSync(url);
    else writeFileSync(url, wanted);
  }
}

/** What {@link writeOutputs} would change. */
export function staleFiles(root: URL, output: OutputFolder): StaleFile[] {
  return differences(root, output).map(([name, wanted]) => {
    const path = `${output.folder}/${name}`;
    return { path, diff: diffOf(new URL(path, root), wanted) };
  });
}

/** File names with the content that they should have; undefined: the file should not be there. */
function differences(root: URL, { folder, files, mixed = false }: OutputFolder): [string, string | undefined][] {
  const present = namesIn(new URL(folder, root));
  const wrong = [...files].filter(([name, text]) => !present.includes(name) || text !== textOf(root, folder, name));
  const surplus = mixed ? [] : present.filter((name) => !files.has(name));
  return [...wrong, ...surplus.map((name): [string, undefined] => [name, undefined])];
}

function textOf(root: URL, folder: string, name: string): string {
  return readFileSync(new URL(`${folder}/${name}`, root), 'utf8');
}

function namesIn(folder: URL): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

function diffOf(present: URL, wanted: string | undefined): string {
  const args = ['-u', '--label', 'present', '--label', 'generated', '-N', present.pathname, '-'];
  return spawnSync('diff', args, { input: wanted ?? '', encoding: 'utf8' }).stdout;
}
