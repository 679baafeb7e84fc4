import type { ShownToken } from './identity/shown-token.ts';
import type { LimitRule } from './limits/rule.ts';
import type { Backend } from './proxy/backend.ts';
import type { Peer } from './router/trusted-proxies.ts';
import type { ApiEntry, OperationEntry, PlanEntry, VariantEntry } from './snapshot/model.ts';
import type { Proofs } from './snapshot/proofs.ts';
import type { SubscriptionEntry } from './snapshot/subscription-entry.ts';

/**
 * What was made of the fields of a request. Most clients send the same ones in call after call, so a connection keeps it
 * until others come: then they cost one comparison. Whoever keeps something here keeps with it all that it depends on
 * beside the fields, and makes it anew when that has changed.
 */
export class FieldMemory {
  /** Flat name, value. It is about these alone: a filter may have put others in their place. */
  readonly fields: readonly string[];
  /** By the filter `head`; null: nobody has looked, or there is something to look at in each call. */
  host: KnownHost | null = null;
  /** By the filter `trace-context`. */
  trace: KnownTrace | null = null;
  /** By the filter `credential`. */
  presented: KnownProof | null = null;
  /** By the call of the backend. */
  forwarded: ForwardedText | null = null;

  /** By the filter `rate-limit`: the field RateLimit-Policy. */
  policies: { readonly rules: readonly LimitRule[]; readonly text: string } | null = null;
  /** By the filter `access-log`. */
  logged: LoggedText | null = null;

  constructor(fields: readonly string[]) {
    this.fields = fields;
  }
}

/** By what a caller proves itself. */
export interface KnownProof {
  /** What takes it. */
  readonly to: Proofs;
  /** Empty: none. */
  readonly key: string;
  readonly token: ShownToken | null;
  readonly isSigned: boolean;
}

export interface KnownHost {
  /** The only Host field. */
  readonly authority: string;
  /** The same as routing has it. */
  readonly host: string;
}

/** Empty: the request has no such field. */
export interface KnownTrace {
  readonly traceparent: string;
  readonly requestId: string;
}

/** Fields for the backend that are the same in each call, as text of whole lines. */
export interface ForwardedText {
  readonly text: string;
  /** Of the client, joined; goes on only in its own trace. */
  readonly tracestate: string;
  readonly isFlat: boolean;
  // What it depends on.
  readonly authority: string;
  readonly peerIsTrusted: boolean;
  readonly api: ApiEntry | null;
  readonly backend: Backend | null;
  readonly proofs: Proofs | null;
}

/** What log lines say of who called what. */
export interface LoggedText {
  /** Address of the client, method and host. */
  readonly caller: string;
  readonly called: string;
  readonly isFlat: boolean;
  // What it depends on.
  readonly client: Peer;
  readonly method: string;
  readonly host: string;
  readonly api: ApiEntry | null;
  readonly variant: VariantEntry | null;
  readonly operation: OperationEntry | null;
  readonly subscription: SubscriptionEntry | null;
  readonly plan: PlanEntry | null;
}
