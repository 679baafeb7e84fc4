import { isNamed } from '../http1/write-head.ts';

/** All values of a field joined by commas, as they are one list (RFC 9110, 5.3); empty: there is none. `name`: lower case. */
export function fieldValue(fields: readonly string[], name: string): string {
  let value = '';
  for (let i = 0; i < fields.length; i += 2) {
    if (isNamed(fields[i] ?? '', name)) value = value === '' ? (fields[i + 1] ?? '') : `${value}, ${fields[i + 1]}`;
  }
  return value;
}

/** Without the fields of these lower-case names. */
export function without(fields: readonly string[], names: ReadonlySet<string>): string[] {
  const kept: string[] = [];
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i] ?? '';
    if (!names.has(name.toLowerCase())) kept.push(name, fields[i + 1] ?? '');
  }
  return kept;
}

/** Only the fields of these lower-case names. */
export function only(fields: readonly string[], names: ReadonlySet<string>): string[] {
  const kept: string[] = [];
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i] ?? '';
    if (names.has(name.toLowerCase())) kept.push(name, fields[i + 1] ?? '');
  }
  return kept;
}
