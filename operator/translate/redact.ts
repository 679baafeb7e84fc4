import type { Compiled } from '#api/compiled/contract.ts';

const redacted = '[redacted]';

/** Fields of compiled objects that are secret with all that is in them, wherever they stand. A new one is named here. */
const secretFields: ReadonlySet<string> = new Set([
  'pepper',
  'hash',
  'secretHeaders',
  'secretForm',
  'privateKey',
  'password',
  'hmacSecret',
]);

/** The compiled object without what is secret in it: fit for eyes, terminals and golden files. */
export function redactCompiled<T extends Compiled>(compiled: T): T {
  return redact(compiled, false) as T;
}

function redact(value: unknown, isSecret: boolean): unknown {
  if (Array.isArray(value)) return value.map((item) => redact(item, isSecret));
  if (value === null || typeof value !== 'object') return isSecret ? redacted : value;
  const entries = Object.entries(value);
  return Object.fromEntries(entries.map(([name, part]) => [name, redact(part, isSecret || secretFields.has(name))]));
}
