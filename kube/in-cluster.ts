import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CachedCredentials, type Lease } from './cached-credentials.ts';
import type { Connection } from './connection.ts';
import { ConnectionError } from './connection-error.ts';

/** Where the kubelet mounts a pod's ServiceAccount. */
const mountedFolder = '/var/run/secrets/kubernetes.io/serviceaccount';

/** SIMPUL_SERVICE_ACCOUNT_FOLDER, for whoever runs a program as a pod's without a kubelet; else where the kubelet mounts it. */
export function serviceAccountFolderOf(env: Readonly<Record<string, string | undefined>>): string {
  return env['SIMPUL_SERVICE_ACCOUNT_FOLDER'] || mountedFolder;
}

/** The kubelet rotates the token long before it expires; a minute is what client-go waits between reads. */
const rereadMs = 60_000;

export interface InClusterOptions {
  /** KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT. */
  readonly host: string;
  readonly port: string;
  /** Holds `token`, `ca.crt` and `namespace`. */
  readonly folder: string;
  /** Monotonic milliseconds. */
  readonly now?: () => number;
}

/** Connection of a pod by its ServiceAccount. Token and CA are read again each minute, and when the API server answers 401. */
export async function inClusterConnection(options: InClusterOptions): Promise<Connection> {
  const { folder } = options;
  const now = options.now ?? (() => performance.now());
  const cache = new CachedCredentials(() => read(folder, now), now);
  await cache.get(); // fail at start, not at the first call
  const namespace = (await readFile(join(folder, 'namespace'), 'utf8').catch(() => 'default')).trim();
  const host = options.host.includes(':') ? `[${options.host}]` : options.host;
  return {
    server: `https://${host}:${options.port}`,
    namespace,
    credentials: () => cache.get(),
    invalidate: () => cache.invalidate(),
  };
}

async function read(folder: string, now: () => number): Promise<Lease> {
  try {
    const [token, ca] = await Promise.all([
      readFile(join(folder, 'token'), 'utf8'),
      readFile(join(folder, 'ca.crt'), 'utf8'),
    ]);
    return { credentials: { authorization: `Bearer ${token.trim()}`, tls: { ca } }, freshUntilMs: now() + rereadMs };
  } catch (error) {
    throw new ConnectionError(
      `cannot read the ServiceAccount's token and CA in ${folder}; is automountServiceAccountToken off?`,
      error,
    );
  }
}
