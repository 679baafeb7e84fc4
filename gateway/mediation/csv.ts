import { isList, isRecord, jsonText, type Value } from './read-json.ts';

/**
 * RFC 4180 with a line of names. Rows are the entries of a list, or of the only list of objects in an object (as in
 * `{"total": 2, "data": [{…}, {…}]}`); anything else is one row. Null is an empty cell, empty text `""`, and what is nested is JSON.
 */
export function toCsv(value: Value): string {
  const rows = rowsOf(value);
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const lines = [names.map(cellOf), ...rows.map((row) => names.map((name) => cellOf(row[name] ?? null)))];
  return lines.map((cells) => `${cells.join(',')}\r\n`).join('');
}

type Row = { readonly [name: string]: Value };

function rowsOf(value: Value): Row[] {
  const list = isList(value) ? value : (onlyListIn(value) ?? [value]);
  // A row has no prototype, so that no name finds one.
  return list.map((item) => Object.assign(Object.create(null), isRecord(item) ? item : { value: item }) as Row);
}

function onlyListIn(value: Value): readonly Value[] | undefined {
  if (!isRecord(value)) return undefined;
  const lists = Object.values(value).filter((part) => isList(part) && part.length > 0 && part.every(isRecord));
  return lists.length === 1 ? (lists[0] as readonly Value[]) : undefined;
}

function cellOf(value: Value): string {
  if (value === null) return '';
  const text = typeof value === 'object' ? jsonText(value) : String(value);
  return text === '' || /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
