import { createHmac } from 'node:crypto';
import { contractVersion } from '#api/compiled/base.ts';
import type {
  Compiled,
  CompiledApiService,
  CompiledRequestLimit,
  CompiledSubscription,
} from '#api/compiled/contract.ts';
import { buildCompiledSecret, type CompiledSecret } from '#api/compiled/secret.ts';
import { startGateway } from '#gateway/gateway.ts';
import type { CompiledSource } from '#gateway/snapshot/store-source.ts';
import { BenchError } from '../errors.ts';

/** The key that callers of {@link serveGateway} send. */
export const apiKey = 'simpul_bench-0123456789-abcdefghijklmnopqrstuv';

/** Where the API answers. */
export const basePath = '/banten/situs/v1';

/**
 * `policies`: key, limits at four levels, metrics and access log. `plain`: routing and forwarding alone. `routes`:
 * `policies` among 10,000 APIs and 50,000 keys.
 */
export type Variant = 'policies' | 'plain' | 'routes';

/**
 * One gateway process with one API, as a pod runs it, except that its configuration is given and not watched: what is
 * measured is the way of a call. It ends with a signal.
 */
export async function serveGateway(options: { variant: Variant; port: number; backend: string }): Promise<void> {
  const write = (message: unknown): void => {
    process.stderr.write(`${JSON.stringify(message)}\n`);
  };
  const log = { info: () => undefined, warn: write, error: write };
  const gateway = await startGateway({
    source: fixedSource(compiledFor(options.variant, options.backend)),
    log,
    listeners: [{ name: 'http', host: '127.0.0.1', port: options.port }],
    ...(options.variant === 'plain' ? { accessLog: () => undefined } : {}),
  });
  await gateway.ready;
  const refusals = gateway.loader.refusals();
  if (refusals.length > 0) throw new BenchError(`the gateway refuses its configuration: ${JSON.stringify(refusals)}`);
  process.once('SIGTERM', () => {
    void gateway.shutdown(AbortSignal.abort()).then(() => process.exit(0));
  });
}

function fixedSource(objects: readonly Compiled[]): CompiledSource {
  const secrets = objects.map((compiled): CompiledSecret => {
    const secret = buildCompiledSecret(compiled, 'bench');
    return { ...secret, metadata: { ...secret.metadata, resourceVersion: '1' } };
  });
  return (handler) => {
    const judged = secrets.map((secret) => handler.project(secret));
    void handler.replace(judged, '1', 1);
    return { relist: () => undefined };
  };
}

const pepper = Buffer.alloc(32, 7).toString('base64');

function compiledFor(variant: Variant, backend: string): Compiled[] {
  const base = { contract: contractVersion } as const;
  const guarded = variant !== 'plain';
  const limits = (change: Partial<CompiledRequestLimit> = {}): CompiledRequestLimit[] =>
    guarded ? [limit(change)] : [];
  return [
    {
      ...{ ...base, kind: 'ApiGateway', id: 'simpul-system/public', pepper, timeZone: 'Asia/Jakarta' },
      listeners: [{ name: 'http', protocol: 'HTTP', port: 8080, http2: false, proxyProtocol: false }],
      limits: limits(),
      backendAccess: { allow: ['127.0.0.0/8'], deny: [] },
      ...{ trustedProxies: [], maxRequestBytes: 10_485_760, drainDelayMs: 0 },
    },
    { ...base, kind: 'Tenant', id: 'banten', hosts: [], paths: ['/banten'], suspended: false, limits: limits() },
    anApi({ id: 'banten/situs', basePath, backend, guarded }),
    aSubscription('banten/aplikasi', [apiKey]),
    ...(variant === 'routes' ? manyOthers(backend) : []),
  ];
}

function anApi(of: { id: string; basePath: string; backend: string; guarded: boolean }): CompiledApiService {
  const limits = (change: Partial<CompiledRequestLimit> = {}): CompiledRequestLimit[] =>
    of.guarded ? [limit(change)] : [];
  return {
    ...{ contract: contractVersion, kind: 'ApiService', tenant: 'banten', version: '1.0.0', hosts: [] },
    ...{ id: of.id, basePath: of.basePath },
    lifecycle: { state: 'Published' },
    backend: { endpoints: [{ url: of.backend, weight: 1 }], timeoutMs: 10_000, connectTimeoutMs: 2000 },
    authentication: { mode: of.guarded ? 'Required' : 'None', keyManagers: [] },
    limits: [...limits(), ...limits({ id: 'address', by: 'ClientIP' })],
    operations: [],
    plans: { dasar: { limits: limits({ by: 'Subscription', burst: 1_000_000 }) } },
  };
}

function aSubscription(id: string, keys: readonly string[]): CompiledSubscription {
  return {
    ...{ contract: contractVersion, kind: 'Subscription', id, tenant: 'banten', application: id },
    credentials: keys.map((key, i) => ({ name: `k${i}`, type: 'ApiKey', hash: hashOf(key) })),
    grants: [{ api: 'banten/situs', plan: 'dasar' }],
    limits: [],
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
      Array.from({ length: 5 }, (_key, k) => `simpul_${i}-${k}`),
    ),
  );
  return [...others, ...callers];
}

/** Counted for every call, and never reached. */
function limit(change: Partial<CompiledRequestLimit>): CompiledRequestLimit {
  return { id: 'minute', requests: 1_000_000_000, per: 'Minute', by: 'Total', ...change };
}

function hashOf(key: string): string {
  return createHmac('sha256', Buffer.from(pepper, 'base64')).update(key).digest('base64url');
}
