import { contractVersion } from '#api/compiled/base.ts';
import type { CompiledKeyManager, CompiledKeySource, CompiledOidcKeyManager } from '#api/compiled/key-manager.ts';
import type { Observation } from '#api/conditions.ts';
import type { KeyManager } from '#api/generated/keymanager.ts';
import { readJwkSet, type SignatureAlgorithm, signatureAlgorithms } from '#api/json-web-key.ts';
import { keyOf } from '#api/object.ts';
import { providerAuthorityRefOf } from '../world/references.ts';
import type { World } from '../world/world.ts';
import { readAuthorities } from './authorities.ts';
import { compileClientCertificate } from './client-certificate.ts';
import { compileIntrospection, introspectionProblem } from './introspection.ts';
import type { Outcome, Problem } from './outcome.ts';
import { observe, verdict } from './outcome.ts';
import { parseDurationMs } from './quantity.ts';
import { compileSignature, signatureProblem } from './signature-key.ts';
import { compileTokenEndpoint, tokenEndpointProblem } from './token-endpoint.ts';
import { admits } from './translate-api-gateway.ts';

/** Every gateway learns of every KeyManager: they are few, and an ApiService may name one at any time. */
export function translateKeyManager(keyManager: KeyManager, world: World): Outcome {
  const { oidc, introspection } = keyManager.spec;
  const problem =
    oidcProblem(oidc) ??
    introspectionProblem(introspection) ??
    tokenEndpointProblem(keyManager, world) ??
    signatureProblem(keyManager);
  const compiled = problem === undefined ? compileKeyManager(keyManager, world) : problem;
  const isGood = !('reason' in compiled);
  const gateways = isGood ? world.apiGateways.ids() : world.compiled.of('KeyManager', keyOf(keyManager)).keys();
  const plan = new Map([...gateways].map((gateway) => [gateway, isGood ? compiled : ('keep' as const)]));
  return {
    observations: [
      verdict(keyManager, 'Accepted', problem),
      verdict(keyManager, 'ResolvedRefs', isGood || problem !== undefined ? undefined : compiled),
      ...plainTextWarning(keyManager),
    ],
    compiled: plan,
    status: {},
  };
}

type Oidc = NonNullable<KeyManager['spec']['oidc']>;

const longestLeewayMs = 300_000;

function oidcProblem(oidc: Oidc | undefined): Problem | undefined {
  if (oidc === undefined) return undefined;
  const { issuer, jwksUri, jwks, clockLeeway } = oidc;
  const badUrl = Object.entries({ issuer, jwksUri }).find(([, url]) => url !== undefined && !URL.canParse(url));
  if (badUrl !== undefined) return invalid(`spec.oidc.${badUrl[0]} is no URL that can be called`);
  if ((parseDurationMs(clockLeeway) ?? longestLeewayMs + 1) > longestLeewayMs) {
    return invalid(`spec.oidc.clockLeeway "${clockLeeway}" must be a duration of at most 5m, such as 30s`);
  }
  if (jwks === undefined || hasKeys(jwks)) return undefined;
  return invalid(
    'spec.oidc.jwks holds no key that can verify signatures: give a JSON Web Key Set ({"keys": [...]}) with RSA (2048 bits or more), EC or Ed25519 public keys',
  );
}

function invalid(message: string): Problem {
  return { reason: 'InvalidValue', message };
}

function hasKeys(jwks: string): boolean {
  try {
    return (readJwkSet(JSON.parse(jwks))?.length ?? 0) > 0;
  } catch {
    return false;
  }
}

/** Whoever sits between gateway and issuer could hand out keys of his own. */
function plainTextWarning(keyManager: KeyManager): Observation[] {
  const { oidc, introspection } = keyManager.spec;
  if (introspection?.url.startsWith('http:') === true) {
    const message =
      'Tokens and the credential of spec.introspection go over plain http: whoever is on the way can read them, and answer instead of the provider. Use https';
    return [observe(keyManager, 'Warning', 'True', { reason: 'PlainTextIssuer', message })];
  }
  if (keyManager.spec.tokenEndpoint?.issuer.startsWith('http:') === true) {
    const message =
      'API keys and tokens of spec.tokenEndpoint go over plain http: whoever is on the way can read them. Use https';
    return [observe(keyManager, 'Warning', 'True', { reason: 'PlainTextIssuer', message })];
  }
  const { issuer = '', jwksUri, jwks } = oidc ?? {};
  if (jwks !== undefined || !(jwksUri ?? issuer).startsWith('http:')) return [];
  const message =
    'Keys of the issuer are fetched by plain http: whoever can change what is on the way can make tokens. Use https, or give the keys in spec.oidc.jwks';
  return [observe(keyManager, 'Warning', 'True', { reason: 'PlainTextIssuer', message })];
}

