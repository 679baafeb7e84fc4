import { hostname } from 'node:os';
import { CodedError } from '#api/errors.ts';
import type { PodIdentity } from './lease/ack-lease.ts';
import type { ListenerSpec } from './transport/listener-set.ts';

/** All that a gateway pod is told from outside; everything else comes from its compiled namespace. */
export interface GatewayConfig {
  /** The compiled namespace. */
  readonly namespace: string;
  readonly pod: PodIdentity;
  /** Address that listeners bind. */
  readonly host: string;
  readonly admin: { readonly host: string; readonly port: number };
  readonly logLevel: LogLevel;
  /** Processes that serve calls; 1: this one. */
  readonly workers: number;
  /** Which of them this one is, from 1; 0: none. Set by the supervisor. */
  readonly worker: number;
  /** Absent: as the compiled gateway says. */
  readonly listeners?: readonly ListenerSpec[];
  /** Addresses that no backend may have, beside those of the network interfaces: the pod's and the API server's. */
  readonly reservedAddresses: readonly string[];
  readonly drainTimeoutMs: number;
}

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;
export type LogLevel = (typeof logLevels)[number];

/** The environment does not say what it must; one line for each fault. */
export class ConfigError extends CodedError {
  constructor(faults: readonly string[]) {
    super('GW_CONFIG', `the environment of the gateway is not right:\n  ${faults.join('\n  ')}`);
  }
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** The environment of this process. */
export function processEnvironment(): Environment {
  return process.env;
}

/**
 * Reads the environment. SIMPUL_NAMESPACE (else POD_NAMESPACE) is needed; POD_NAME, POD_UID and POD_IP come from the
 * downward API; SIMPUL_HOST, SIMPUL_ADMIN_HOST, SIMPUL_ADMIN_PORT, SIMPUL_LOG_LEVEL, SIMPUL_DRAIN_TIMEOUT_MS,
 * SIMPUL_WORKERS and SIMPUL_LISTENERS (`http=127.0.0.1:8080,…`) have defaults. Reports all faults at once.
 */
export function readConfig(env: Environment): GatewayConfig {
  const reader = new Reader(env);
  const namespace = reader.text('SIMPUL_NAMESPACE', reader.text('POD_NAMESPACE', ''));
  if (namespace === '') reader.faults.push('SIMPUL_NAMESPACE is missing: name the compiled namespace to serve');
  const uid = reader.text('POD_UID', '');
  const listeners = reader.listeners('SIMPUL_LISTENERS');
  const config: GatewayConfig = {
    namespace,
    pod: { name: reader.text('POD_NAME', hostname()), ...(uid === '' ? {} : { uid }) },
    host: reader.text('SIMPUL_HOST', '0.0.0.0'),
    admin: {
      host: reader.text('SIMPUL_ADMIN_HOST', '0.0.0.0'),
      port: reader.integer('SIMPUL_ADMIN_PORT', 8081, 65_535),
    },
    logLevel: reader.logLevel('SIMPUL_LOG_LEVEL'),
    workers: Math.max(1, reader.integer('SIMPUL_WORKERS', 1, 64)),
    worker: reader.integer('SIMPUL_WORKER', 0, 64),
    reservedAddresses: [reader.text('POD_IP', ''), reader.text('KUBERNETES_SERVICE_HOST', '')].filter(Boolean),
    drainTimeoutMs: reader.integer('SIMPUL_DRAIN_TIMEOUT_MS', 30_000, 3_600_000),
    ...(listeners === undefined ? {} : { listeners }),
  };
  if (reader.faults.length > 0) throw new ConfigError(reader.faults);
  return config;
}

class Reader {
  readonly faults: string[] = [];
  readonly #env: Environment;

  constructor(env: Environment) {
    this.#env = env;
  }

  text(name: string, fallback: string): string {
    const value = this.#env[name];
    return value === undefined || value === '' ? fallback : value;
  }

  integer(name: string, fallback: number, max: number): number {
    const text = this.text(name, String(fallback));
    const value = Number(text);
    if (/^\d{1,9}$/.test(text) && value <= max) return value;
    this.faults.push(`${name} is "${text}": it must be a whole number from 0 to ${max}`);
    return fallback;
  }

  logLevel(name: string): LogLevel {
    const text = this.text(name, 'info');
    const level = logLevels.find((known) => known === text);
    if (level === undefined) this.faults.push(`${name} is "${text}": it must be one of ${logLevels.join(', ')}`);
    return level ?? 'info';
  }

  listeners(name: string): readonly ListenerSpec[] | undefined {
    const text = this.text(name, '');
    if (text === '') return undefined;
    return text.split(',').flatMap((item) => {
      const match = /^([a-z0-9-]{1,63})=(.+):(\d{1,5})$/.exec(item.trim());
      const [, listener, host, port] = match ?? [];
      if (listener !== undefined && host !== undefined && Number(port) <= 65_535) {
        return [{ name: listener, host, port: Number(port) }];
      }
      this.faults.push(`${name} has "${item}": write name=host:port, for example http=127.0.0.1:8080`);
      return [];
    });
  }
}
