import type { CompiledBackend, CompiledHeaderChange } from '#api/compiled/contract.ts';

/** What an API wants changed in the fields of its requests, ready for use. */
export interface HeaderChange {
  /** Lower-case names of the caller's fields that stop here. */
  readonly dropped: ReadonlySet<string>;
  /** Whole lines to add. Secret where the backend has a credential. */
  readonly text: string;
}

/** Null: nothing is changed. With a credential the caller's own Authorization stops here, whatever field carries ours. */
export function buildHeaderChange({
  headers,
  credential,
  oauth2,
}: Pick<CompiledBackend, 'headers' | 'credential' | 'oauth2'>): HeaderChange | null {
  if (headers === undefined && credential === undefined && oauth2 === undefined) return null;
  const set = { ...headers?.set, ...credential?.secretHeaders };
  const lines = Object.entries(set).map(([name, value]) => `${name}: ${value}\r\n`);
  const stopped = credential === undefined && oauth2 === undefined ? [] : ['authorization'];
  return { dropped: new Set([...Object.keys(set), ...(headers?.remove ?? []), ...stopped]), text: lines.join('') };
}

/** What an API or operation wants changed in the fields of the backend's answers, ready for use. */
export interface AnswerChange {
  /** Lower-case names of the backend's fields that stop here. */
  readonly dropped: ReadonlySet<string>;
  /** Flat name, value. */
  readonly added: readonly string[];
}

export function buildAnswerChange(compiled: CompiledHeaderChange | undefined): AnswerChange | null {
  if (compiled === undefined) return null;
  const { set, remove } = compiled;
  return { dropped: new Set([...Object.keys(set), ...remove]), added: Object.entries(set).flat() };
}
