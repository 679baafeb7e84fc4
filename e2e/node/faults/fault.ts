import type { Failure, Tally } from '../caller.ts';
import type { Calls, NodeCluster } from '../cluster.ts';

/** `make faults` runs everything in full, `make e2e` as much of it as fits into its time. */
export const isFull = process.env['SIMPUL_LONG'] === '1';

/** Calls that are sent while a fault happens, at least. */
export const leastCalls = isFull ? 40_000 : 20_000;

/** How often something is done: `make faults` / `make e2e`. */
export function times(full: number, short: number): number {
  return isFull ? full : short;
}

/** Something that goes wrong, while a caller sends 500 calls a second. */
export interface Fault {
  /** As in the table; kebab-case. */
  readonly name: string;
  /** What is done to the installation. */
  readonly what: string;
  /** What must hold beside the calls. */
  readonly asserts: string;
  /** It reaches for processes of the node, so it needs the node of `make cluster`. */
  readonly inNode?: true;
  /** Only `make faults` has it, or who names it. */
  readonly onlyInFull?: true;
  /** Calls that may fail, in words, and which those are; absent: none. */
  readonly mayFail?: { readonly which: string; readonly allows: (failure: Failure) => boolean };
  /** Done before anybody calls. Gives what is called, where that is not an API without key and limits. */
  readonly prepare?: (cluster: NodeCluster) => Promise<Partial<Calls>>;
  /** The fault, and what it asserts. Gives the figures that it saw, in words. */
  readonly happen: (cluster: NodeCluster) => Promise<string>;
  /** Done last, whatever has come of it. */
  readonly undo?: (cluster: NodeCluster) => Promise<void>;
}

/** One line of the table. */
export interface Row {
  readonly name: string;
  readonly what: string;
  readonly asserts: string;
  readonly mayFail: string;
  readonly isFull: boolean;
  /** Of the fault itself. */
  readonly seconds: number;
  readonly figures: string;
  readonly tally: Tally;
}

/** Calls that failed and were not to. */
export function unexpected({ mayFail }: Fault, { failures }: Tally): readonly Failure[] {
  return failures.filter((failure) => mayFail?.allows(failure) !== true);
}

/** `12.3 s`, since a moment of `performance.now()`. */
export function secondsSince(began: number): string {
  return `${((performance.now() - began) / 1000).toFixed(1)} s`;
}
