import { CodedError } from '#api/errors.ts';

/** The node cannot be had; the message says what to do. */
export class ClusterError extends CodedError {
  constructor(message: string, cause?: unknown) {
    super('CLUSTER', message, cause === undefined ? undefined : { cause });
  }
}
