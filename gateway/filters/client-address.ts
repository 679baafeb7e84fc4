import type { Exchange } from '../exchange.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import type { Filter } from './filter.ts';

/** Finds out who the client is: the peer, or whom a trusted proxy names in X-Forwarded-For. */
export function clientAddress(snapshot: Pick<Snapshot, 'trustedProxies'>): Filter {
  return {
    name: 'client-address',
    onRequest(exchange) {
      const { trustedProxies } = snapshot;
      if (!trustedProxies.has(exchange.peer.address)) return;
      exchange.peerIsTrusted = true;
      const forwardedFor = fieldOf(exchange, 'x-forwarded-for');
      if (forwardedFor !== '') exchange.client = trustedProxies.clientOf(exchange.peer, forwardedFor);
    },
  };
}

/** All values of a field joined by commas; empty when it is absent. `name` is lower case. */
export function fieldOf(exchange: Exchange, name: string): string {
  const { rawHeaders } = exchange;
  let joined = '';
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const field = rawHeaders[i] ?? '';
    if (field.length !== name.length || field.toLowerCase() !== name) continue;
    joined = joined === '' ? (rawHeaders[i + 1] ?? '') : `${joined}, ${rawHeaders[i + 1] ?? ''}`;
  }
  return joined;
}
