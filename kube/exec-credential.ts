import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { ConnectionError } from './connection-error.ts';

/** `users[].user.exec` of a kubeconfig. */
export interface ExecPlugin {
  readonly apiVersion?: string;
  readonly command: string;
  readonly args?: readonly string[] | null;
  readonly env?: readonly { readonly name: string; readonly value: string }[] | null;
  readonly installHint?: string;
  readonly provideClusterInfo?: boolean;
}

export interface ExecStatus {
  readonly token?: string;
  readonly clientCertificateData?: string;
  readonly clientKeyData?: string;
  /** RFC 3339; absent: good until the API server answers 401. */
  readonly expirationTimestamp?: string;
}

/** What the plugin may learn about the cluster (`provideClusterInfo`). */
export interface ExecCluster {
  readonly server: string;
  readonly 'certificate-authority-data'?: string;
  readonly 'tls-server-name'?: string;
}

export interface ExecOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cluster: ExecCluster;
  readonly timeoutMs?: number;
}

const defaultApiVersion = 'client.authentication.k8s.io/v1';

/**
 * Runs a credential plugin (client.authentication.k8s.io) without a terminal and reads what it prints. Our own and not
 * client-node's, which knows no time-out, gives no KUBERNETES_EXEC_INFO (several plugins refuse to run without it) and
 * runs the plugin for every call when it names no expiry.
 */
export async function runExecPlugin(plugin: ExecPlugin, options: ExecOptions): Promise<ExecStatus> {
  const output = await runCommand(plugin, options);
  const credential = parseCredential(plugin, output);
  if (credential.token === undefined && credential.clientCertificateData === undefined) {
    throw new ConnectionError(`${describe(plugin)}: gave neither a token nor a client certificate`);
  }
  return credential;
}

async function runCommand(plugin: ExecPlugin, options: ExecOptions): Promise<string> {
  const own = Object.fromEntries((plugin.env ?? []).map(({ name, value }) => [name, value]));
  const child = spawn(plugin.command, [...(plugin.args ?? [])], {
    env: { ...options.env, ...own, KUBERNETES_EXEC_INFO: JSON.stringify(execInfo(plugin, options.cluster)) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  // Not spawn's own timeout: its timer outlives a command that cannot be started.
  const timer = setTimeout(() => child.kill('SIGKILL'), options.timeoutMs ?? 60_000);
  const exited = new Promise<number | string>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(code ?? signal ?? 'unknown'));
  });
  try {
    const [code, out, err] = await Promise.all([exited, text(child.stdout), text(child.stderr)]);
    if (code === 0) return out;
    throw new ConnectionError(`${describe(plugin)}: ended with ${code}: ${err.trim().slice(0, 500)}`);
  } catch (error) {
    if (error instanceof ConnectionError) throw error;
    const hint = plugin.installHint === undefined ? '' : ` (${plugin.installHint.trim()})`;
    throw new ConnectionError(`${describe(plugin)}: cannot be started${hint}`, error);
  } finally {
    clearTimeout(timer);
  }
}

function execInfo(plugin: ExecPlugin, cluster: ExecCluster): object {
  const spec = plugin.provideClusterInfo === true ? { cluster, interactive: false } : { interactive: false };
  return { apiVersion: plugin.apiVersion ?? defaultApiVersion, kind: 'ExecCredential', spec };
}

function parseCredential(plugin: ExecPlugin, output: string): ExecStatus {
  try {
    const parsed: unknown = JSON.parse(output);
    if (isObject(parsed) && parsed['kind'] === 'ExecCredential' && isObject(parsed['status'])) return parsed['status'];
  } catch {
    // Its output may hold a token: the error below does not quote it.
  }
  throw new ConnectionError(`${describe(plugin)}: printed no ExecCredential with a status`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function describe(plugin: ExecPlugin): string {
  return `exec plugin "${plugin.command}" of the kubeconfig`;
}
