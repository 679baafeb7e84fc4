import type { Exchange } from '../exchange.ts';
import type { ApiEntry, LoggingEntry } from '../snapshot/model.ts';
import { quoted } from './json-text.ts';
import { maskedPath, maskedQuery } from './masked-target.ts';
import { isMaskedName, type Masks, masked, shown } from './masks.ts';

/** What its ApiService has logged of a call, beyond what every line says; members of JSON that begin with a comma, or nothing. */
export function detailOf(exchange: Exchange): string {
  const { api } = exchange;
  if (api === null || api.logging === null) return '';
  const masks = masksOf(exchange, api.logging);
  return (
    (api.logging.target ? targetText(exchange, api, masks) : '') +
    headersText(exchange, api.logging.headers, masks) +
    (exchange.bodySample?.text(masks) ?? '')
  );
}

function masksOf({ gateway }: Exchange, { masks }: LoggingEntry): readonly Masks[] {
  return gateway === null ? [masks] : [masks, gateway.logging.masks];
}

/** Without an operation nobody says which parts of the path are values, so there is no path. */
function targetText(exchange: Exchange, api: ApiEntry, masks: readonly Masks[]): string {
  const { operation, path, query } = exchange;
  const base = path.slice(0, api.baseLength);
  const relative = path.slice(api.baseLength) || '/';
  const text = operation === null ? '' : `,"path":${quoted(base + maskedPath(relative, operation.path, masks))}`;
  return query.length < 2 ? text : `${text},"query":${quoted(maskedQuery(query, masks))}`;
}

function headersText({ rawHeaders, proofs }: Exchange, names: readonly string[], masks: readonly Masks[]): string {
  if (names.length === 0) return '';
  const members: string[] = [];
  const seen = new Set<string>();
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = (rawHeaders[i] ?? '').toLowerCase();
    if (!names.includes(name) || proofs?.keyHeaders.includes(name) === true || seen.has(name)) continue;
    seen.add(name);
    const value = isMaskedName(masks, 'header', name) ? masked : shown(rawHeaders[i + 1] ?? '');
    members.push(`${quoted(name)}:${quoted(value)}`);
  }
  return members.length === 0 ? '' : `,"headers":{${members.join(',')}}`;
}
