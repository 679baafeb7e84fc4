import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describeError } from '#api/errors.ts';
import { CliError } from '../errors.ts';

/** Which key a file of the state folder holds. */
export interface KeyName {
  readonly namespace: string;
  readonly subscription: string;
  readonly credential: string;
}

/**
 * What outlives a run of `simpul dev`: the pepper, and the keys of Subscriptions as files that a shell can read.
 *
 *   <folder>/pepper
 *   <folder>/keys/<namespace>/<subscription>/<credential>
 *
 * Folders have mode 0700 and files 0600. Every write is whole or not at all.
 */
export class StateFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** The folder of keys. */
  get keys(): string {
    return join(this.path, 'keys');
  }

  keyFile({ namespace, subscription, credential }: KeyName): string {
    return join(this.keys, namespace, subscription, credential);
  }

  /** Throws CliError when the folder cannot be used. */
  async open(): Promise<void> {
    try {
      await mkdir(this.keys, { recursive: true, mode: 0o700 });
    } catch (error) {
      const message = `${this.path}: keys cannot be kept there: ${describeError(error)}. Name another folder with --state-dir.`;
      throw new CliError('CLI_STATE', message);
    }
  }

  async readPepper(): Promise<string | undefined> {
    return await readText(join(this.path, 'pepper'));
  }

  async writePepper(pepper: string): Promise<void> {
    await this.#write(join(this.path, 'pepper'), pepper);
  }

  async readKey(name: KeyName): Promise<string | undefined> {
    return await readText(this.keyFile(name));
  }

  async writeKey(name: KeyName, key: string): Promise<void> {
    await this.#write(this.keyFile(name), key);
  }

  async removeKey(name: KeyName): Promise<void> {
    await rm(this.keyFile(name), { force: true });
  }

  async listKeys(): Promise<KeyName[]> {
    const found = await readdir(this.keys, { recursive: true, withFileTypes: true });
    return found
      .filter((entry) => entry.isFile() && !entry.name.endsWith(partial))
      .flatMap((entry) => {
        const [namespace, subscription, ...rest] = entry.parentPath.slice(this.keys.length + 1).split('/');
        if (namespace === undefined || subscription === undefined || rest.length > 0) return [];
        return [{ namespace, subscription, credential: entry.name }];
      });
  }

  async #write(file: string, text: string): Promise<void> {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    const next = `${file}${partial}`;
    await writeFile(next, `${text}\n`, { mode: 0o600 });
    await rename(next, file);
  }
}

/** Ends the name of a file that is being written; no name of Kubernetes ends so. */
const partial = '.partial~';

/** `<state home>/simpul/dev/<hash>`: one for each folder, whatever it is called from. */
export async function defaultStateFolder(stateHome: string, folder: string): Promise<string> {
  const hash = createHash('sha256')
    .update(await realpath(folder))
    .digest('hex');
  return join(stateHome, 'simpul', 'dev', hash.slice(0, 16));
}

async function readText(file: string): Promise<string | undefined> {
  try {
    const text = (await readFile(file, 'utf8')).trim();
    return text === '' ? undefined : text;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new CliError('CLI_STATE', `${file} cannot be read: ${describeError(error)}`);
  }
}
