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
  { spec: { authentication } }: ApiService,
  keyManagers: readonly (KeyManager | undefined)[],
  dialect: Dialect,
): ExportedSecurity {
  const { mode, keyManagerRefs = [], scopes = [] } = authentication;
  if (mode === 'None') return { schemes: {}, requirements: [], withScopes: () => [], notes: [] };
  const named = keyManagerRefs.map((ref, i) => schemeOf(ref.name, keyManagers[i], dialect));
  const all = named.length === 0 ? [apiKey('apiKey', 'X-API-Key')] : named;
  const missing = keyManagerRefs.filter((_, i) => keyManagers[i] === undefined);
  const withScopes = (more: readonly string[]): JsonObject[] => [
    ...all.map(({ name, hasScopes }) => ({ [name]: hasScopes ? [...new Set([...scopes, ...more])] : [] })),
    ...(mode === 'Optional' ? [{}] : []),
  ];
  return {
    schemes: Object.fromEntries(all.map(({ name, value }) => [name, value])),
    requirements: withScopes([]),
    withScopes,
    notes: missing.map(({ name }) => `KeyManager "${name}" is not among the files: it was written as a bearer token`),
  };
}

function schemeOf(name: string, keyManager: KeyManager | undefined, dialect: Dialect): Scheme {
  const spec = keyManager?.spec;
  if (spec?.type === 'ApiKey') return apiKey(name, spec.apiKey?.header ?? 'X-API-Key');
  if (spec?.type === 'OIDC') {
    const openIdConnectUrl = `${spec.oidc?.issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
    return { name, value: { type: 'openIdConnect', openIdConnectUrl }, hasScopes: true };
  }
  if (spec?.type === 'ClientCertificate' && dialect === '3.1')
    return { name, value: { type: 'mutualTLS' }, hasScopes: false };
  return { name, value: { type: 'http', scheme: 'bearer' }, hasScopes: false };
}

function apiKey(name: string, header: string): Scheme {
  return { name, value: { type: 'apiKey', in: 'header', name: header }, hasScopes: false };
}
