import type { ApiService } from '#api/generated/apiservice.ts';
import type { KeyManager } from '#api/generated/keymanager.ts';
import type { Dialect, JsonObject } from '#api/openapi/document.ts';

/** What callers of the gateway need, as OpenAPI says it. */
export interface ExportedSecurity {
  readonly schemes: JsonObject;
  /** For the whole API: one of these; empty: nothing. */
  readonly requirements: readonly JsonObject[];
  /** With more scopes. */
  readonly withScopes: (scopes: readonly string[]) => readonly JsonObject[];
  readonly notes: readonly string[];
}

interface Scheme {
  readonly name: string;
  readonly value: JsonObject;
  /** Tokens carry scopes; OpenAPI 3.0 lets no other scheme name any. */
  readonly hasScopes: boolean;
}

/** `keyManagers`: by position those that the ApiService names; undefined: not known here. */
export function exportSecurity(
  { spec }: ApiService,
  keyManagers: readonly (KeyManager | undefined)[],
  dialect: Dialect,
): ExportedSecurity {
  const { mode, keyManagerRefs = [], scopes = [] } = spec.authentication;
  if (mode === 'None') return { schemes: {}, requirements: [], withScopes: () => [], notes: [] };
  const about = { dialect, scopes: allScopes(spec) };
  const named = keyManagerRefs.map((ref, i) => schemeOf(ref.name, keyManagers[i], about));
  const all = named.length === 0 ? [apiKey('apiKey', 'X-API-Key')] : named;
  const withScopes = (more: readonly string[]): JsonObject[] => [
    ...all.map(({ name, hasScopes }) => ({ [name]: hasScopes ? [...new Set([...scopes, ...more])] : [] })),
    ...(mode === 'Optional' ? [{}] : []),
  ];
  return {
    schemes: Object.fromEntries(all.map(({ name, value }) => [name, value])),
    requirements: withScopes([]),
    withScopes,
    notes: keyManagerRefs.flatMap(({ name }, i) => noteOf(name, keyManagers[i], dialect) ?? []),
  };
}

/** Why it does not stand there as what it is; undefined: it does. */
function noteOf(name: string, keyManager: KeyManager | undefined, dialect: Dialect): string | undefined {
  if (keyManager === undefined) return `KeyManager "${name}" is not among the files: it was written as a bearer token`;
  if (keyManager.spec.type !== 'ClientCertificate' || dialect === '3.1') return undefined;
  return `KeyManager "${name}" asks for a client certificate, which OpenAPI 3.0 cannot say: it was written as a bearer token`;
}

interface About {
  readonly dialect: Dialect;
  /** Every one that the API knows. */
  readonly scopes: readonly string[];
}

function schemeOf(name: string, keyManager: KeyManager | undefined, { dialect, scopes }: About): Scheme {
  const spec = keyManager?.spec;
  if (spec?.type === 'ApiKey') return apiKey(name, spec.apiKey?.header ?? 'X-API-Key');
  if (spec?.type === 'OIDC') {
    const openIdConnectUrl = `${spec.oidc?.issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
    return { name, value: { type: 'openIdConnect', openIdConnectUrl }, hasScopes: true };
  }
  if (spec?.type === 'TokenEndpoint' && spec.tokenEndpoint !== undefined) {
    const tokenUrl = `${spec.tokenEndpoint.issuer.replace(/\/$/, '')}/token`;
    const described = Object.fromEntries(scopes.map((scope) => [scope, '']));
    const value = { type: 'oauth2', flows: { clientCredentials: { tokenUrl, scopes: described } } };
    return { name, value, hasScopes: true };
  }
  if (spec?.type === 'ClientCertificate' && dialect === '3.1')
    return { name, value: { type: 'mutualTLS' }, hasScopes: false };
  if (spec?.type === 'Signature') {
    const description = 'HTTP Message Signatures (RFC 9421)';
    return { name, value: { type: 'http', scheme: 'signature', description }, hasScopes: false };
  }
  return { name, value: { type: 'http', scheme: 'bearer' }, hasScopes: false };
}

/** Of the API, its operations and its plans: a flow names all that may be asked for. */
function allScopes({ authentication, operations = [], plans = {} }: ApiService['spec']): readonly string[] {
  const parts = [authentication, ...operations, ...Object.values(plans)];
  return [...new Set(parts.flatMap(({ scopes }) => scopes ?? []))].sort();
}

function apiKey(name: string, header: string): Scheme {
  return { name, value: { type: 'apiKey', in: 'header', name: header }, hasScopes: false };
}
