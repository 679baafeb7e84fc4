import { CodedError } from '#api/errors.ts';

/** Credentials cannot be had: a file is missing, a kubeconfig is broken, an exec plugin failed. The message says which. */
export class ConnectionError extends CodedError {
  constructor(message: string, cause?: unknown) {
    super('KUBE_CONNECTION', message, cause === undefined ? undefined : { cause });
  }
}
