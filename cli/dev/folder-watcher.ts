import { createHash } from 'node:crypto';
import { type FSWatcher, watch } from 'node:fs';
import { access, readFile, stat } from 'node:fs/promises';
import { describeError } from '#api/errors.ts';
import { defaultLimits } from '#kube/yaml/limits.ts';
import type { ManifestError } from '#kube/yaml/manifest-error.ts';
import { listManifests } from '../manifests/find-files.ts';

/** What a file holds now, or why it cannot be read. */
export type FileContent =
  | { readonly file: string; readonly text: string; readonly problem?: undefined }
  | { readonly file: string; readonly problem: ManifestError };

export interface FolderWatcherOptions {
  readonly folder: string;
  /** Gets all files, sorted by name; the next call waits until this one is done. Called again after a second when it rejects. */
  readonly onChange: (files: readonly FileContent[]) => Promise<void>;
  /** The folder cannot be read now; it is tried again, and what was known stays. */
  readonly onError: (error: unknown) => void;
}

/** Editors write a file in several steps within a few milliseconds: it is read once it has been quiet for so long. */
const quietMs = 60;
/** While the folder itself is away, nothing can tell us that it is back. */
const retryMs = 1_000;

/**
 * Follows the YAML files of a folder and of what lies below it. Each folder has one watch; whatever it says only means
 * "look again", because editors rename, and events get lost or come twice. Contents are compared by hash, so looking
 * again costs nobody anything.
 *
 *   event ──▶ quiet for 60 ms ──▶ list, watch new folders, read ──differs──▶ onChange(all files)
 *                                    └── the folder is away: again after 1 s
 */
export class FolderWatcher {
  readonly #options: FolderWatcherOptions;
  readonly #watched = new Map<string, Watched>();
  #timer: NodeJS.Timeout | undefined = undefined;
  #work: Promise<void> = Promise.resolve();
  #seen = '';
  #closed = false;

  constructor(options: FolderWatcherOptions) {
    this.#options = options;
  }

  /** Resolves once the files were handed over for the first time; rejects when the folder cannot be read. */
  async start(): Promise<void> {
    await this.#look();
  }

  /** Waits for an `onChange` that is under way. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    for (const { watcher } of this.#watched.values()) watcher.close();
    await this.#work;
  }

  #lookSoon(afterMs = quietMs): void {
    if (this.#closed) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#work = this.#work.then(() => this.#look()).catch((error: unknown) => this.#failed(error));
    }, afterMs);
  }

  #failed(error: unknown): void {
    this.#options.onError(error);
    this.#lookSoon(retryMs);
  }

  async #look(): Promise<void> {
    await access(this.#options.folder); // a folder that is away is an error, not an empty one
    // Watched before it is read: what is written in between is seen by one of the two.
    await this.#watchAll((await listManifests(this.#options.folder)).folders);
    const { files } = await listManifests(this.#options.folder);
    const contents = await Promise.all(files.map(readContent));
    const fingerprint = fingerprintOf(contents);
    if (fingerprint === this.#seen || this.#closed) return;
    // Seen only once it was dealt with: what failed is tried again.
    await this.#options.onChange(contents);
    this.#seen = fingerprint;
  }

  async #watchAll(folders: readonly string[]): Promise<void> {
    const present = new Set(folders);
    for (const folder of this.#watched.keys()) if (!present.has(folder)) this.#unwatch(folder);
    for (const folder of folders) await this.#watch(folder);
  }

  async #watch(folder: string): Promise<void> {
    try {
      const { ino } = await stat(folder);
      if (this.#watched.get(folder)?.inode === ino || this.#closed) return;
      this.#unwatch(folder); // another folder of the same name has taken its place
      const watcher = watch(folder, () => this.#lookSoon());
      watcher.on('error', () => {
        this.#unwatch(folder);
        this.#lookSoon();
      });
      this.#watched.set(folder, { watcher, inode: ino });
    } catch {
      this.#lookSoon(retryMs); // gone since it was listed
    }
  }

  #unwatch(folder: string): void {
    this.#watched.get(folder)?.watcher.close();
    this.#watched.delete(folder);
  }
}

interface Watched {
  readonly watcher: FSWatcher;
  readonly inode: number;
}

async function readContent(file: string): Promise<FileContent> {
  const fail = (message: string): FileContent => ({ file, problem: { file, line: 1, column: 1, message } });
  try {
    const { size } = await stat(file);
    if (size <= defaultLimits.maxBytes) return { file, text: await readFile(file, 'utf8') };
    return fail(`the file has ${size} bytes, and ${defaultLimits.maxBytes} is the most that is read: split it`);
  } catch (error) {
    return fail(`the file cannot be read: ${describeError(error)}`);
  }
}

function fingerprintOf(contents: readonly FileContent[]): string {
  const hash = createHash('sha256');
  for (const content of contents) hash.update(JSON.stringify(content));
  return hash.digest('hex');
}
