/** What an answer says, as it is written in other formats; a whole number too large for a double is a bigint. */
export type Value = null | boolean | number | bigint | string | readonly Value[] | { readonly [name: string]: Value };

/** Levels; a deeper text would take the writers' stack. */
const maxDepth = 200;

/** Undefined: it is no JSON, or nested too deeply. Digits are kept: personal numbers of 18 digits are no rounded doubles. */
export function readJson(text: string): Value | undefined {
  try {
    const value = JSON.parse(text, exact as (name: string, value: unknown) => unknown) as Value;
    return depthOf(value, 0) > maxDepth ? undefined : value;
  } catch {
    return undefined;
  }
}

function exact(_name: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
  const source = context?.source ?? '';
  return /^-?\d+$/.test(source) ? BigInt(source) : value;
}

function depthOf(value: Value, depth: number): number {
  if (value === null || typeof value !== 'object' || depth > maxDepth) return depth;
  let deepest = depth;
  for (const part of Object.values(value)) deepest = Math.max(deepest, depthOf(part as Value, depth + 1));
  return deepest;
}

export function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

export function isRecord(value: Value): value is { readonly [name: string]: Value } {
  return typeof value === 'object' && value !== null && !isList(value);
}

/** As JSON writes it, with all digits. */
export function jsonText(value: Value): string {
  if (typeof value === 'bigint') return String(value);
  if (isList(value)) return `[${value.map(jsonText).join(',')}]`;
  if (!isRecord(value)) return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([name, part]) => `${JSON.stringify(name)}:${jsonText(part)}`)
    .join(',')}}`;
}
