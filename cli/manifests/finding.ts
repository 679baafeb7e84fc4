/** One thing that is to be said about an object in a file. */
export interface Finding {
  readonly severity: 'error' | 'note';
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  /** `Kind namespace/name`; empty for what is no object yet. */
  readonly object: string;
  /** `spec.plans.dasar`; empty for the object as a whole. */
  readonly field: string;
  /** As the API server says it, or as the condition would. */
  readonly message: string;
  /** What to do; absent where the message says it. */
  readonly remedy?: string;
  /** Reason of the condition that would be False. */
  readonly reason?: string;
}

/** By file, line and column. */
export function compareFindings(a: Finding, b: Finding): number {
  if (a.file !== b.file) return a.file < b.file ? -1 : 1;
  return a.line - b.line || a.column - b.column;
}

/** `file:line:column: error: Kind ns/name: field: message`, with what to do on a line of its own. */
export function formatFinding(finding: Finding): string {
  const { file, line, column, severity, object, field, message, remedy } = finding;
  const parts = [object, field, message].filter((part) => part !== '');
  const head = `${file}:${line}:${column}: ${severity === 'note' ? 'note: ' : ''}${parts.join(': ')}`;
  return remedy === undefined ? head : `${head}\n    ${remedy}`;
}
