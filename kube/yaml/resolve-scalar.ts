/** What a plain (unquoted) scalar means. `number` keeps its text: a whole number may be too large for JavaScript. */
export type ResolvedScalar =
  | { readonly type: 'null' }
  | { readonly type: 'boolean'; readonly value: boolean }
  | { readonly type: 'number'; readonly value: number; readonly exact: boolean }
  | { readonly type: 'string'; readonly value: string };

const words = new Map<string, ResolvedScalar>([
  ...spell(['', '~', 'null', 'Null', 'NULL'], { type: 'null' }),
  ...spell(['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'], { type: 'boolean', value: true }),
  ...spell(['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'], {
    type: 'boolean',
    value: false,
  }),
  ...spell(['.nan', '.NaN', '.NAN'], { type: 'number', value: Number.NaN, exact: true }),
  ...spell(['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF'], {
    type: 'number',
    value: Number.POSITIVE_INFINITY,
    exact: true,
  }),
  ...spell(['-.inf', '-.Inf', '-.INF'], { type: 'number', value: Number.NEGATIVE_INFINITY, exact: true }),
]);

function spell(texts: readonly string[], meaning: ResolvedScalar): [string, ResolvedScalar][] {
  return texts.map((text) => [text, meaning]);
}

const float = /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/;

/**
 * Resolves a plain scalar as kubectl does, which reads YAML 1.1 with the library go-yaml 2: `yes`, `no`, `on`, `off`,
 * `y` and `n` are booleans, `017` and `0o17` are octal, underscores in numbers count for nothing, timestamps and
 * `1:30` stay strings.
 */
export function resolvePlain(text: string): ResolvedScalar {
  const word = words.get(text);
  if (word !== undefined) return word;
  const first = text.charAt(0);
  // Behind a leading point, underscores may only stand between digits; elsewhere they may stand anywhere.
  if (first === '.') return resolveFloat(text.replace(/(?<=\d)_(?=\d)/g, '')) ?? { type: 'string', value: text };
  if (!/^[-+0-9]/.test(text) || isTimestamp(text)) return { type: 'string', value: text };
  const plain = text.replaceAll('_', '');
  return resolveWhole(plain) ?? resolveFloat(plain) ?? { type: 'string', value: text };
}

const bases: readonly (readonly [RegExp, string])[] = [
  [/^[-+]?0[xX]([0-9a-fA-F]+)$/, '0x'],
  [/^[-+]?0[oO]([0-7]+)$/, '0o'],
  [/^[-+]?0[bB]([01]+)$/, '0b'],
  [/^[-+]?0([0-7]+)$/, '0o'],
  [/^[-+]?(0|[1-9][0-9]*)$/, ''],
];

const minInt64 = -(2n ** 63n);
const maxUint64 = 2n ** 64n - 1n;
const maxInt64 = 2n ** 63n - 1n;

function resolveWhole(text: string): ResolvedScalar | undefined {
  for (const [pattern, prefix] of bases) {
    const digits = pattern.exec(text)?.[1];
    if (digits === undefined) continue;
    const magnitude = BigInt(`${prefix}${digits}`);
    const value = text.startsWith('-') ? -magnitude : magnitude;
    // Unsigned 64 bits are tried second, and take no sign.
    const largest = /^[-+]/.test(text) ? maxInt64 : maxUint64;
    if (value < minInt64 || value > largest) continue;
    return { type: 'number', value: Number(value), exact: BigInt(Number(value)) === value };
  }
  return undefined;
}

function resolveFloat(text: string): ResolvedScalar | undefined {
  if (!float.test(text)) return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? { type: 'number', value, exact: true } : undefined;
}

const timestamps: readonly RegExp[] = [
  /^\d{4}-(\d{1,2})-(\d{1,2})$/,
  /^\d{4}-(\d{1,2})-(\d{1,2})[Tt]\d{1,2}:\d{1,2}:\d{1,2}(\.\d+)?([Zz]|[-+]\d{2}:\d{2})$/,
  /^\d{4}-(\d{1,2})-(\d{1,2}) \d{1,2}:\d{1,2}:\d{1,2}(\.\d+)?$/,
];

/** A date or time is kept as it is written; nothing that looks like one could be a number anyway. */
function isTimestamp(text: string): boolean {
  return timestamps.some((pattern) => pattern.test(text));
}
