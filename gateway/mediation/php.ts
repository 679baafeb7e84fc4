import { isList, isRecord, type Value } from './read-json.ts';

/** A PHP expression, as `var_export` writes it: for `eval` nobody should use, and old callers do. */
export function toPhpArray(value: Value): string {
  return `${expressionOf(value)}\n`;
}

function expressionOf(value: Value): string {
  if (value === null) return 'NULL';
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'bigint') return isPhpInteger(value) ? integerText(value) : quoted(String(value));
  if (typeof value === 'number') return Number.isSafeInteger(value) ? String(value) : floatText(value);
  if (typeof value === 'boolean') return String(value);
  return `array (${entriesOf(value)
    .map(([key, part]) => `${typeof key === 'string' ? quoted(key) : integerText(key)} => ${expressionOf(part)},`)
    .join('')})`;
}

/** Single quotes: nothing but the two below means anything within. */
function quoted(text: string): string {
  return `'${text.toWellFormed().replaceAll(/[\\']/g, '\\$&')}'`;
}

/** The text of PHP's `serialize`; lengths are in bytes of UTF-8. */
export function toPhpSerialized(value: Value): string {
  if (value === null) return 'N;';
  if (typeof value !== 'object') return serializedScalar(value);
  const entries = entriesOf(value);
  const text = entries.map(([key, part]) => `${keyText(key)}${toPhpSerialized(part)}`).join('');
  return `a:${entries.length}:{${text}}`;
}

function serializedScalar(value: boolean | number | bigint | string): string {
  if (typeof value === 'boolean') return `b:${value ? 1 : 0};`;
  if (typeof value === 'string') return serializedText(value);
  if (typeof value === 'bigint') return isPhpInteger(value) ? `i:${value};` : serializedText(String(value));
  return Number.isSafeInteger(value) ? `i:${value};` : `d:${floatText(value)};`;
}

function keyText(key: string | bigint): string {
  return typeof key === 'string' ? serializedText(key) : `i:${key};`;
}

function serializedText(value: string): string {
  const text = value.toWellFormed();
  return `s:${Buffer.byteLength(text)}:"${text}";`;
}

/** PHP takes a key that is written like an integer for one. */
function entriesOf(value: Exclude<Value, null>): [string | bigint, Value][] {
  if (isList(value)) return value.map((item, i) => [BigInt(i), item]);
  if (!isRecord(value)) return [];
  return Object.entries(value).map(([name, part]) => {
    const isInteger = /^(0|-?[1-9]\d{0,18})$/.test(name) && isPhpInteger(BigInt(name));
    return [isInteger ? BigInt(name) : name, part];
  });
}

function isPhpInteger(value: bigint): boolean {
  return BigInt.asIntN(64, value) === value;
}

/** The least integer cannot be written: `-` is an operator there. */
function integerText(value: bigint): string {
  return value === -(2n ** 63n) ? `(${value + 1n} - 1)` : String(value);
}

/** Always one that PHP reads as a float. */
function floatText(value: number): string {
  const text = String(value).replace('e', 'E');
  return /[.E]/.test(text) ? text : `${text}.0`;
}
