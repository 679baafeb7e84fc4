import { readFileSync } from 'node:fs';
import { formatCsv, parseCsv } from './csv.ts';

/** The site list of Banten Province of January 2018, as it was printed: 100 rows, misspellings and gaps included. */
export interface SiteTable {
  readonly columns: readonly string[];
  readonly rows: readonly Site[];
}

/** One row by column name; an empty cell is an empty string. `no` is the key. */
export type Site = Readonly<Record<string, string>>;

export function readSites(file: URL): SiteTable {
  const [columns = [], ...cells] = parseCsv(readFileSync(file, 'utf8'));
  const rows = cells.map((row) => Object.fromEntries(columns.map((column, index) => [column, row[index] ?? ''])));
  return { columns, rows };
}

/** Rows in which every wanted column has the wanted value; upper and lower case count as equal. */
export function filterSites(rows: readonly Site[], wanted: readonly (readonly [string, string])[]): Site[] {
  return rows.filter((row) => wanted.every(([column, value]) => row[column]?.toLowerCase() === value.toLowerCase()));
}

export function sitesAsCsv(columns: readonly string[], rows: readonly Site[]): string {
  return formatCsv([columns, ...rows.map((row) => columns.map((column) => row[column] ?? ''))]);
}

/** For JSON: `no` is a number, and what the document leaves empty is null. */
export function siteAsJson(site: Site): Record<string, string | number | null> {
  return Object.fromEntries(
    Object.entries(site).map(([column, cell]) => [column, column === 'no' ? Number(cell) : cell === '' ? null : cell]),
  );
}
