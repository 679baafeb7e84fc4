import { isList, isRecord, type Value } from './read-json.ts';

/**
 * One element for each member, `item` for each entry of a list, `xsi:nil` for null:
 *
 *   {"nama":"A","no":[1,null]}  ──▶  <data><nama>A</nama><no><item>1</item><item xsi:nil="true"/></no></data>
 *
 * A member whose name is none in XML is `<member name="…">`.
 */
export function toXml(value: Value): string {
  const root = `data xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element('data', root, value)}\n`;
}

function element(name: string, opening: string, value: Value): string {
  if (value === null) return `<${opening} xsi:nil="true"/>`;
  return `<${opening}>${contentOf(value)}</${name}>`;
}

function contentOf(value: Exclude<Value, null>): string {
  if (isList(value)) return value.map((item) => element('item', 'item', item)).join('');
  if (!isRecord(value)) return escaped(String(value));
  return Object.entries(value)
    .map(([name, part]) => (isName(name) ? element(name, name, part) : element('member', namedMember(name), part)))
    .join('');
}

function namedMember(name: string): string {
  return `member name="${escaped(name)}"`;
}

/** Names that mean something to XML itself are none of ours; neither is one with a colon. */
function isName(name: string): boolean {
  return /^[\p{L}_][\p{L}\p{N}._-]*$/u.test(name) && !/^xml/i.test(name);
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#13;',
};

/** Characters that XML 1.0 cannot write become U+FFFD. */
function escaped(text: string): string {
  return (
    text
      .toWellFormed()
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
      .replaceAll(/[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, '\ufffd')
      .replaceAll(/[&<>"\r]/g, (character) => entities[character] ?? '')
  );
}
