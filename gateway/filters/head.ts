import { GatewayError } from '../errors.ts';
import type { Exchange } from '../exchange.ts';
import type { KnownHost } from '../field-memory.ts';
import { normalizeHost } from '../router/host.ts';
import { normalizePath } from '../router/path.ts';
import type { Filter } from './filter.ts';

/** Most header fields of a request; the transport bounds their bytes. */
export const maxHeaderFields = 100;

/**
 * Reads what the head says about target and host, and refuses every head that two servers could read in two ways.
 * `Upgrade: h2c` is ignored, as RFC 9110 allows; WebSocket is served; any other protocol is refused, because the caller
 * depends on it.
 */
export function head(): Filter {
  return {
    name: 'head',
    onRequest(exchange) {
      if (exchange.headFault !== null) throw exchange.headFault;
      if (exchange.rawHeaders.length > maxHeaderFields * 2) {
        throw new GatewayError('GW_HEAD_TOO_LARGE', `A request has at most ${maxHeaderFields} header fields.`);
      }
      if (exchange.method === 'TRACE' || exchange.method === 'CONNECT') {
        throw new GatewayError('GW_METHOD_NOT_SUPPORTED', `${exchange.method} is not served here.`);
      }
      const { memory } = exchange;
      const known = memory.host;
      if (known !== null) exchange.authority = known.authority;
      else memory.host = readFields(exchange);
      readTarget(exchange);
      readHost(exchange);
    },
  };
}

/** Names that this filter looks at, by what it does with them; a field is lower-cased only if its length is one of theirs. */
const readers = new Map<string, (exchange: Exchange, value: string) => void>([
  ['host', readHostField],
  ['upgrade', readUpgrade],
  ['expect', readExpect],
  ['via', readVia],
]);
const readLengths = new Set([...readers.keys()].map((name) => name.length));

/** Gives what is the same in each call with these fields; null: they have more to say than the host. */
function readFields(exchange: Exchange): KnownHost | null {
  const { rawHeaders } = exchange;
  let found = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] ?? '';
    const read = readLengths.has(name.length) ? readers.get(name.toLowerCase()) : undefined;
    if (read === undefined) continue;
    read(exchange, rawHeaders[i + 1] ?? '');
    found++;
  }
  const { authority } = exchange;
  const host = found === 1 && authority !== '' ? normalizeHost(authority) : undefined;
  return host === undefined ? null : { authority, host };
}

function readHostField(exchange: Exchange, value: string): void {
  if (exchange.authority !== '') throw new GatewayError('GW_BAD_HOST', 'The request has more than one Host field.');
  if (value === '') throw new GatewayError('GW_BAD_HOST', 'The Host field is empty.');
  exchange.authority = value;
}

function readUpgrade(exchange: Exchange, value: string): void {
  const protocol = value.toLowerCase();
  // Without the word in Connection the field means nothing to the next hop (RFC 9110, 7.8).
  if (protocol === 'h2c' || !exchange.connectionNames.includes('upgrade')) return;
  if (protocol !== 'websocket' || exchange.method !== 'GET' || exchange.bodyLength !== 0) {
    throw new GatewayError(
      'GW_UPGRADE_NOT_SUPPORTED',
      'Of the protocols behind Upgrade only WebSocket, by GET, is served.',
    );
  }
  exchange.upgrade = protocol;
}

function readExpect(_exchange: Exchange, value: string): void {
  if (value.toLowerCase() === '100-continue') return;
  throw new GatewayError('GW_EXPECTATION_UNKNOWN', 'Of the expectations only "100-continue" is known.');
}

/** Our name in Via; other gateways of this kind may be on the way, but not without end. */
export const viaName = 'simpul';
const maxHops = 8;

function readVia(_exchange: Exchange, value: string): void {
  const hops = value.split(',').filter((hop) => hop.trim().split(/\s+/)[1] === viaName).length;
  if (hops >= maxHops)
    throw new GatewayError('GW_LOOP', `The call came through ${hops} gateways: a backend leads back here.`);
}

function readTarget(exchange: Exchange): void {
  const target = originForm(exchange);
  const question = target.indexOf('?');
  const raw = question < 0 ? target : target.slice(0, question);
  if (question >= 0) exchange.query = checkedQuery(target.slice(question));
  const normal = normalizePath(raw);
  if (!normal.ok) throw new GatewayError('GW_BAD_PATH', `The path ${normal.reason}.`);
  exchange.path = normal.path;
}

/** The path and query of the target; an absolute one (RFC 9112, 3.2.2) also says the host, and wins over the field. */
function originForm(exchange: Exchange): string {
  const { target } = exchange;
  if (target.charCodeAt(0) === 0x2f) return target;
  const absolute = /^https?:\/\/([^/?#]+)(.*)$/i.exec(target);
  const authority = absolute?.[1];
  if (authority === undefined) throw new GatewayError('GW_BAD_PATH', 'The request target is not a path.');
  if (exchange.authority === '')
    throw new GatewayError('GW_BAD_HOST', 'The request needs one Host field with a host name.');
  exchange.authority = authority;
  const rest = absolute?.[2] ?? '';
  return rest.startsWith('/') ? rest : `/${rest}`;
}

const forbiddenInQuery = /[^\x21\x22\x24-\x7e]/;

/** The query goes on untouched; what would end the request line or the URL is refused. */
function checkedQuery(query: string): string {
  if (!forbiddenInQuery.test(query)) return query;
  throw new GatewayError('GW_BAD_PATH', 'The query has a space, a control character or a #.');
}

function readHost(exchange: Exchange): void {
  const { authority, memory } = exchange;
  const host = authority === memory.host?.authority ? memory.host.host : normalizeHost(authority);
  if (host === undefined) throw new GatewayError('GW_BAD_HOST', 'The request needs one Host field with a host name.');
  exchange.host = host;
}
