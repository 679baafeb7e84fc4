import { hash } from 'node:crypto';
import { GatewayError } from '../errors.ts';
import type { Exchange } from '../exchange.ts';
import type { TokenClients, TokenEndpoint } from '../identity/token-endpoint.ts';
import type { CredentialEntry, GatewayEntry } from '../snapshot/model.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import { fieldOf } from './client-address.ts';
import type { Filter } from './filter.ts';
import { buildKeyDigest, maxKeyLength } from './key-digest.ts';
import { readWholeBody } from './whole-body.ts';

/** Longest request for a token, in bytes. */
const maxBody = 8192;

type Served = Pick<Snapshot, 'tokenEndpoints' | 'gateway' | 'credentials' | 'apis'>;

/** Answers what belongs to the gateways' own token endpoints; no API is behind these addresses. */
export function tokenEndpoint(snapshot: Served): Filter {
  return {
    name: 'token-endpoint',
    onRequest(exchange) {
      if (snapshot.tokenEndpoints.size === 0) return undefined;
      const found = snapshot.tokenEndpoints.get(exchange.path);
      if (found === undefined || found.endpoint.host !== exchange.host) return undefined;
      const { endpoint, what } = found;
      checkMethod(exchange, what === 'token' ? 'POST' : 'GET');
      if (what !== 'token') exchange.reply = endpoint.document(what);
      else return answer(exchange, endpoint, snapshot);
      return undefined;
    },
  };
}

async function answer(exchange: Exchange, endpoint: TokenEndpoint, snapshot: Served): Promise<void> {
  const { gateway } = snapshot;
  if (gateway === null) throw new GatewayError('GW_NOT_READY', 'This gateway has not been configured yet.');
  const body = await readWholeBody(exchange, maxBody);
  const request = {
    authorization: fieldOf(exchange, 'authorization'),
    contentType: fieldOf(exchange, 'content-type'),
    body,
    client: exchange.client.limitKey,
  };
  exchange.reply = endpoint.answer(request, clientsOf(snapshot, gateway));
}

function clientsOf({ credentials, apis }: Served, gateway: GatewayEntry): TokenClients {
  const digest = buildKeyDigest(gateway.pepper);
  return {
    find: (subscription, key, now) => {
      if (key.length > maxKeyLength || !/^[\x21-\x7e]+$/.test(key)) return undefined;
      const found = credentials.get(digest(key));
      const isGood = found?.subscription.id === subscription && now >= found.notBefore && now <= found.notAfter;
      return isGood ? found : undefined;
    },
    keyIdOf: (key) => keyIdOf(digest(key)),
    scopesOf: ({ subscription }) => {
      const all = [...subscription.grants].flatMap(([api, plan]) => [
        ...(apis.get(api)?.plans.get(plan ?? '')?.scopes ?? []),
      ]);
      return new Set(all);
    },
  };
}

/** What stands for a key in the tokens that it was changed for: not its digest, which nobody has to see. */
function keyIdOf(digest: string): string {
  return hash('sha256', digest, 'base64url').slice(0, 22);
}

/**
 * The credential by whose key one of our own tokens was given, as it is now; undefined: it is gone, withheld, or has another key. So
 * a token ends with its key, on every pod at once.
 */
export function ownerOfToken(
  claims: Readonly<Record<string, unknown>>,
  { subscriptions, credentials }: Pick<Snapshot, 'subscriptions' | 'credentials'>,
): CredentialEntry | undefined {
  const { client_id: id, credential: name, key } = claims;
  for (const [digest, entry] of subscriptions.get(String(id)) ?? []) {
    if (entry.name !== name || keyIdOf(digest) !== key) continue;
    return credentials.get(digest) === undefined ? undefined : entry;
  }
  return undefined;
}

function checkMethod({ method }: Exchange, wanted: 'GET' | 'POST'): void {
  if (method === wanted || (method === 'HEAD' && wanted === 'GET')) return;
  const headers = ['Allow', wanted === 'GET' ? 'GET, HEAD' : wanted];
  throw new GatewayError('GW_METHOD_NOT_ALLOWED', `Only ${wanted} is served here.`, { headers });
}
