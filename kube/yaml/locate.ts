import { isAlias, isMap, isScalar, isSeq, type Node, type Pair } from 'yaml';
import { offsetOf } from './compose.ts';

/**
 * Finds the place of a field in a parsed document. Takes every notation that our messages use: `spec.plans.dasar`,
 * `spec.plans[dasar]`, `spec.limits[0].requests`, `metadata.labels[simpul.id/tenant]`, and server-side apply's
 * `spec.listeners[name="http"]`. For a field that is not there (a required one) it is the place of what should hold it.
 */
export function offsetOfField(root: Node, fieldPath: string): number {
  let node: unknown = root;
  let offset = offsetOf(root);
  let rest = fieldPath.replace(/^\./, '');
  while (rest !== '') {
    const step = isMap(node) ? intoMap(node.items, rest) : isSeq(node) ? intoList(node.items, rest) : undefined;
    if (step === undefined) break;
    ({ node, offset, rest } = step);
  }
  return offset;
}

interface Step {
  readonly node: unknown;
  /** Of the key in a map, of the item in a list. */
  readonly offset: number;
  readonly rest: string;
}

/** Keys may hold dots, so the longest key that fits is the one that is meant. */
function intoMap(pairs: readonly Pair[], path: string): Step | undefined {
  let best: Step | undefined;
  let longest = -1;
  for (const { key, value } of pairs) {
    const name = isScalar(key) ? String(key.value) : undefined;
    const rest = name === undefined ? undefined : afterKey(path, name);
    if (name === undefined || rest === undefined || name.length <= longest) continue;
    longest = name.length;
    best = { node: value, offset: offsetOf(key), rest };
  }
  return best;
}

function afterKey(path: string, name: string): string | undefined {
  if (path.startsWith(`[${name}]`)) return path.slice(name.length + 2).replace(/^\./, '');
  if (!path.startsWith(name)) return undefined;
  const rest = path.slice(name.length);
  if (rest === '' || rest.startsWith('[')) return rest;
  return rest.startsWith('.') ? rest.slice(1) : undefined;
}

function intoList(items: readonly unknown[], path: string): Step | undefined {
  const [whole, inside] = /^\[((?:"(?:[^"\\]|\\.)*"|[^\]"])*)\]\.?/.exec(path) ?? [];
  if (whole === undefined || inside === undefined) return undefined;
  const item = /^\d+$/.test(inside) ? items[Number(inside)] : items.find((candidate) => hasKeys(candidate, inside));
  return item === undefined ? undefined : { node: item, offset: offsetOf(item), rest: path.slice(whole.length) };
}

/** `name="http",port=80`, or `="x"` for an item of a set. */
function hasKeys(item: unknown, inside: string): boolean {
  const keys = [...inside.matchAll(/([^=,]*)=("(?:[^"\\]|\\.)*"|[^,]*)/g)];
  return keys.length > 0 && keys.every(([, name = '', value = '']) => textAt(item, name) === unquote(value));
}

function textAt(item: unknown, name: string): string | undefined {
  if (name === '') return isScalar(item) ? String(item.value) : undefined;
  if (!isMap(item)) return undefined;
  const value = item.items.find(({ key }) => isScalar(key) && String(key.value) === name)?.value;
  // A key with a default may be left out, and then it is empty in all our kinds.
  if (value === undefined) return '';
  return isScalar(value) && !isAlias(value) ? String(value.value) : undefined;
}

function unquote(text: string): string {
  return text.startsWith('"') ? String(JSON.parse(text)) : text;
}
