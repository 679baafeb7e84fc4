import type {
  CompiledIntrospection,
  CompiledKeyManager,
  CompiledOidcKeyManager,
  CompiledTokenEndpoint,
} from '#api/compiled/key-manager.ts';
import type { Clock } from '../clock.ts';
import { CertificateIssuers } from '../identity/certificate-issuers.ts';
import { InlineKeys, type KeySources } from '../identity/key-sources.ts';
import type { ProviderClient } from '../identity/provider-client.ts';
import { RequestVerifier } from '../identity/request-verifier.ts';
import { SigningKeys } from '../identity/signing-keys.ts';
import { TokenEndpoint } from '../identity/token-endpoint.ts';
import { TokenInspector } from '../identity/token-inspector.ts';
import { TokenVerifier } from '../identity/token-verifier.ts';
import type { Log } from '../log/log.ts';
import type { GatewayMetrics } from '../metrics/gateway-metrics.ts';
import type { KeyManagerEntry, TokenEntry } from './model.ts';

/** What KeyManagers hold beyond the snapshot. */
export interface KeyManagerDeps {
  readonly keySources: KeySources;
  readonly providers: ProviderClient;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: GatewayMetrics;
}

/** Give it back with {@link releaseKeyManagerEntry}. */
export function buildKeyManagerEntry(compiled: CompiledKeyManager, deps: KeyManagerDeps): KeyManagerEntry {
  const { id } = compiled;
  if (compiled.type === 'ApiKey') return { type: 'ApiKey', id, header: compiled.header };
  if (compiled.type === 'ClientCertificate') {
    return { type: 'Certificate', id, issuers: new CertificateIssuers(id, compiled.ca) };
  }
  if (compiled.type === 'Signature') return { type: 'Signature', id, verifier: new RequestVerifier(compiled) };
  if (compiled.type === 'TokenEndpoint') return buildTokenEndpoint(compiled, deps);
  const { forwardToken } = compiled;
  if (compiled.type === 'Introspection') {
    return {
      type: 'Token',
      id,
      issuer: undefined,
      verifier: buildInspector(compiled, deps),
      endpoint: null,
      forwardToken,
    };
  }
  return {
    type: 'Token',
    id,
    issuer: compiled.issuer,
    verifier: buildVerifier(compiled, deps),
    endpoint: null,
    forwardToken,
  };
}

/** Our clocks may differ by so much. */
const ownLeewayMs = 5000;

function buildTokenEndpoint(compiled: CompiledTokenEndpoint, { clock, metrics }: KeyManagerDeps): TokenEntry {
  const { id, issuer } = compiled;
  const signing = new SigningKeys(compiled.keys);
  const verifier = new TokenVerifier({
    keyManager: id,
    rules: {
      issuer,
      audiences: [issuer],
      applicationClaim: 'client_id',
      scopesClaim: 'scope',
      clockLeewayMs: ownLeewayMs,
      isOwn: true,
    },
    algorithms: ['ES256'],
    keys: new InlineKeys(signing.jwks),
    clock,
    count: metrics.countToken,
  });
  const endpoint = new TokenEndpoint(compiled, { keys: signing, clock, count: metrics.countTokenRequest });
  return { type: 'Token', id, issuer, verifier, endpoint, forwardToken: false };
}

function buildVerifier(compiled: CompiledOidcKeyManager, deps: KeyManagerDeps): TokenVerifier {
  const { keySources, clock, metrics } = deps;
  const { id, issuer, audiences, applicationClaim, scopesClaim, clockLeewayMs, algorithms } = compiled;
  const keys = keySources.acquire(compiled.keys);
  metrics.watchKeys(id, keys);
  const rules = { issuer, audiences, applicationClaim, scopesClaim, clockLeewayMs, isOwn: false };
  return new TokenVerifier({ keyManager: id, rules, algorithms, keys, clock, count: metrics.countToken });
}

function buildInspector(compiled: CompiledIntrospection, deps: KeyManagerDeps): TokenInspector {
  const { providers, clock, log, metrics } = deps;
  const { id, url, secretHeaders, audiences, applicationClaim, scopesClaim, cacheMs, timeoutMs } = compiled;
  return new TokenInspector({
    keyManager: id,
    url,
    ca: compiled.ca,
    headers: secretHeaders,
    rules: { audiences, applicationClaim, scopesClaim, isOwn: false },
    cacheMs,
    timeoutMs,
    client: providers,
    clock,
    log,
    count: metrics.countToken,
  });
}

export function releaseKeyManagerEntry(compiled: CompiledKeyManager, { keySources }: KeyManagerDeps): void {
  if (compiled.type === 'OIDC') keySources.release(compiled.keys);
}
