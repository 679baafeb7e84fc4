import { createHmac } from 'node:crypto';
import { contractVersion } from '#api/compiled/base.ts';
import type {
  CompiledApiService,
  CompiledGateway,
  CompiledSubscription,
  CompiledTenant,
} from '#api/compiled/contract.ts';
import type {
  CompiledApiKeyManager,
  CompiledCertificateKeyManager,
  CompiledIntrospection,
  CompiledOidcKeyManager,
  CompiledSignatureKeyManager,
  CompiledTokenEndpoint,
} from '#api/compiled/key-manager.ts';
import type { CompiledRequestLimit } from '#api/compiled/limit.ts';
import { signatureAlgorithms } from '#api/json-web-key.ts';

/** Builders of valid compiled objects for tests; each takes what the test is about and fills in the rest. */
export const testPepper = Buffer.alloc(32, 7).toString('base64');

export function aGateway(change: Partial<CompiledGateway> = {}): CompiledGateway {
  return {
    contract: contractVersion,
    kind: 'ApiGateway',
    id: 'simpul-system/public',
    pepper: testPepper,
    listeners: [{ name: 'http', protocol: 'HTTP', port: 8080, http2: false, proxyProtocol: false }],
    timeZone: 'Asia/Jakarta',
    limits: [],
    backendAccess: { allow: ['127.0.0.0/8'], deny: [] },
    trustedProxies: [],
    maxRequestBytes: 10_485_760,
    drainDelayMs: 0,
    ...change,
  };
}

export function aTenant(change: Partial<CompiledTenant> = {}): CompiledTenant {
  return {
    contract: contractVersion,
    kind: 'Tenant',
    id: 'banten',
    hosts: [],
    paths: ['/'],
    suspended: false,
    limits: [],
    ...change,
  };
}

export function aKeyManager(change: Partial<CompiledApiKeyManager> = {}): CompiledApiKeyManager {
  return {
    contract: contractVersion,
    kind: 'KeyManager',
    id: 'simpul-system/keys',
    type: 'ApiKey',
    header: 'x-api-key',
    ...change,
  };
}

export function anIssuer(change: Partial<CompiledOidcKeyManager> = {}): CompiledOidcKeyManager {
  const issuer = change.issuer ?? 'https://sso.example.go.id/realms/spbe';
  return {
    contract: contractVersion,
    kind: 'KeyManager',
    id: 'simpul-system/sso',
    type: 'OIDC',
    issuer,
    audiences: ['simpul'],
    algorithms: signatureAlgorithms,
    clockLeewayMs: 30_000,
    forwardToken: false,
    keys: { from: 'Discovery', issuer },
    ...change,
  };
}

export function anIntrospection(change: Partial<CompiledIntrospection> = {}): CompiledIntrospection {
  return {
    contract: contractVersion,
    kind: 'KeyManager',
    id: 'simpul-system/sso',
    type: 'Introspection',
    url: 'https://sso.example.go.id/introspect',
    secretHeaders: { authorization: 'Basic c2ltcHVsOnJhaGFzaWE=' },
    cacheMs: 30_000,
    timeoutMs: 1000,
    forwardToken: false,
    ...change,
  };
}

export function aCertificateKeyManager(
  change: Partial<CompiledCertificateKeyManager> & Pick<CompiledCertificateKeyManager, 'ca'>,
): CompiledCertificateKeyManager {
  return {
    contract: contractVersion,
    kind: 'KeyManager',
    id: 'simpul-system/mitra',
    type: 'ClientCertificate',
    ...change,
  };
}

export function aTokenEndpoint(
  change: Partial<CompiledTokenEndpoint> & Pick<CompiledTokenEndpoint, 'keys'>,
): CompiledTokenEndpoint {
  return {
    contract: contractVersion,
    kind: 'KeyManager',
    id: 'simpul-system/masuk',
    type: 'TokenEndpoint',
    issuer: 'http://127.0.0.1/masuk',
    lifetimeMs: 300_000,
    ...change,
  };
}

export function aSignatureKeyManager(change: Partial<CompiledSignatureKeyManager> = {}): CompiledSignatureKeyManager {
  return {
    contract: contractVersion,
    kind: 'KeyManager',
    id: 'simpul-system/tanda-tangan',
    type: 'Signature',
    algorithms: ['ed25519', 'ecdsa-p256-sha256', 'ecdsa-p384-sha384'],
    components: [],
    maxAgeMs: 60_000,
    clockLeewayMs: 10_000,
    ...change,
  };
}

export function anApi(change: Partial<CompiledApiService> = {}): CompiledApiService {
  return {
    contract: contractVersion,
    kind: 'ApiService',
    id: 'banten/situs',
    tenant: 'banten',
    version: '1.0.0',
    lifecycle: { state: 'Published' },
    hosts: [],
    basePath: '/banten/situs/v1',
    backend: {
      endpoints: [{ url: 'http://127.0.0.1:9000/situs', weight: 1 }],
      timeoutMs: 10_000,
      connectTimeoutMs: 2000,
    },
    authentication: { mode: 'None', keyManagers: [] },
    limits: [],
    operations: [],
    plans: {},
    ...change,
  };
}

export function aSubscription(change: Partial<CompiledSubscription> = {}): CompiledSubscription {
  return {
    contract: contractVersion,
    kind: 'Subscription',
    id: 'tangerang/perizinan',
    tenant: 'tangerang',
    application: 'tangerang/perizinan',
    credentials: [],
    grants: [],
    limits: [],
    ...change,
  };
}

export function aLimit(change: Partial<CompiledRequestLimit> = {}): CompiledRequestLimit {
  return { id: 'total-minute', requests: 60, per: 'Minute', by: 'Total', ...change };
}

/** The digest that the operator would compile for `key`. */
export function hashOf(key: string, pepper: string = testPepper): string {
  return createHmac('sha256', Buffer.from(pepper, 'base64')).update(key).digest('base64url');
}
