import type { DefinedContent, DefinedOperation } from '#api/compiled/definition.ts';
import type { Json } from '#api/json/strict-json.ts';
import { sampleOf } from './schema-sample.ts';

/** What a caller wants of a mock. */
export interface Preference {
  /** `404`; empty: whatever comes first. */
  readonly code: string;
  /** Name of an example; empty: the first. */
  readonly example: string;
}

export interface MockAnswer {
  readonly status: number;
  /** Empty: there is no body. */
  readonly type: string;
  readonly body: Buffer;
  /** Where it is from. */
  readonly source: 'example' | 'schema' | 'empty';
}

interface MockContent {
  readonly type: string;
  readonly byName: ReadonlyMap<string, Buffer>;
  /** Null: neither examples nor a schema tell what it looks like. */
  readonly first: { readonly body: Buffer; readonly source: 'example' | 'schema' } | null;
}

/** The answers of one operation, as its definition describes them, ready to be sent. */
export class MockAnswers {
  /** By `200`, `2XX` or `default`. */
  readonly #contents: ReadonlyMap<string, readonly MockContent[]>;

  constructor(operation: DefinedOperation, schemas: { readonly [name: string]: Json }) {
    this.#contents = new Map(
      Object.entries(operation.responses).map(([status, { content }]) => {
        return [status, Object.entries(content).map(([type, described]) => buildContent(type, described, schemas))];
      }),
    );
  }

  /** `accepts`: whether the caller takes a media type. Undefined: the definition says nothing about such an answer. */
  find({ code, example }: Preference, accepts: (type: string) => boolean): MockAnswer | undefined {
    const key = code === '' ? this.#usualKey() : this.#keyFor(code);
    if (key === undefined) return undefined;
    const contents = this.#contents.get(key) ?? [];
    const status = code === '' ? statusOf(key) : Number(code);
    const content = contents.find(({ type }) => accepts(type)) ?? contents[0];
    if (content === undefined) return { status, type: '', body: Buffer.alloc(0), source: 'empty' };
    const found = example === '' ? content.first : exampleOf(content, example);
    return found === null ? undefined : { status, type: content.type, ...found };
  }

  #keyFor(code: string): string | undefined {
    return [code, `${code[0]}XX`, 'default'].find((key) => this.#contents.has(key));
  }

  /** The least success, else what is there. */
  #usualKey(): string | undefined {
    const keys = [...this.#contents.keys()].sort();
    return keys.find((key) => key.startsWith('2')) ?? keys.find((key) => key === 'default') ?? keys[0];
  }
}

function exampleOf({ byName }: MockContent, name: string): MockContent['first'] {
  const body = byName.get(name);
  return body === undefined ? null : { body, source: 'example' };
}

function statusOf(key: string): number {
  return key === 'default' ? 200 : Number(key.replace('XX', '00'));
}

function buildContent(
  range: string,
  { examples = {}, schema }: DefinedContent,
  schemas: { readonly [name: string]: Json },
): MockContent {
  const type = range.includes('*') ? 'application/json' : range;
  const byName = new Map(Object.entries(examples).map(([name, value]) => [name, bytesOf(type, value)]));
  const [first] = byName.values();
  if (first !== undefined) return { type, byName, first: { body: first, source: 'example' } };
  const sample = sampleOf(schema, schemas);
  return { type, byName, first: sample === undefined ? null : { body: bytesOf(type, sample), source: 'schema' } };
}

/** An example of JSON is a value, one of another type its text. */
function bytesOf(type: string, value: Json): Buffer {
  const isText = typeof value === 'string' && !/[/+]json$/.test(type);
  return Buffer.from(isText ? value : JSON.stringify(value));
}
