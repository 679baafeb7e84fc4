import { CodedError } from '#api/errors.ts';

/** A benchmark cannot be run, or what it measures did not happen in time; the message says what to do. */
export class BenchError extends CodedError {
  constructor(message: string, cause?: unknown) {
    super('BENCH', message, cause === undefined ? undefined : { cause });
  }
}
