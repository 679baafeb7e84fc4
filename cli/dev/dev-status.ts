import type { Finding } from '../manifests/finding.ts';
import type { KeyPlace } from './key-files.ts';
import type { Observed } from './observed.ts';

/** What `/status` of a running `simpul dev` answers, and what `simpul status --dev` reads: a list as kubectl knows it, and more. */
export interface DevStatus {
  readonly apiVersion: 'v1';
  readonly kind: 'List';
  /** Every object of our kinds, whole, with conditions. */
  readonly items: readonly Observed[];
  /** What is wrong with the files now. */
  readonly problems: readonly Finding[];
  /** Where each gateway answers. */
  readonly gateways: readonly { readonly name: string; readonly url: string }[];
  /** Where keys lie; never a key. */
  readonly keys: readonly KeyPlace[];
}
