import type { CompiledHashing } from './traffic.ts';

/** Another version that a share of the callers gets. */
export interface CompiledCanary {
  readonly version: string;
  /** In the place of the backend's; all else about them is as for those. */
  readonly endpoints: readonly { readonly url: string; readonly weight: number }[];
  /** 0 to 1. */
  readonly share: number;
  /** Calls that are alike in this get the same version. */
  readonly sticky: Omit<CompiledHashing, 'type'>;
  /** Calls with this value get it, whatever the share. `header`: lower case. */
  readonly always?: { readonly header: string; readonly value: string };
}

/** Where copies of calls go. */
export interface CompiledMirror {
  readonly url: string;
  /** Share of the calls, 0 to 1. */
  readonly rate: number;
  /** Upper case. */
  readonly methods: readonly string[];
  /** Calls with a longer body are not copied. */
  readonly maxBodyBytes: number;
  readonly timeoutMs: number;
  /** Copies under way at one time in one process; more are not sent. */
  readonly maxCalls: number;
}

/** A drill. */
export interface CompiledFaultInjection {
  /** Milliseconds since the epoch; from then on nothing of it holds. */
  readonly until: number;
  /** Of the calls that it is about, 0 to 1. */
  readonly share: number;
  /** 0: none. */
  readonly delayMs: number;
  /** What calls are answered with; absent: they go on. */
  readonly status?: number;
  /** Ids of Subscriptions whose calls it is about; empty: all. */
  readonly subscriptions: readonly string[];
  /** Only calls with this value. `name`: lower case. */
  readonly header?: { readonly name: string; readonly value: string };
}
