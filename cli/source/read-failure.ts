import { describeError } from '#api/errors.ts';
import { StoreError } from '#kube/store-error.ts';
import { CliError } from '../errors.ts';

export interface FailedRead {
  /** What could not be read: `Secret banten/situs`. */
  readonly what: string;
  /** From where: `the cluster at https://…`. */
  readonly from: string;
  /** What helps here, by the reason of the error; in place of the general hint. */
  readonly hints: Readonly<Record<string, string>>;
}

/** What an error of the API server means to whoever gave the command, and what helps. Any other error comes back as it is. */
export function readFailure(error: unknown, { what, from, hints }: FailedRead): unknown {
  if (!(error instanceof StoreError)) return error;
  const hint = hints[error.reason] ?? general[error.reason] ?? 'Try again, or look at the cluster';
  return new CliError('CLI_SOURCE', `${what} cannot be read from ${from}: ${describeError(error)}. ${hint}.`);
}

const general: Readonly<Record<string, string>> = {
  NotFound: 'Simpul is not installed there: install it, or its CustomResourceDefinitions, first',
  Unauthorized: "Sign in again: the kubeconfig's credentials are not taken",
  Unreachable: 'Check that the API server runs and that its address is right',
};
