import { CodedError } from '#api/errors.ts';

/** A page has no place for what is to be written into it. */
export class PageError extends CodedError {
  constructor(message: string) {
    super('PAGE', message);
  }
}

/** A table in Markdown; columns are as wide as they need, so that it also reads well in a terminal. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const width = head.map((title, column) => Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)));
  const line = (cells: readonly string[]): string =>
    `| ${width.map((length, column) => (cells[column] ?? '').padEnd(length)).join(' | ')} |`;
  const rule = `|${width.map((length) => '-'.repeat(length + 2)).join('|')}|`;
  return [line(head), rule, ...rows.map(line)].join('\n');
}

/**
 * `page` with `content` between `<!-- begin NAME -->` and `<!-- end NAME -->`; all else stays. Throws when the page does
 * not have these two lines, in this order and once each.
 */
export function withBlock(page: string, name: string, content: string): string {
  const [begin, end] = [`<!-- begin ${name} -->`, `<!-- end ${name} -->`];
  const [before, middle, ...tooMany] = page.split(begin);
  const [, after, ...tooManyEnds] = (middle ?? '').split(end);
  if (before === undefined || after === undefined || tooMany.length + tooManyEnds.length > 0) {
    throw new PageError(`the page must hold "${begin}" and, after it, "${end}", once each`);
  }
  return `${before}${begin}\n\n${content.trim()}\n\n${end}${after}`;
}
