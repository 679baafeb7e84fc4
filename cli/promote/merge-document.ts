import { type Document, isMap, isScalar, isSeq } from 'yaml';
import { canonicalJson } from '#api/compiled/secret.ts';

/** One field that an object gets, loses or changes. Values are JSON; undefined: it is not there. */
export interface Change {
  readonly field: string;
  readonly before: unknown;
  readonly after: unknown;
}

type Path = readonly (string | number)[];
type Fields = Readonly<Record<string, unknown>>;

/**
 * Turns a YAML document into `wanted` by changing only what differs, so that comments, order and style stay and a review
 * sees the change alone. Fields of `keep` stay as they are where they are. Gives the changes.
 */
export function mergeDocument(document: Document, wanted: object, keep: readonly string[] = []): Change[] {
  const merge = new Merge(document, keep);
  merge.map([], (document.toJS() ?? {}) as Fields, wanted as Fields);
  return merge.changes;
}

class Merge {
  readonly changes: Change[] = [];
  readonly #document: Document;
  readonly #keep: readonly string[];

  constructor(document: Document, keep: readonly string[]) {
    this.#document = document;
    this.#keep = keep;
  }

  map(path: Path, before: Fields, after: Fields): void {
    for (const [key, value] of Object.entries(after)) this.#value([...path, key], before[key], value);
    for (const key of Object.keys(before)) {
      if (after[key] === undefined) this.#value([...path, key], before[key], undefined);
    }
  }

  #value(path: Path, before: unknown, after: unknown): void {
    const field = nameOf(path);
    const isKept = this.#keep.includes(field) && before !== undefined;
    if (isKept || isSame(before, after)) return;
    if (this.#goesInto(path, before, after)) return;
    this.changes.push({ field, before, after });
    const node = this.#document.getIn(path, true);
    if (after === undefined) this.#document.deleteIn(path);
    // The node stays, and the comment behind it.
    else if (isScalar(node) && isPlain(after)) node.value = after;
    else this.#document.setIn(path, this.#document.createNode(after));
  }

  /** Changes only what differs inside a map, or inside a list of the same length; false: it is replaced as a whole. */
  #goesInto(path: Path, before: unknown, after: unknown): boolean {
    const node = this.#document.getIn(path, true);
    if (isMap(node) && isFields(before) && isFields(after)) this.map(path, before, after);
    else if (isSeq(node) && isList(before) && isList(after) && before.length === after.length) {
      for (const [index, item] of after.entries()) this.#value([...path, index], before[index], item);
    } else return false;
    return true;
  }
}

function isPlain(value: unknown): boolean {
  return typeof value !== 'object' || value === null;
}

function isSame(a: unknown, b: unknown): boolean {
  return a === undefined || b === undefined ? a === b : canonicalJson(a) === canonicalJson(b);
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

function nameOf(path: Path): string {
  return path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`))
    .join('')
    .replace(/^\./, '');
}
