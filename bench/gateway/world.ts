import { createHmac } from 'node:crypto';
import { contractVersion } from '#api/compiled/base.ts';
import type {
  Compiled,
  CompiledApiService,
  CompiledCredential,
  CompiledListener,
  CompiledRedis,
  CompiledSubscription,
} from '#api/compiled/contract.ts';
import type { CompiledRequestLimit } from '#api/compiled/limit.ts';
import { issuer, type ServerEvidence, tokenClient } from './evidence.ts';

export type Variant = 'policies' | 'plain' | 'routes';

/** Of the API that is measured, with an API key. */
export const apiKey = 'simpul_bench-0123456789-abcdefghijklmnopqrstuv';
export const basePath = '/banten/situs/v1';
/** Base paths of APIs that do one thing more. */
export const paths = { token: '/banten/token/v1', cached: '/banten/simpanan/v1', validated: '/banten/periksa/v1' };

/** A body of 1 KiB that the definition of {@link paths.validated} takes. */
export const validBody = JSON.stringify({
  kode: '36.71',
  nama: 'Pemerintah Kota Tangerang',
  situs: Array.from({ length: 15 }, (_, i) => ({ alamat: `https://opd-${i}.tangerangkota.go.id/`, aktif: true })),
}).padEnd(1024);

const definitionId = 'b'.repeat(40);
const base = { contract: contractVersion } as const;
const pepper = Buffer.alloc(32, 7).toString('base64');

/** What else a gateway has. */
export interface WorldParts {
  /** Port of the Redis that limits are leased from; absent: each process counts for itself. */
  readonly redis?: number;
  /** Absent: neither tokens nor TLS. */
  readonly evidence?: ServerEvidence;
}

/** What a gateway of this variant serves. */
export function worldOf(variant: Variant, backend: string, { redis, evidence }: WorldParts = {}): Compiled[] {
  const guarded = variant !== 'plain';
  const limits = guarded ? [limit()] : [];
  return [
    {
      ...{ ...base, kind: 'ApiGateway', id: 'simpul-system/public', pepper, timeZone: 'Asia/Jakarta' },
      ...{ listeners: listenersOf(evidence), limits, backendAccess: { allow: ['127.0.0.0/8'], deny: [] } },
      ...{ trustedProxies: [], maxRequestBytes: 10_485_760, drainDelayMs: 0 },
      ...(redis === undefined ? {} : { redis: redisAt(redis, variant) }),
    },
    { ...base, kind: 'Tenant', id: 'banten', hosts: [], paths: ['/banten'], suspended: false, limits },
    anApi({ id: 'banten/situs', basePath, backend, guarded }),
    aSubscription('banten/aplikasi', [
      keyCredential('k0', apiKey),
      ...(evidence === undefined ? [] : [clientCredential]),
    ]),
    ...(variant === 'routes' ? manyOthers(backend) : []),
    ...(evidence === undefined ? [] : othersOf(backend, evidence)),
  ];
}

function redisAt(port: number, variant: Variant): CompiledRedis {
  return { addresses: [{ host: '127.0.0.1', port }], keyPrefix: `bench:${variant}:`, timeoutMs: 1000, pods: 1 };
}

function listenersOf(evidence: ServerEvidence | undefined): CompiledListener[] {
  const common = { http2: false, proxyProtocol: false };
  const plain = { ...common, name: 'http', protocol: 'HTTP', port: 8080 } as const;
  if (evidence === undefined) return [plain];
  const { certificate, privateKey } = evidence;
  const tls = { certificates: [{ name: 'bench', certificate, privateKey }], minVersion: 'TLSv1.2' } as const;
  return [plain, { ...common, name: 'https', protocol: 'HTTPS', port: 8443, http2: true, tls }];
}

