import type { ApiService } from '#api/generated/apiservice.ts';
import type { KeyManager } from '#api/generated/keymanager.ts';
import type { Subscription } from '#api/generated/subscription.ts';
import { keyOf, parseId } from '#api/object.ts';
import { refId } from '#operator/world/routes.ts';
import type { KeyPlace } from './key-files.ts';

export interface CurlInput {
  readonly api: ApiService;
  /** Where its gateway answers: `http://127.0.0.1:8080`. */
  readonly url: string;
  readonly subscriptions: readonly Subscription[];
  readonly keyManagers: readonly KeyManager[];
  readonly keys: readonly KeyPlace[];
}

/** One line that a shell runs as it is: or why there is none that would be answered. */
export type CurlLine = { readonly command: string } | { readonly none: string };

/** Builds a call to an API that its gateway answers: with a key when it needs one, with its host when it claims one. */
export function buildCurl(input: CurlInput): CurlLine {
  const { api, url } = input;
  const { authentication, hosts = [] } = api.spec;
  const header = headerFor(input);
  const key = authentication.mode === 'None' || header === undefined ? undefined : keyFor(input);
  const none = whyNone(api, header, key);
  if (none !== undefined) return { none };
  const operation = callableOperation(api);
  const parts = ['curl'];
  // Its certificate is for the names of callers, not for this machine.
  if (url.startsWith('https:')) parts.push('-k');
  if (operation.method !== 'GET') parts.push('-X', operation.method);
  if (hosts[0] !== undefined) parts.push('-H', quote(`Host: ${hosts[0]}`));
  if (key !== undefined) parts.push('-H', `"${header}: $(cat ${quote(key.file)})"`);
  const path = api.spec.basePath === '/' ? operation.path : `${api.spec.basePath}${operation.path}`;
  parts.push(quote(`${url}${path === '' ? '/' : path}`));
  return { command: parts.join(' ') };
}

/** Why no call would be answered; undefined when one would. */
function whyNone({ spec }: ApiService, header: string | undefined, key: KeyPlace | undefined): string | undefined {
  if (spec.lifecycle === 'Blocked') return 'it is Blocked and answers 503';
  if (spec.lifecycle === 'Retired') return 'it is Retired and answers 410';
  if (key !== undefined || spec.authentication.mode !== 'Required') return undefined;
  if (header === undefined) return 'it needs a token of its identity provider';
  return 'it needs a key, and no Subscription may call it yet';
}

/** The key of a credential that may call the API now; a generated one rather than a brought one. */
function keyFor({ api, subscriptions, keys }: CurlInput): KeyPlace | undefined {
  const { namespace, name } = parseId(keyOf(api));
  const candidates = subscriptions.flatMap((subscription) => {
    const grant = subscription.status?.apis?.find((entry) => entry.namespace === namespace && entry.name === name);
    if (grant?.state !== 'Active') return [];
    const active = subscription.status?.credentials?.filter(({ state }) => state === 'Active') ?? [];
    const names = new Set(active.map((credential) => credential.name));
    const { metadata } = subscription;
    return keys.filter((key) => {
      return key.namespace === metadata.namespace && key.subscription === metadata.name && names.has(key.credential);
    });
  });
  return candidates.find(({ generated }) => generated) ?? candidates[0];
}

/** The header that the first of its KeyManagers reads that takes keys; undefined: none does. */
function headerFor({ api, keyManagers }: CurlInput): string | undefined {
  const ids = (api.spec.authentication.keyManagerRefs ?? []).map((ref) => refId(ref, api));
  if (ids.length === 0) return 'X-API-Key';
  const taking = keyManagers.find((manager) => ids.includes(keyOf(manager)) && manager.spec.type === 'ApiKey');
  return taking && (taking.spec.apiKey?.header ?? 'X-API-Key');
}

interface Call {
  readonly method: string;
  readonly path: string;
}

/** The base path itself; for an API that lists its operations the simplest one of these. */
function callableOperation(api: ApiService): Call {
  const calls = (api.spec.operations ?? []).map(({ path, methods = [] }): Call => {
    const method = methods.length === 0 || methods.includes('GET') ? 'GET' : (methods[0] ?? 'GET');
    return { method, path: path.replace(/\/\*$/, '').replaceAll(/\{[^}]*\}/g, '1') };
  });
  const gets = calls.filter(({ method }) => method === 'GET');
  return gets[0] ?? calls[0] ?? { method: 'GET', path: '' };
}

/** One word of a POSIX shell, in quotes only where it needs them. */
export function quote(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
