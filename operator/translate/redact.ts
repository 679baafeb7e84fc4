import type { Compiled } from '#api/compiled/contract.ts';

const redacted = '[redacted]';

/** Fields of compiled objects that hold something secret, wherever they stand. A new one is named here. */
const secretFields: ReadonlySet<string> = new Set(['pepper', 'hash']);

/** The compiled object without what is secret in it: fit for eyes, terminals and golden files. */
export function redactCompiled<T extends Compiled>(compiled: T): T {
  return redact(compiled) as T;
}

function redact(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(redact);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([field, part]) => [field, secretFields.has(field) ? redacted : redact(part)]),
  );
}
