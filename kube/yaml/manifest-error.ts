/** What is wrong with a manifest file, where, and what to do about it: one sentence or two for a person. */
export interface ManifestError {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 units as editors count. */
  readonly column: number;
  readonly message: string;
}

/** `file:line:column: message`, the form that editors and terminals make clickable. */
export function formatManifestError({ file, line, column, message }: ManifestError): string {
  return `${file}:${line}:${column}: ${message}`;
}
