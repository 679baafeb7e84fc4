import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describeError } from '#api/errors.ts';
import type { CliConfig } from '../config.ts';
import { CliError } from '../errors.ts';
import { type BucketFlags, BucketPlace } from './bucket.ts';
import type { Place } from './place.ts';

/** `target`: a file, a folder or prefix that ends with `/` (then `fileName` is added), or the like in `s3://bucket/…`. */
export async function openPlace(
  target: string,
  fileName: string,
  { flags, config }: { readonly flags: BucketFlags; readonly config: CliConfig },
): Promise<Place> {
  if (target.startsWith('s3://')) {
    return new BucketPlace(target.endsWith('/') ? `${target}${fileName}` : target, flags, config.env);
  }
  const isFolder = (await stat(target).catch(() => undefined))?.isDirectory() ?? target.endsWith('/');
  return new FilePlace(isFolder ? join(target, fileName) : target);
}

class FilePlace implements Place {
  readonly name: string;
  readonly isOverheard = false;

  constructor(path: string) {
    this.name = path;
  }

  async read(): Promise<Buffer> {
    try {
      return await readFile(this.name);
    } catch (error) {
      throw new CliError('CLI_INPUT', `${this.name} cannot be read: ${describeError(error)}`);
    }
  }

  async write(content: Buffer): Promise<void> {
    try {
      await writeFile(this.name, content, { mode: 0o600, flag: 'wx', flush: true });
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EEXIST') {
        throw new CliError('CLI_INPUT', `${this.name} exists already and is left as it is: choose another name`);
      }
      // Half a backup is worse than none.
      if (code === 'ENOSPC' || code === 'EIO') await rm(this.name, { force: true });
      throw new CliError('CLI_INPUT', `${this.name} cannot be written: ${describeError(error)}`);
    }
  }
}
