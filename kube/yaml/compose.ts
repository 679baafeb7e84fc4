import {
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  type ParsedNode,
  Scalar,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import { CodedError } from '#api/errors.ts';
import { isJsonObject, type JsonArray, type JsonObject, type JsonValue, setOwn } from '#kube/schema/json.ts';
import type { ManifestLimits } from './limits.ts';
import { type ResolvedScalar, resolvePlain } from './resolve-scalar.ts';

/** A problem at a place of the text; never leaves this folder. */
export class ComposeError extends CodedError {
  readonly offset: number;

  constructor(offset: number, message: string) {
    super('MANIFEST_INVALID', message);
    this.offset = offset;
  }
}

/**
 * The JSON value that kubectl makes of a document, or a {@link ComposeError}. Stricter than kubectl in one thing:
 * a key that stands twice in a map is an error here, where kubectl takes the last one in silence.
 */
export function compose(document: Document.Parsed, limits: ManifestLimits): JsonValue {
  return document.contents === null ? null : new Composer(document, limits).value(document.contents, 0);
}

class Composer {
  readonly #document: Document.Parsed;
  readonly #limits: ManifestLimits;
  readonly #open = new Set<Node>();
  #nodes = 0;
  #aliasedNodes = 0;
  #aliasDepth = 0;

  constructor(document: Document.Parsed, limits: ManifestLimits) {
    this.#document = document;
    this.#limits = limits;
  }

  value(node: unknown, depth: number): JsonValue {
    this.#count(node, depth);
    if (isAlias(node)) return this.#follow(node, depth);
    if (isScalar(node)) return scalarValue(node);
    if (isMap(node)) return this.#map(node, depth);
    return isSeq(node) ? this.#list(node, depth) : null;
  }

  #count(node: unknown, depth: number): void {
    this.#nodes += 1;
    if (this.#aliasDepth > 0) this.#aliasedNodes += 1;
    const { maxDepth, maxNodes, maxAliasedNodes } = this.#limits;
    if (depth > maxDepth)
      throw new ComposeError(offsetOf(node), `nested deeper than ${maxDepth} levels: make it flatter`);
    if (this.#nodes > maxNodes)
      throw new ComposeError(offsetOf(node), `more than ${maxNodes} values: split the document`);
    if (this.#aliasedNodes > maxAliasedNodes) {
      throw new ComposeError(
        offsetOf(node),
        `aliases repeat more than ${maxAliasedNodes} values: write them out, or remove them`,
      );
    }
  }

  #follow(alias: { readonly source: string } & Node, depth: number): JsonValue {
    const target =
      'resolve' in alias && typeof alias.resolve === 'function' ? alias.resolve(this.#document) : undefined;
    if (!isScalar(target) && !isMap(target) && !isSeq(target)) {
      throw new ComposeError(
        offsetOf(alias),
        `alias *${alias.source} names no anchor above it: define &${alias.source} first`,
      );
    }
    if (this.#open.has(target)) {
      throw new ComposeError(offsetOf(alias), `anchor &${alias.source} contains itself: remove this alias`);
    }
    this.#aliasDepth += 1;
    const value = this.value(target, depth);
    this.#aliasDepth -= 1;
    return value;
  }

  #list(list: YAMLSeq, depth: number): JsonArray {
    this.#open.add(list);
    const value = list.items.map((item) => this.value(item, depth + 1));
    this.#open.delete(list);
    return value;
  }

  #map(map: YAMLMap, depth: number): JsonObject {
    this.#open.add(map);
    const value: JsonObject = {};
    const seen = new Map<string, number>();
    for (const pair of map.items) {
      if (isMergeKey(pair)) this.#mergeInto(value, pair, depth);
      else this.#member(value, { pair, seen, depth });
    }
    this.#open.delete(map);
    return value;
  }

  #member(target: JsonObject, { pair, seen, depth }: MemberContext): void {
    const offset = offsetOf(pair.key);
    const key = this.#key(pair.key, depth);
    const first = seen.get(key);
    if (first !== undefined) throw new DuplicateKeyError(offset, key, first);
    seen.set(key, offset);
    setOwn(target, key, this.value(pair.value, depth + 1));
  }

  #key(node: unknown, depth: number): string {
    const key = node === null ? null : this.value(node, depth + 1);
    if (typeof key === 'string') return key;
    if (typeof key === 'boolean') return String(key);
    if (typeof key === 'number') return keyOfNumber(key);
    throw new ComposeError(offsetOf(node), 'a key must be text, a number or a boolean: put it in quotes');
  }

  /** `<<: *defaults`. As in go-yaml, what is merged later wins over what stands before it, and loses to what follows. */
  #mergeInto(target: JsonObject, pair: Pair, depth: number): void {
    const source = this.value(pair.value, depth + 1);
    const sources = Array.isArray(source) ? source.toReversed() : [source];
    for (const item of sources) {
      if (!isJsonObject(item))
        throw new ComposeError(offsetOf(pair.key), 'map merge (<<) requires a map or a list of maps');
      for (const [key, member] of Object.entries(item)) setOwn(target, key, member);
    }
  }
}

