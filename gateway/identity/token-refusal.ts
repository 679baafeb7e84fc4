import { CodedError } from '#api/errors.ts';

/** `error` of an answer of a token endpoint (RFC 6749, 5.2); `slow_down` (RFC 8628, 3.5) says 429. */
export type TokenErrorCode =
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_scope'
  | 'unsupported_grant_type'
  | 'temporarily_unavailable'
  | 'slow_down';

/** Why no token is given. The message becomes `error_description`: ASCII without quotation marks, and nothing secret. */
export class TokenRefusal extends CodedError {
  declare readonly code: TokenErrorCode;

  constructor(code: TokenErrorCode, reason: string) {
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    super(code, reason);
    Error.stackTraceLimit = limit;
  }
}
