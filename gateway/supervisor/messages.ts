import type { CompiledSecret } from '#api/compiled/secret.ts';
import type { Acknowledgement } from '../lease/ack-lease.ts';
import type { Period } from '../usage/usage-keeper.ts';

/** What the supervisor asks a worker for. */
export type Question = 'metrics' | 'usage' | 'backends';

/** The configuration, in the order in which it came. A complete list comes in parts, and counts from `listed` on. */
export type ConfigMessage =
  | { readonly type: 'list'; readonly secrets: readonly CompiledSecret[]; readonly isFirst: boolean }
  | { readonly type: 'listed'; readonly version: string; readonly epoch: number }
  | { readonly type: 'upsert' | 'remove'; readonly secret: CompiledSecret }
  | { readonly type: 'progress'; readonly version: string };

/** From the supervisor to a worker. `share`: comes first; `end`: drain and exit; `hurry`: wait for nothing more. */
export type Order =
  | ConfigMessage
  | { readonly type: 'ask'; readonly id: number; readonly question: Question; readonly period: Period }
  | { readonly type: 'share'; readonly ticketSecret: Uint8Array }
  | { readonly type: 'end' }
  | { readonly type: 'hurry' };

/** How far a worker is. `epoch`: that of the supervisor's list. */
export interface WorkerReport extends Acknowledgement {
  /** Why it is not ready; empty: it is. */
  readonly unready: string;
}

/** From a worker to the supervisor. `hello`: it takes the configuration. */
export type Report =
  | { readonly type: 'hello' | 'relist' }
  | { readonly type: 'said'; readonly said: WorkerReport }
  | { readonly type: 'answer'; readonly id: number; readonly value: unknown };