interface MemberContext {
  readonly pair: Pair;
  readonly seen: Map<string, number>;
  readonly depth: number;
}

/** A key for the second time in one map. */
export class DuplicateKeyError extends ComposeError {
  readonly key: string;
  readonly firstOffset: number;

  constructor(offset: number, key: string, firstOffset: number) {
    super(offset, `key "${key}" stands twice in this map`);
    this.key = key;
    this.firstOffset = firstOffset;
  }
}

function isMergeKey({ key }: Pair): boolean {
  return isScalar(key) && key.type === Scalar.PLAIN && key.value === '<<' && (key.tag ?? '') === '';
}

/** go-yaml prints keys that are numbers with the precision of 32 bits; whole ones in full. */
function keyOfNumber(key: number): string {
  return Number.isSafeInteger(key) ? String(key) : String(Number.parseFloat(Math.fround(key).toPrecision(7)));
}

const prefix = 'tag:yaml.org,2002:';

function scalarValue(node: Scalar): JsonValue {
  // Not `value`: the parser makes numbers, dates and bytes of what has a tag.
  const text = node.source ?? '';
  const tag = node.tag?.startsWith(prefix) === true ? node.tag.slice(prefix.length) : '';
  if (tag === '' && node.type !== Scalar.PLAIN) return text;
  if (node.tag !== undefined && tag === '') return text;
  if (tag === 'binary') return decodeBinary(node, text);
  if (tag === 'str') return text;
  return checkTag(node, tag, resolvePlain(text));
}

function decodeBinary(node: Scalar, text: string): string {
  const compact = text.replace(/\s/g, '');
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(compact)) {
    throw new ComposeError(offsetOf(node), '!!binary must be base64');
  }
  return Buffer.from(compact, 'base64').toString();
}

const tagTypes: Readonly<Record<string, ResolvedScalar['type']>> = {
  null: 'null',
  bool: 'boolean',
  int: 'number',
  float: 'number',
  timestamp: 'string',
};

function checkTag(node: Scalar, tag: string, resolved: ResolvedScalar): JsonValue {
  const wanted = tagTypes[tag];
  const whole = resolved.type === 'number' && Number.isInteger(resolved.value);
  if ((wanted !== undefined && wanted !== resolved.type) || (tag === 'int' && !whole)) {
    throw new ComposeError(offsetOf(node), `"${node.source}" is not what its tag !!${tag} says: remove the tag`);
  }
  return plainValue(node, resolved);
}

function plainValue(node: Scalar, resolved: ResolvedScalar): JsonValue {
  if (resolved.type === 'null') return null;
  if (resolved.type !== 'number') return resolved.value;
  if (!Number.isFinite(resolved.value)) {
    throw new ComposeError(offsetOf(node), `${node.source} has no form in JSON: write a number, or quote it`);
  }
  if (!resolved.exact) {
    throw new ComposeError(
      offsetOf(node),
      `${node.source} is beyond ±9007199254740991 and could not be kept exactly: quote it if it is text`,
    );
  }
  return resolved.value;
}

/** Where a node begins in the text; 0 for one that the parser made up. */
export function offsetOf(node: unknown): number {
  if (isPair(node)) return offsetOf(node.key);
  return isParsed(node) ? node.range[0] : 0;
}

function isParsed(node: unknown): node is ParsedNode {
  return typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range);
}
