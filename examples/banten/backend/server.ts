import { createServer, type IncomingMessage, type Server } from 'node:http';
import { filterSites, type Site, type SiteTable, siteAsJson, sitesAsCsv } from './sites.ts';

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
  readonly headers?: Record<string, string>;
}

/**
 * A backend as an institution might have it: it knows nothing of keys, plans or limits, that is the gateway's job.
 *
 *   GET /situs                all rows; `?jenis=Aplikasi&posisi_server=Kominfo` filters by any column
 *   GET /situs/{no}           one row
 *
 * JSON, or CSV when `Accept` prefers `text/csv` or `?format=csv` asks for it.
 */
export function siteServer(table: SiteTable): Server {
  return createServer((request, response) => {
    const { status, type, body, headers } = answer(table, request);
    response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body), ...headers });
    response.end(request.method === 'HEAD' ? undefined : body);
  });
}

function answer(table: SiteTable, request: IncomingMessage): Answer {
  const path = request.url?.split('?', 1)[0] ?? '';
  const query = new URLSearchParams(request.url?.slice(path.length + 1));
  const [, collection, no, ...rest] = path.split('/');
  if (collection !== 'situs' || rest.length > 0) return problem(404, `There is nothing at ${path}; try /situs.`);
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return { ...problem(405, 'The site list can only be read.'), headers: { allow: 'GET, HEAD' } };
  }
  const format = query.get('format') ?? preferredFormat(request.headers.accept ?? '*/*');
  if (format !== 'json' && format !== 'csv') return problem(406, 'The site list comes as json or csv.');
  return no === undefined ? list(table, query, format) : single(table, no, format);
}

function list(table: SiteTable, query: URLSearchParams, format: 'json' | 'csv'): Answer {
  const wanted = [...query].filter(([name]) => name !== 'format');
  const unknown = wanted.find(([name]) => !table.columns.includes(name));
  if (unknown) return problem(400, `There is no column "${unknown[0]}"; the columns are ${table.columns.join(', ')}.`);
  const rows = filterSites(table.rows, wanted);
  return format === 'csv' ? csv(table, rows) : json(rows.map(siteAsJson));
}

function single(table: SiteTable, no: string, format: 'json' | 'csv'): Answer {
  const site = table.rows.find((row) => row['no'] === no);
  if (!site) return problem(404, `There is no site number "${no}"; they run from 1 to ${table.rows.length}.`);
  return format === 'csv' ? csv(table, [site]) : json(siteAsJson(site));
}

/** The first of our types by the caller's weights (RFC 9110, 12.5.1); undefined when it accepts none of them. */
function preferredFormat(accept: string): string | undefined {
  const ranges = accept.split(',').map((range) => {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? '1';
    return { format: formats[type], weight: Number(weight) };
  });
  const usable = ranges.filter(({ format, weight }) => format !== undefined && weight > 0);
  return usable.sort((a, b) => b.weight - a.weight)[0]?.format;
}

const formats: Readonly<Record<string, string>> = {
  '*/*': 'json',
  'application/*': 'json',
  'application/json': 'json',
  'text/*': 'csv',
  'text/csv': 'csv',
};

const vary = { vary: 'Accept' };

function json(value: unknown): Answer {
  return { status: 200, type: 'application/json', body: `${JSON.stringify(value)}\n`, headers: vary };
}

function csv(table: SiteTable, rows: readonly Site[]): Answer {
  const type = 'text/csv; charset=utf-8; header=present';
  return { status: 200, type, body: sitesAsCsv(table.columns, rows), headers: vary };
}

function problem(status: number, detail: string): Answer {
  return { status, type: 'application/problem+json', body: `${JSON.stringify({ status, detail })}\n` };
}
