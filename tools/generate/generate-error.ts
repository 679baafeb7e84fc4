import { CodedError } from '#api/errors.ts';

/** The CRDs say something that the generator cannot turn into its outputs; the message names the file or field. */
export class GenerateError extends CodedError {
  constructor(message: string, options?: ErrorOptions) {
    super('GENERATE_FAILED', message, options);
  }
}
