import { CodedError } from '#api/errors.ts';

/** Why a signature is not accepted. The message goes on where "The signature" ends. */
export class SignatureFault extends CodedError {
  constructor(reason: string) {
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    super('GW_SIGNATURE_INVALID', reason);
    Error.stackTraceLimit = limit;
  }
}