/** The same API by token, from the cache, and with a definition: everything else is equal. */
function othersOf(backend: string, { jwks }: ServerEvidence): Compiled[] {
  const like = { backend, guarded: true };
  const record = { type: 'object', required: ['alamat', 'aktif'], additionalProperties: false } as const;
  return [
    {
      ...{ ...base, kind: 'KeyManager', id: 'simpul-system/issuer', type: 'OIDC', issuer, audiences: ['bench'] },
      ...{ algorithms: ['ES256'], clockLeewayMs: 0, forwardToken: false, keys: { from: 'Inline', jwks } },
    },
    {
      ...anApi({ ...like, id: 'banten/token', basePath: paths.token }),
      authentication: { mode: 'Required', keyManagers: ['simpul-system/issuer'] },
    },
    {
      ...anApi({ ...like, id: 'banten/simpanan', basePath: paths.cached }),
      cache: {
        ttlMs: 3_600_000,
        maxBytes: 65_536,
        keyHeaders: [],
        shared: true,
        staleWhileRevalidateMs: 0,
        staleIfErrorMs: 0,
      },
    },
    {
      ...anApi({ ...like, id: 'banten/periksa', basePath: paths.validated }),
      operations: [{ path: '/', methods: ['POST'], limits: [] }],
      definition: { id: definitionId, requests: 'Enforce', responses: 'None' },
    },
    {
      ...{ ...base, kind: 'Definition', id: definitionId },
      operations: [
        {
          ...{ path: '/', method: 'POST', parameters: [], responses: { default: { content: {} } } },
          requestBody: { required: true, content: { 'application/json': { schema: { $ref: 'd#/$defs/Instansi' } } } },
        },
      ],
      schemas: {
        Instansi: {
          ...{ type: 'object', required: ['kode', 'nama', 'situs'], additionalProperties: false },
          properties: {
            kode: { type: 'string', pattern: '^[0-9]{2}\\.[0-9]{2}$' },
            nama: { type: 'string', minLength: 1, maxLength: 200 },
            situs: { type: 'array', maxItems: 100, items: { $ref: 'd#/$defs/Situs' } },
          },
        },
        Situs: { ...record, properties: { alamat: { type: 'string', maxLength: 200 }, aktif: { type: 'boolean' } } },
      },
    },
  ];
}

function anApi(of: { id: string; basePath: string; backend: string; guarded: boolean }): CompiledApiService {
  const limits = (change: Partial<CompiledRequestLimit> = {}): CompiledRequestLimit[] =>
    of.guarded ? [limit(change)] : [];
  return {
    ...{ ...base, kind: 'ApiService', tenant: 'banten', version: '1.0.0', hosts: [] },
    ...{ id: of.id, basePath: of.basePath },
    lifecycle: { state: 'Published' },
    backend: { endpoints: [{ url: of.backend, weight: 1 }], timeoutMs: 10_000, connectTimeoutMs: 2000 },
    authentication: { mode: of.guarded ? 'Required' : 'None', keyManagers: [] },
    limits: [...limits(), ...limits({ id: 'address', by: 'ClientIP' })],
    operations: [],
    plans: { dasar: { limits: limits({ by: 'Subscription', burst: 1_000_000 }) } },
  };
}

function aSubscription(id: string, credentials: readonly CompiledCredential[]): CompiledSubscription {
  const apis = ['banten/situs', 'banten/token', 'banten/simpanan', 'banten/periksa'];
  return {
    ...{ ...base, kind: 'Subscription', id, tenant: 'banten', application: id, credentials, limits: [] },
    grants: apis.map((api) => ({ api, plan: 'dasar' })),
  };
}

/** 9,999 APIs, each beside the measured one, and 10,000 Subscriptions with five keys each. */
function manyOthers(backend: string): Compiled[] {
  const others = Array.from({ length: 9999 }, (_, i) =>
    anApi({ id: `banten/lain-${i}`, basePath: `/banten/lain-${i}/v1`, backend, guarded: true }),
  );
  const callers = Array.from({ length: 10_000 }, (_, i) =>
    aSubscription(
      `banten/pemanggil-${i}`,
      Array.from({ length: 5 }, (_key, k) => keyCredential(`k${k}`, `simpul_${i}-${k}`)),
    ),
  );
  return [...others, ...callers];
}

/** Counted for every call, and never reached. */
function limit(change: Partial<CompiledRequestLimit> = {}): CompiledRequestLimit {
  return { id: 'minute', requests: 1_000_000_000, per: 'Minute', by: 'Total', ...change };
}

function keyCredential(name: string, key: string): CompiledCredential {
  const hash = createHmac('sha256', Buffer.from(pepper, 'base64')).update(key).digest('base64url');
  return { name, type: 'ApiKey', hash };
}

const clientCredential: CompiledCredential = {
  ...{ name: 'oidc', type: 'OIDC', keyManager: 'simpul-system/issuer', clientId: tokenClient },
};
