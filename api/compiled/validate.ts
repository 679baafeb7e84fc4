import { X509Certificate } from 'node:crypto';
import type { ErrorObject } from 'ajv';
import ipaddr from 'ipaddr.js';
import { compileCallExpression } from '../call-expression.ts';
import { readJwkSet } from '../json-web-key.ts';
import { contractVersion } from './base.ts';
import type { Compiled, CompiledApiService, CompiledGateway, CompiledKind } from './contract.ts';
import type { CompiledKeyManager, CompiledKeySource } from './key-manager.ts';
import type { CompiledLimit } from './limit.ts';
import { compiledSchemas } from './schema.ts';
import { validatorOf } from './validators.ts';

export type CompiledVerdict =
  | { readonly ok: true; readonly compiled: Compiled }
  /** One line: which field and which rule. Never holds a value of the object, because that may be secret. */
  | { readonly ok: false; readonly reason: string };

/**
 * Both sides of the contract call this: the operator before it writes, the gateway before it loads. Refuses unknown
 * versions, kinds and fields, everything out of bounds, and what no schema can say (URLs, CIDRs, time zones, doubled
 * limit ids). Never throws; does not change `value`.
 */
export function validateCompiled(value: unknown): CompiledVerdict {
  if (!isRecord(value)) return refuse('must be an object');
  if (value['contract'] !== contractVersion) {
    return refuse(`contract must be ${contractVersion}: the operator and the gateway are of different releases`);
  }
  const { kind } = value;
  if (!isKind(kind)) return refuse('kind is not one that this contract knows');
  const validate = validatorOf(kind);
  if (!validate(value)) return refuse(describe(validate.errors?.[0]));
  const reason = semanticFault(value);
  return reason === undefined ? { ok: true, compiled: value } : refuse(reason);
}

function isKind(kind: unknown): kind is CompiledKind {
  return typeof kind === 'string' && Object.hasOwn(compiledSchemas, kind);
}

