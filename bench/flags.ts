import { describeError } from '#api/errors.ts';
import { BenchError } from './errors.ts';

/** What `parse` makes of a command line. What it finds wrong becomes a {@link BenchError} that ends with `usage`. */
export function withUsage<T>(usage: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw new BenchError(`${describeError(error)}\n${usage}`);
  }
}

/** The whole number above 0 that `flag` was given. */
export function whole(flag: string, text: string): number {
  if (!/^[1-9]\d{0,6}$/.test(text)) throw new BenchError(`${flag}: "${text}" is no whole number above 0`);
  return Number(text);
}
