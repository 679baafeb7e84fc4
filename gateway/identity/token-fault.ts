import { CodedError } from '#api/errors.ts';

/**
 * Why a token is not accepted. The message goes on where "The token" ends, is ASCII without quotation marks (it becomes
 * `error_description`, RFC 6750, 3), and never holds anything of the token.
 */
export class TokenFault extends CodedError {
  declare readonly code: 'GW_TOKEN_INVALID' | 'GW_TOKEN_EXPIRED';

  constructor(reason: string, code: TokenFault['code'] = 'GW_TOKEN_INVALID') {
    const limit = Error.stackTraceLimit;
    // Bad tokens are normal traffic; a stack costs more than all the rest of a refusal.
    Error.stackTraceLimit = 0;
    super(code, reason);
    Error.stackTraceLimit = limit;
  }
}
