import { describeError } from '#api/errors.ts';
import { architectureNamed } from './architecture.ts';
import { buildImages } from './images.ts';

/** `[ARCHITECTURE]`: builds all images and prints one line for each: reference, digest, and the MiB that it adds to its base. */
const [named] = process.argv.slice(2);
const say = (line: string): boolean => process.stdout.write(`${line}\n`);
try {
  for (const { reference, id, addedBytes } of await buildImages({ architecture: architectureNamed(named), say })) {
    say(`${reference}  ${id}  +${(addedBytes / 2 ** 20).toFixed(1)} MiB`);
  }
} catch (error) {
  process.stderr.write(`${describeError(error)}\n`);
  process.exitCode = 1;
}
