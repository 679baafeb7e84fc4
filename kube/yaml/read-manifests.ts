import { type Document, isMap, isSeq, LineCounter, type Node, parseAllDocuments } from 'yaml';
import type { KubeObject } from '#api/object.ts';
import { isJsonObject, type JsonObject, type JsonValue, objectAt, stringAt } from '#kube/schema/json.ts';
import { ComposeError, compose, DuplicateKeyError, offsetOf } from './compose.ts';
import { defaultLimits, type ManifestLimits } from './limits.ts';
import { offsetOfField } from './locate.ts';
import type { ManifestError } from './manifest-error.ts';

/** One object of a file, with the means to point at any of its fields. */
export interface Located {
  readonly object: KubeObject;
  readonly file: string;
  /** Where the object begins, from 1. */
  readonly line: number;
  readonly column: number;
  /** Place of a field path as it occurs in causes; see {@link locate}. */
  readonly find: (fieldPath: string) => Place;
}

export interface Place {
  readonly line: number;
  readonly column: number;
}

export interface Manifests {
  readonly objects: readonly Located[];
  /** In the order of the text. A document with an error gives no object; the other documents are not harmed. */
  readonly errors: readonly ManifestError[];
}

/**
 * Reads a YAML or JSON file of Kubernetes objects: any number of documents, `List` objects expanded. Scalars mean what
 * they mean to `kubectl` (see `resolve-scalar.ts`). Never throws, whatever the text is.
 */
export function readManifests(text: string, file: string, limits: ManifestLimits = defaultLimits): Manifests {
  const bytes = Buffer.byteLength(text);
  if (bytes > limits.maxBytes) {
    const message = `the file has ${bytes} bytes, and ${limits.maxBytes} is the most that is read: split it`;
    return { objects: [], errors: [{ file, line: 1, column: 1, message }] };
  }
  return new ManifestReader(text, file, limits).read();
}

/** Line and column of a field: `locate(object, 'spec.plans.dasar.limits[0]')`. A field that is missing is where it should be. */
export function locate(located: Located, fieldPath: string): Place {
  return located.find(fieldPath);
}

class ManifestReader {
  readonly #text: string;
  readonly #file: string;
  readonly #limits: ManifestLimits;
  readonly #lines = new LineCounter();
  readonly #objects: Located[] = [];
  readonly #errors: ManifestError[] = [];

  constructor(text: string, file: string, limits: ManifestLimits) {
    this.#text = text.startsWith('\uFEFF') ? text.slice(1) : text;
    this.#file = file;
    this.#limits = limits;
  }

  read(): Manifests {
    const documents = this.#parse();
    if (documents.length > this.#limits.maxDocuments) {
      this.#fail(0, `the file has more than ${this.#limits.maxDocuments} documents: split it`);
      return this.#result();
    }
    this.#checkSeparators();
    for (const document of documents) this.#readDocument(document);
    return this.#result();
  }

  #result(): Manifests {
    const errors = this.#errors.toSorted((a, b) => a.line - b.line || a.column - b.column);
    return { objects: this.#objects, errors };
  }

  #parse(): Document.Parsed[] {
    const parsed = parseAllDocuments(this.#text, {
      schema: 'failsafe', // every scalar stays text: what it means is decided by our own rules
      lineCounter: this.#lines,
      uniqueKeys: false, // checked when the value is composed, so that the message can name both places
      prettyErrors: false,
      logLevel: 'silent',
    });
    return Array.isArray(parsed) ? parsed : [];
  }

  /** kubectl splits at lines that begin with `---`, and takes nothing but a comment behind it. */
  #checkSeparators(): void {
    for (const match of this.#text.matchAll(/^---[ \t]*([^\s#].*)$/gm)) {
      this.#fail(
        match.index,
        `"---" separates documents and stands alone on its line: move "${match[1]}" to the next one`,
      );
    }
  }

  #readDocument(document: Document.Parsed): void {
    const [problem] = document.errors;
    if (problem !== undefined) {
      this.#fail(problem.pos[0], syntaxMessage(problem.code, problem.message));
      return;
    }
    try {
      const value = compose(document, this.#limits);
      if (value !== null && document.contents !== null) this.#readObject(document.contents, value);
    } catch (error) {
      this.#report(error);
    }
  }

  #report(error: unknown): void {
    if (!(error instanceof ComposeError)) throw error;
    const first = error instanceof DuplicateKeyError ? this.#place(error.firstOffset) : undefined;
    const hint = first === undefined ? '' : `, first in line ${first.line}: remove one of them`;
    this.#fail(error.offset, `${error.message}${hint}`);
  }

  #readObject(node: Node, value: JsonValue): void {
    const offset = offsetOf(node);
    if (!isJsonObject(value)) {
      this.#fail(offset, 'a document must be one Kubernetes object: begin with apiVersion and kind');
      return;
    }
    const items = itemNodes(node, value);
    if (items === undefined) this.#addObject(node, value);
    else for (const [item, itemValue] of items) this.#readObject(item, itemValue);
  }

  #addObject(node: Node, value: JsonObject): void {
    const problem = identityProblem(value);
    if (problem !== undefined) {
      this.#fail(offsetOfField(node, problem.field), problem.message);
    } else if (isKubeObject(value)) {
      const find = (fieldPath: string) => this.#place(offsetOfField(node, fieldPath));
      this.#objects.push({ object: value, file: this.#file, ...this.#place(offsetOf(node)), find });
    }
  }

  #fail(offset: number, message: string): void {
    this.#errors.push({ file: this.#file, ...this.#place(offset), message });
  }

  #place(offset: number): Place {
    const { line, col } = this.#lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  }
}

/** Nodes and values of a `List`'s items, or undefined when the object is none. */
function itemNodes(node: Node, value: JsonObject): [Node, JsonValue][] | undefined {
  const { items } = value;
  if (!Array.isArray(items) || stringAt(value, 'kind')?.endsWith('List') !== true) return undefined;
  const list = isMap(node) ? node.get('items', true) : undefined;
  const nodes: readonly unknown[] = isSeq(list) ? list.items : [];
  return items.map((item, index) => [isNode(nodes[index]) ? nodes[index] : node, item]);
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'range' in value;
}

function identityProblem(value: JsonObject): { readonly field: string; readonly message: string } | undefined {
  for (const [field, example] of [
    ['apiVersion', 'simpul.id/v1alpha1'],
    ['kind', 'ApiService'],
  ] as const) {
    if ((stringAt(value, field) ?? '') === '')
      return { field, message: `${field} is missing: add it, such as "${field}: ${example}"` };
  }
  const name = objectAt(value, 'metadata')?.['name'];
  if (typeof name === 'string' && name !== '') return undefined;
  const found =
    name === undefined || name === '' || name === null
      ? 'is missing: add it'
      : `must be text: write name: "${String(name)}"`;
  return { field: 'metadata.name', message: `metadata.name ${found}` };
}

function isKubeObject(value: JsonObject): value is JsonObject & KubeObject {
  return identityProblem(value) === undefined;
}

const hints: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: 'indent with spaces',
  BLOCK_AS_IMPLICIT_KEY: 'put the value in quotes if it contains ": "',
  MISSING_CHAR: 'close the quote or bracket',
  BAD_INDENT: 'line it up with its neighbours',
  RESOURCE_EXHAUSTION: 'make it flatter',
};

function syntaxMessage(code: string, message: string): string {
  const words = code === 'RESOURCE_EXHAUSTION' ? 'nested too deeply' : message.trim();
  const hint = hints[code];
  return hint === undefined ? `not valid YAML: ${words}` : `not valid YAML: ${words}: ${hint}`;
}