function compileKeyManager(keyManager: KeyManager, world: World): CompiledKeyManager | Problem {
  const settings = compileSettings(keyManager, world);
  if ('reason' in settings) return settings;
  return { contract: contractVersion, kind: 'KeyManager', id: keyOf(keyManager), ...settings };
}

type WithoutBase<T> = T extends unknown ? Omit<T, 'contract' | 'kind' | 'id'> : never;

/** The spec has the settings of its own type, and no others. */
function compileSettings(keyManager: KeyManager, world: World): WithoutBase<CompiledKeyManager> | Problem {
  const { oidc, introspection, clientCertificate, tokenEndpoint, apiKey, type } = keyManager.spec;
  if (oidc !== undefined || introspection !== undefined) return compileProvider(keyManager, world);
  if (clientCertificate !== undefined) return compileClientCertificate(keyManager, clientCertificate, world);
  if (tokenEndpoint !== undefined) return compileTokenEndpoint(keyManager, tokenEndpoint, world);
  if (type === 'Signature') return compileSignature(keyManager);
  return { type: 'ApiKey', header: (apiKey?.header ?? 'X-API-Key').toLowerCase() };
}

function compileProvider(keyManager: KeyManager, world: World): WithoutBase<CompiledKeyManager> | Problem {
  const { oidc, introspection } = keyManager.spec;
  const authorities = providerAuthorities(keyManager, world);
  if ('reason' in authorities) return authorities;
  if (oidc !== undefined) return compileOidc(oidc, authorities);
  if (introspection === undefined) throw new TypeError('neither oidc nor introspection');
  const compiled = compileIntrospection(keyManager, introspection, world);
  return 'reason' in compiled ? compiled : { ...compiled, ...authorities };
}

/** Those that alone vouch for a provider; nothing: the public ones do. */
function providerAuthorities(keyManager: KeyManager, world: World): { readonly ca?: string } | Problem {
  const { oidc, introspection } = keyManager.spec;
  const key = (oidc ?? introspection)?.caRef?.key;
  const ref = providerAuthorityRefOf(keyManager);
  if (ref === undefined || key === undefined) return {};
  const field = oidc === undefined ? 'spec.introspection.caRef' : 'spec.oidc.caRef';
  return readAuthorities({ field, ref, key }, world);
}

function compileOidc(
  oidc: Oidc,
  authorities: { readonly ca?: string },
): Omit<CompiledOidcKeyManager, 'contract' | 'kind' | 'id'> {
  const { issuer, applicationClaim, scopesClaim } = oidc;
  return {
    type: 'OIDC',
    issuer,
    audiences: [...oidc.audiences].sort(),
    ...(applicationClaim === undefined ? {} : { applicationClaim }),
    ...(scopesClaim === undefined ? {} : { scopesClaim }),
    algorithms: compileAlgorithms(oidc.algorithms),
    clockLeewayMs: parseDurationMs(oidc.clockLeeway) ?? 0,
    forwardToken: oidc.forwardToken,
    keys: compileKeySource(oidc, authorities),
  };
}

function compileAlgorithms(named: Oidc['algorithms']): readonly SignatureAlgorithm[] {
  if (named === undefined) return signatureAlgorithms;
  // Two names of one algorithm (RFC 9864).
  return signatureAlgorithms.filter((one) => named.some((name) => name === (one === 'Ed25519' ? 'EdDSA' : one)));
}

function compileKeySource({ issuer, jwksUri, jwks }: Oidc, authorities: { readonly ca?: string }): CompiledKeySource {
  if (jwks !== undefined) return { from: 'Inline', jwks };
  return jwksUri === undefined
    ? { from: 'Discovery', issuer, ...authorities }
    : { from: 'Uri', uri: jwksUri, ...authorities };
}

/** Whether ApiServices and Subscriptions in `namespace` may name `keyManager`: its own namespace always, others as `spec.tenants` says. */
export function mayUseKeyManager(keyManager: KeyManager, namespace: string, world: World): boolean {
  if (keyManager.metadata.namespace === namespace) return true;
  const { tenants } = keyManager.spec;
  if (tenants === undefined) return keyManager.metadata.namespace === world.settings.installationNamespace;
  const tenant = world.tenants.get(world.tenantOf(namespace)?.name ?? '');
  return tenant !== undefined && admits(tenants, tenant);
}
