/**
 * Base of every error that this project throws on purpose. `code` is stable and catalogued (`docs/errors.md`);
 * the message is for people and may change. Wrap the cause, and add context once, at the layer that knows it.
 */
export class CodedError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** `error.message` with its causes behind it, outermost first: one line for a log or a terminal. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : `: ${describeError(error.cause)}`;
  return `${error.message}${cause}`;
}
