import { CodedError } from '#api/errors.ts';

/** What goes wrong around the test control plane: its message says what to do. */
export class ControlPlaneError extends CodedError {
  constructor(message: string, cause?: unknown) {
    super('CONTROL_PLANE', message, cause === undefined ? undefined : { cause });
  }
}
