/** The ids of a call whose spans are recorded: one for the call itself, one for what its backend does. */
export interface CallSpan {
  /** The caller's span, 16 hexadecimal digits; empty: the trace begins here. */
  readonly parentId: string;
  readonly id: string;
  /** What the backend names as its parent. */
  readonly backendId: string;
  /** Of the caller, as it came; goes on with the trace (W3C Trace Context, 3.3). */
  readonly state: string;
}
