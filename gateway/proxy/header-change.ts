import type { CompiledHeaderChange } from '#api/compiled/contract.ts';

/** What an API wants changed in the fields of its requests, ready for use. */
export interface HeaderChange {
  /** Lower-case names of the caller's fields that stop here. */
  readonly dropped: ReadonlySet<string>;
  /** Whole lines to add. */
  readonly text: string;
}

export function buildHeaderChange({ set, remove }: CompiledHeaderChange): HeaderChange {
  const lines = Object.entries(set).map(([name, value]) => `${name}: ${value}\r\n`);
  return { dropped: new Set([...Object.keys(set), ...remove]), text: lines.join('') };
}
