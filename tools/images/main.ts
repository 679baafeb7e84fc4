import { describeError } from '#api/errors.ts';
import { buildImages } from './images.ts';

/** Builds all images and prints one line for each: reference, digest, and the MiB that it adds to its base. */
try {
  for (const { reference, id, addedBytes } of await buildImages()) {
    process.stdout.write(`${reference}  ${id}  +${(addedBytes / 2 ** 20).toFixed(1)} MiB\n`);
  }
} catch (error) {
  process.stderr.write(`${describeError(error)}\n`);
  process.exitCode = 1;
}
