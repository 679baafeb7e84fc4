import { type Document, parseAllDocuments } from 'yaml';
import { canonicalJson } from '#api/compiled/secret.ts';

/**
 * The text of documents, in the style of `before`: a line that only says the same with other blanks (`[a]` and `[ a ]`, a
 * comment further to the right) stays as it was. So a review sees what changed and nothing else.
 */
export function writeDocuments(documents: readonly Document[], before: string): string {
  const plain = documents.map((document) => document.toString({ lineWidth: 0 }).replace(/^---\n/, '')).join('---\n');
  const styled = inStyleOf(before, plain);
  return meaningOf(styled) === meaningOf(plain) ? styled : plain;
}

function inStyleOf(before: string, text: string): string {
  const known = new Map(before.split('\n').map((line) => [withoutBlanks(line), line]));
  return text
    .split('\n')
    .map((line) => {
      const old = known.get(withoutBlanks(line));
      return old !== undefined && indentOf(old) === indentOf(line) ? old : line;
    })
    .join('\n');
}

function withoutBlanks(line: string): string {
  return line.replaceAll(/\s/g, '');
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

function meaningOf(text: string): string {
  const documents = parseAllDocuments(text, { logLevel: 'silent' });
  return Array.isArray(documents) ? canonicalJson(documents.map((document) => document.toJS() as unknown)) : '';
}
