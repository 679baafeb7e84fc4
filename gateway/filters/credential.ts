import type { Clock } from '../clock.ts';
import { GatewayError } from '../errors.ts';
import type { Exchange } from '../exchange.ts';
import type { ApiEntry, CredentialEntry, GatewayEntry } from '../snapshot/model.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import { CredentialFinder } from './credential-finder.ts';
import type { Filter } from './filter.ts';
import { buildKeyDigest, maxKeyLength } from './key-digest.ts';

/**
 * Finds the credential of a call. Keys are compared by their digest only, and the fields that carried one stop here. An
 * API with mode None looks at no key; with mode Optional a key that is presented must still be good.
 */
export function credential(snapshot: Pick<Snapshot, 'credentials'>, clock: Clock): Filter {
  const digests = new FinderOfGateway();
  return {
    name: 'credential',
    onRequest(exchange) {
      const { api, gateway } = exchange;
      if (api === null || gateway === null || !looksAtKeys(api)) return;
      const key = presentedKey(exchange, keyHeadersOf(api));
      if (key !== '') {
        const found = isKey(key) ? digests.of(gateway).find(key, snapshot.credentials) : undefined;
        accept(exchange, found, clock.now());
      } else if (needsKey(api)) {
        throw new GatewayError('GW_API_KEY_MISSING', missingDetail(exchange), challenge);
      }
    },
  };
}

/** A draft needs a key whatever its mode says: only Subscriptions of its own namespace may call it. */
function looksAtKeys(api: ApiEntry): boolean {
  return api.authentication.mode !== 'None' || api.lifecycle.state === 'Draft';
}

function needsKey(api: ApiEntry): boolean {
  return api.authentication.mode === 'Required' || api.lifecycle.state === 'Draft';
}

function accept(exchange: Exchange, found: CredentialEntry | undefined, now: number): void {
  if (found === undefined) {
    throw new GatewayError('GW_API_KEY_UNKNOWN', 'The API key belongs to no Subscription that is in force.', challenge);
  }
  if (now < found.notBefore || now > found.notAfter) {
    throw new GatewayError('GW_API_KEY_EXPIRED', `The API key "${found.name}" is not valid now.`, challenge);
  }
  exchange.credential = found;
  exchange.subscription = found.subscription;
}

/** The finder for the gateway as it is configured now; made anew only when the pepper's owner changes. */
class FinderOfGateway {
  #gateway: GatewayEntry | null = null;
  #finder = new CredentialFinder(() => '');

  of(gateway: GatewayEntry): CredentialFinder {
    if (this.#gateway !== gateway) {
      this.#gateway = gateway;
      this.#finder = new CredentialFinder(buildKeyDigest(gateway.pepper));
    }
    return this.#finder;
  }
}

const challenge = { headers: ['WWW-Authenticate', 'ApiKey'] };

const builtInHeaders = ['x-api-key'];

/** Header names that may carry a key for this API. A KeyManager that is not loaded closes the API: nobody can vouch. */
function keyHeadersOf(api: ApiEntry): readonly string[] {
  const { keyManagers } = api.authentication;
  if (keyManagers.length === 0) return builtInHeaders;
  return keyManagers.map(({ id, slot }) => {
    if (slot.value === null)
      throw new GatewayError('GW_KEY_MANAGER_MISSING', `The KeyManager "${id}" is not loaded here.`);
    return slot.value.header;
  });
}

/** The one key of the call, or the empty string; notes which fields carry it, so that they are not forwarded. */
function presentedKey(exchange: Exchange, headers: readonly string[]): string {
  const { rawHeaders } = exchange;
  exchange.keyHeaders = headers;
  let found = '';
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const key = keyIn(rawHeaders[i] ?? '', rawHeaders[i + 1] ?? '', headers);
    if (key === '' || key === found) continue;
    if (found !== '')
      throw new GatewayError('GW_API_KEY_AMBIGUOUS', 'The call carries two different API keys; send one.');
    found = key;
  }
  return found;
}

function keyIn(name: string, value: string, headers: readonly string[]): string {
  if (name.length === 13 && isApiKeyAuthorization(name, value)) return value.slice(7).trim();
  for (const header of headers) {
    if (header.length === name.length && name.toLowerCase() === header) return value;
  }
  return '';
}

/** Is this field `Authorization: ApiKey …`? Schemes are case-insensitive. */
export function isApiKeyAuthorization(name: string, value: string): boolean {
  return name.toLowerCase() === 'authorization' && value.slice(0, 7).toLowerCase() === 'apikey ';
}

const keyPattern = /^[\x21-\x7e]+$/;

function isKey(text: string): boolean {
  return text.length <= maxKeyLength && keyPattern.test(text);
}

function missingDetail(exchange: Exchange): string {
  const header = exchange.keyHeaders[0] ?? 'x-api-key';
  return `Send your API key in the header "${header}" or as "Authorization: ApiKey <key>". A Subscription gives you one.`;
}
