import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { JsonObject } from '#kube/schema/json.ts';

const folder = new URL('../../crds/testdata/', import.meta.url);

/** One document of `crds/testdata/<kind>/<field>.{valid,invalid}.yaml`. */
export interface SchemaCase {
  /** `tenant/hosts: an item twice`. */
  readonly name: string;
  readonly kind: string;
  /** What is written: the object itself, its status, or the object over an older one. */
  readonly write: 'create' | 'status' | 'update';
  readonly object: JsonObject;
  /** The object that is there before an update. */
  readonly before: JsonObject | undefined;
  /** `field: message`, sorted; empty for a valid object. */
  readonly expected: readonly string[];
}

/**
 * Reads all cases. Each document begins with comments: what it is about, and one line `expect FIELD: MESSAGE` for each
 * cause (none in a `.valid` file). Files named `status…` write the status; in files named `transitions` each document
 * marked `# before` is replaced by the one that follows.
 */
export function readCases(): SchemaCase[] {
  return readdirSync(folder).flatMap((kind) =>
    readdirSync(new URL(`${kind}/`, folder)).flatMap((file) => readFile(kind, file)),
  );
}

function readFile(kind: string, file: string): SchemaCase[] {
  const text = readFileSync(new URL(`${kind}/${file}`, folder), 'utf8');
  const title = `${kind}/${file.replace(/\.(valid|invalid)\.yaml$/, '')}`;
  let before: JsonObject | undefined;
  return text.split(/^---\n/m).flatMap((document) => {
    const comments = document
      .split('\n')
      .filter((line) => line.startsWith('# '))
      .map((line) => line.slice(2));
    const object: JsonObject = parse(document);
    if (comments[0] === 'before') {
      before = object;
      return [];
    }
    const expected = comments.flatMap((line) => /^expect (.*)$/.exec(line)?.[1] ?? []).sort();
    if (expected.length > 0 !== file.endsWith('.invalid.yaml'))
      throw new Error(`${title}: ${comments[0]}: expectation does not fit the file`);
    const write = /^status[-.]/.test(file) ? 'status' : file.startsWith('transitions.') ? 'update' : 'create';
    return [{ name: `${title}: ${comments[0]}`, kind: String(object['kind']), write, object, before, expected }];
  });
}

/** Causes in the form of {@link SchemaCase.expected}, without the one that says nothing about the object. */
export function causeLines(causes: readonly { readonly field: string; readonly message: string }[]): string[] {
  const own = causes.filter(
    ({ field, message }) => field !== '<nil>' || !message.includes('some validation rules were not checked'),
  );
  return [...new Set(own.map(({ field, message }) => `${field}: ${message}`))].sort();
}
