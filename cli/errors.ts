import { CodedError } from '#api/errors.ts';

/** What the exit code of `simpul` says; documented in docs/cli.md. */
export const exitCodes = {
  /** Done, and nothing was found. */
  ok: 0,
  /** Done, but errors were found; or it could not be done. */
  failed: 1,
  /** The command line makes no sense. */
  usage: 2,
} as const;

/** Something that the user has to know and can act on: printed as it is, without a stack. */
export class CliError extends CodedError {
  readonly exitCode: number;

  constructor(code: CliErrorCode, message: string, options: ErrorOptions & { readonly exitCode?: number } = {}) {
    super(code, message, options);
    this.exitCode = options.exitCode ?? exitCodes.failed;
  }
}

export type CliErrorCode =
  /** A file or folder that was named is not there, or cannot be read. */
  | 'CLI_INPUT'
  /** An argument has a value that it cannot have. */
  | 'CLI_ARGUMENT'
  /** Neither a cluster nor a running `simpul dev` could be asked. */
  | 'CLI_SOURCE'
  /** No such object. */
  | 'CLI_NOT_FOUND'
  /** A port is taken. */
  | 'CLI_PORT'
  /** The folder of kept keys cannot be used. */
  | 'CLI_STATE'
  /** A file is no backup that can be used: another key, damaged, or newer than this program. */
  | 'CLI_BACKUP'
  /** A bucket does not take or give what it was asked for. */
  | 'CLI_BUCKET'
  /** A backup is not restored, because it would overwrite something or an operator is at work; or not all of it was. */
  | 'CLI_RESTORE';
