import { readFileSync } from 'node:fs';
import { delimiter, dirname, resolve } from 'node:path';
import { type Cluster, KubeConfig, type User } from '@kubernetes/client-node';
import { parse } from 'yaml';
import { CachedCredentials, type Lease } from './cached-credentials.ts';
import type { Connection, TlsMaterial } from './connection.ts';
import { ConnectionError } from './connection-error.ts';
import { type ExecPlugin, runExecPlugin } from './exec-credential.ts';

/** How long credentials from files are used before the files are read again. */
const rereadMs = 60_000;
/** An exec plugin's credential is renewed this long before it expires. */
const expiryMarginMs = 10_000;

export interface KubeconfigOptions {
  /** One path, or several joined like PATH, merged as kubectl does. */
  readonly path: string;
  readonly context?: string;
  /** Passed to exec plugins. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Monotonic milliseconds. */
  readonly now?: () => number;
  /** Milliseconds since the epoch: what expiry times are compared with. */
  readonly wallClock?: () => number;
}

/**
 * Connection by a kubeconfig: client certificates, tokens, token files, exec plugins and the legacy auth providers. All
 * files are read again once a minute and after a 401, so a rotated certificate or a rewritten kubeconfig takes effect.
 */
export async function kubeconfigConnection(options: KubeconfigOptions): Promise<Connection> {
  const now = options.now ?? (() => performance.now());
  const { cluster, namespace } = select(options);
  const cache = new CachedCredentials(() => fetchCredentials(options, now), now);
  await cache.get(); // fail at start, not at the first call
  return {
    server: cluster.server.replace(/\/+$/, ''),
    namespace,
    credentials: () => cache.get(),
    invalidate: () => cache.invalidate(),
  };
}

interface Selected {
  readonly config: KubeConfig;
  readonly cluster: Cluster;
  readonly user: User | undefined;
  readonly namespace: string;
}

function select(options: KubeconfigOptions): Selected {
  const config = loadConfig(options.path);
  if (options.context !== undefined) config.setCurrentContext(options.context);
  const name = config.getCurrentContext();
  const context = config.getContextObject(name);
  const cluster = config.getCurrentCluster();
  if (context === null || cluster === null) {
    throw new ConnectionError(`${options.path}: context "${name}" or its cluster does not exist`);
  }
  if (cluster.proxyUrl !== undefined && cluster.proxyUrl !== '') {
    throw new ConnectionError(`${options.path}: cluster "${cluster.name}" has a proxy-url, which is not supported`);
  }
  return { config, cluster, user: config.getCurrentUser() ?? undefined, namespace: context.namespace ?? 'default' };
}

function loadConfig(path: string): KubeConfig {
  const config = new KubeConfig();
  try {
    const files = path.split(delimiter).filter((file) => file !== '');
    for (const [index, file] of files.entries()) {
      if (index === 0) {
        config.loadFromFile(file);
        continue;
      }
      const next = new KubeConfig();
      next.loadFromFile(file);
      config.mergeConfig(next, true);
    }
  } catch (error) {
    throw new ConnectionError(`cannot read the kubeconfig ${path}`, error);
  }
  return config;
}

async function fetchCredentials(options: KubeconfigOptions, now: () => number): Promise<Lease> {
  const selected = select(options);
  const { user } = selected;
  const freshUntilMs = now() + rereadMs;
  if (user?.exec !== undefined && user.exec !== null) return await fromExec(selected, options, now);
  const tokenFile = user === undefined ? undefined : tokenFileOf(options.path, user.name);
  if (tokenFile !== undefined) {
    const token = readText(tokenFile).trim();
    return { credentials: { authorization: `Bearer ${token}`, tls: tlsOf(selected) }, freshUntilMs };
  }
  const authorization = await authorizationOf(selected);
  const tls = tlsOf(selected);
  return { credentials: authorization === undefined ? { tls } : { authorization, tls }, freshUntilMs };
}

async function fromExec(selected: Selected, options: KubeconfigOptions, now: () => number): Promise<Lease> {
  const tls = tlsOf(selected);
  const status = await runExecPlugin(selected.user?.exec as ExecPlugin, {
    env: options.env,
    cluster: {
      server: selected.cluster.server,
      ...(tls.ca === undefined ? {} : { 'certificate-authority-data': Buffer.from(tls.ca).toString('base64') }),
      ...(tls.servername === undefined ? {} : { 'tls-server-name': tls.servername }),
    },
  });
  const { clientCertificateData: cert, clientKeyData: key } = status;
  return {
    credentials: {
      ...(status.token === undefined ? {} : { authorization: `Bearer ${status.token}` }),
      tls: cert === undefined || key === undefined ? tls : { ...tls, cert, key },
    },
    freshUntilMs: now() + lifetimeMs(status.expirationTimestamp, (options.wallClock ?? Date.now)()),
  };
}

/** Without an expiry the credential is good until the API server refuses it. */
function lifetimeMs(expiration: string | undefined, wallClockMs: number): number {
  if (expiration === undefined) return Number.POSITIVE_INFINITY;
  return Math.max(0, Date.parse(expiration) - wallClockMs - expiryMarginMs);
}

/** Static tokens, basic authentication and the legacy providers (oidc, gcp, azure), which client-node knows. */
async function authorizationOf(selected: Selected): Promise<string | undefined> {
  const options: { headers?: Record<string, string>; auth?: string } = {};
  await selected.config.applyToHTTPSOptions(options);
  if (typeof options.auth === 'string') return `Basic ${Buffer.from(options.auth).toString('base64')}`;
  return options.headers?.['Authorization'];
}

function tlsOf({ cluster, user }: Selected): TlsMaterial {
  const ca = pem(cluster.caData, cluster.caFile);
  const cert = pem(user?.certData, user?.certFile);
  const key = pem(user?.keyData, user?.keyFile);
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined || key === undefined ? {} : { cert, key }),
    ...(cluster.tlsServerName === undefined ? {} : { servername: cluster.tlsServerName }),
    ...(cluster.skipTLSVerify === true ? { rejectUnauthorized: false } : {}),
  };
}

function pem(data: string | undefined, file: string | undefined): string | undefined {
  if (data !== undefined && data !== null) return Buffer.from(data, 'base64').toString('utf8');
  return file === undefined || file === null ? undefined : readText(file);
}

/** `users[].user.tokenFile`, which client-node does not know. */
function tokenFileOf(path: string, userName: string): string | undefined {
  for (const file of path.split(delimiter).filter((part) => part !== '')) {
    const parsed = parse(readText(file)) as { users?: { name: string; user?: { tokenFile?: string } }[] } | null;
    const tokenFile = parsed?.users?.find((user) => user.name === userName)?.user?.tokenFile;
    if (tokenFile !== undefined) return resolve(dirname(file), tokenFile);
  }
  return undefined;
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new ConnectionError(`cannot read ${file}, which the kubeconfig names`, error);
  }
}