function refuse(reason: string): CompiledVerdict {
  return { ok: false, reason };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `backend.endpoints.0.url must match pattern`. Property names are ours or bounded; values are never quoted. */
function describe(error: ErrorObject | undefined): string {
  if (error === undefined) return 'does not match its schema';
  const field = error.instancePath.slice(1).replaceAll('/', '.');
  const extra: unknown = error.params['additionalProperty'];
  const named = typeof extra === 'string' ? `${error.message}: "${extra.slice(0, 63)}"` : `${error.message}`;
  return field === '' ? named : `${field} ${named}`;
}

function semanticFault(compiled: Compiled): string | undefined {
  switch (compiled.kind) {
    case 'ApiGateway':
      return gatewayFault(compiled);
    case 'ApiService':
      return apiServiceFault(compiled);
    case 'Tenant':
      return maintenanceFault(compiled) ?? limitsFault('limits', compiled.limits);
    case 'Subscription':
      return limitsFault('limits', compiled.limits);
    case 'KeyManager':
      return keyManagerFault(compiled);
    case 'Definition':
      return undefined;
  }
}

function gatewayFault(gateway: CompiledGateway): string | undefined {
  if (!isTimeZone(gateway.timeZone)) return 'timeZone is not a known IANA time zone';
  const odd = gateway.listeners.findIndex(({ protocol, tls }) => (protocol === 'HTTPS') !== (tls !== undefined));
  if (odd >= 0) return `listeners.${odd}.tls must be given with HTTPS, and only then`;
  if (gateway.tracing !== undefined && !isBackendUrl(gateway.tracing.endpoint)) {
    return 'tracing.endpoint must be an http or https URL without credentials, query and fragment';
  }
  return (
    cidrFault('backendAccess.allow', gateway.backendAccess.allow) ??
    cidrFault('backendAccess.deny', gateway.backendAccess.deny) ??
    cidrFault('trustedProxies', gateway.trustedProxies) ??
    maintenanceFault(gateway) ??
    limitsFault('limits', gateway.limits)
  );
}

function keyManagerFault(keyManager: CompiledKeyManager): string | undefined {
  switch (keyManager.type) {
    case 'ApiKey':
    case 'Signature':
      return undefined;
    case 'Introspection':
      return URL.canParse(keyManager.url) ? undefined : 'url must be an http or https URL';
    case 'ClientCertificate':
      return holdsCertificates(keyManager.ca) ? undefined : 'ca must be certificates in PEM form';
    case 'TokenEndpoint':
      return issuerFault(keyManager.issuer);
    case 'OIDC':
      return issuerFault(keyManager.issuer) ?? keySourceFault(keyManager.keys);
  }
}

function issuerFault(issuer: string): string | undefined {
  return isBackendUrl(issuer)
    ? undefined
    : 'issuer must be an http or https URL without credentials, query and fragment';
}

function keySourceFault(keys: CompiledKeySource): string | undefined {
  if (keys.from === 'Uri' && !URL.canParse(keys.uri)) return 'keys.uri must be an http or https URL';
  return keys.from === 'Inline' && !holdsKeys(keys.jwks)
    ? 'keys.jwks holds no key that can verify signatures'
    : undefined;
}

function holdsCertificates(pem: string): boolean {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  try {
    for (const block of blocks) new X509Certificate(block);
    return blocks.length > 0;
  } catch {
    return false;
  }
}

function holdsKeys(jwks: string): boolean {
  try {
    return (readJwkSet(JSON.parse(jwks))?.length ?? 0) > 0;
  } catch {
    return false;
  }
}

function apiServiceFault(api: CompiledApiService): string | undefined {
  if (api.mock !== undefined && api.definition === undefined) return 'mock needs a definition';
  const badUrl = urlsOf(api).find(([, url]) => !isBackendUrl(url));
  if (badUrl !== undefined) return `${badUrl[0]} must be an http or https URL without credentials, query and fragment`;
  return accessFault(api) ?? maintenanceFault(api) ?? corsFault(api) ?? allLimitsFault(api);
}

/** Where calls may go, each with the field that says so. */
function urlsOf({ backend, canary, mirror }: CompiledApiService): [string, string][] {
  return [
    ...(backend.oauth2 === undefined ? [] : [['backend.oauth2.tokenUrl', backend.oauth2.tokenUrl] as [string, string]]),
    ...backend.endpoints.map(({ url }, i): [string, string] => [`backend.endpoints.${i}.url`, url]),
    ...(canary?.endpoints ?? []).map(({ url }, i): [string, string] => [`canary.endpoints.${i}.url`, url]),
    ...(mirror === undefined ? [] : [['mirror.url', mirror.url] as [string, string]]),
  ];
}

function maintenanceFault({ maintenance }: Pick<CompiledApiService, 'maintenance'>): string | undefined {
  return maintenance === undefined ? undefined : cidrFault('maintenance.allow', maintenance.allow);
}

/** Any site could act with the credentials of whoever visits it. */
function corsFault({ cors }: CompiledApiService): string | undefined {
  return cors?.credentials === true && cors.origins.includes('*') ? 'cors.credentials cannot go with "*"' : undefined;
}

function accessFault({ access }: CompiledApiService): string | undefined {
  if (access === undefined) return undefined;
  return cidrFault('access.allow', access.allow) ?? cidrFault('access.deny', access.deny);
}

function allLimitsFault({ operations, plans, limits }: CompiledApiService): string | undefined {
  for (const [index, operation] of operations.entries()) {
    const fault = limitsFault(`operations.${index}.limits`, operation.limits);
    if (fault !== undefined) return fault;
  }
  for (const [name, plan] of Object.entries(plans)) {
    const fault = limitsFault(`plans.${name}.limits`, plan.limits);
    if (fault !== undefined) return fault;
  }
  return limitsFault('limits', limits);
}

/** Counters are kept by limit id: two of one id would count into each other. */
function limitsFault(field: string, limits: readonly CompiledLimit[]): string | undefined {
  for (const [index, limit] of limits.entries()) {
    const fault = limitFault(limit);
    if (fault !== undefined) return `${field}.${index} ${fault}`;
  }
  if (limits.length < 2) return undefined;
  const ids = new Set(limits.map((limit) => limit.id));
  return ids.size === limits.length ? undefined : `${field} must have ids that differ`;
}

function limitFault(limit: CompiledLimit): string | undefined {
  const amounts = ['requests', 'bytes', 'concurrent'].filter((amount) => Object.hasOwn(limit, amount));
  if (amounts.length !== 1) return 'must have exactly one of requests, bytes and concurrent';
  if (Object.hasOwn(limit, 'per') === 'concurrent' in limit) return 'must have a window unless it is concurrent';
  if (Object.hasOwn(limit, 'burst') && !('requests' in limit)) return 'must have no burst unless it has requests';
  if ((limit.by === 'Header') !== (limit.header !== undefined)) return 'must name a header when it counts by Header';
  if ((limit.by === 'Claim') !== (limit.claim !== undefined)) return 'must name a claim when it counts by Claim';
  if (limit.when === undefined || compileCallExpression(limit.when).ok) return undefined;
  return 'must have an expression that can be compiled';
}

function cidrFault(field: string, cidrs: readonly string[]): string | undefined {
  const index = cidrs.findIndex((cidr) => !ipaddr.isValidCIDR(cidr));
  return index < 0 ? undefined : `${field}.${index} must be a CIDR such as 10.0.0.0/8`;
}

function isBackendUrl(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) return false;
  return url.username === '' && url.password === '' && !text.includes('?') && !text.includes('#');
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
