import type { LogLevel } from './config.ts';
import { parseDurationMs } from './translate/quantity.ts';

/** One flag of the operator's command line. */
export interface Flag<T> {
  readonly name: string;
  /** Environment variable with the same meaning. */
  readonly variable: string;
  /** Stands for the value in the help. */
  readonly placeholder: string;
  /** In the form that a user would write. */
  readonly fallback?: string;
  readonly help: string;
  /** Completes "… is not". */
  readonly expects: string;
  /** Undefined: not acceptable. */
  readonly parse: (text: string) => T | undefined;
}

const logLevels: readonly LogLevel[] = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'];

/** All flags, in the order of the help. */
export const flags = {
  className: withDefault('simpul', {
    ...label('class-name', 'NAME'),
    help: 'take care of Tenants and ApiGateways whose spec.className is this',
  }),
  clusterPrefix: withDefault('simpul', {
    ...prefix('cluster-prefix', 'NAME'),
    help: "beginning of the names of this installation's ClusterRoles and admission policies",
  }),
  namespace: {
    ...label('namespace', 'NAME'),
    help: "the installation's namespace (default: the pod's own, else simpul-system)",
  },
  kubeconfig: {
    ...words('kubeconfig', 'FILE'),
    help: "how to reach the API server (default: KUBECONFIG, else the pod's ServiceAccount, else ~/.kube/config)",
  },
  leaderElect: withDefault('true', {
    ...named('leader-elect', 'true|false'),
    help: 'work only while holding the Lease; false only when there is never a second operator',
    expects: 'true or false',
    parse: (text: string) => (text === 'true' || text === 'false' ? text === 'true' : undefined),
  }),
  leaseName: withDefault('simpul-operator', {
    ...label('lease-name', 'NAME'),
    help: "name of the Lease in the installation's namespace; the operator's Role names it too",
  }),
  leaseDuration: withDefault('15s', {
    ...duration('lease-duration'),
    help: 'a standby takes over when the Lease was not renewed for so long',
  }),
  renewDeadline: withDefault('10s', {
    ...duration('renew-deadline'),
    help: 'a leader that could not renew for so long ends itself',
  }),
  retryPeriod: withDefault('2s', {
    ...duration('retry-period'),
    help: 'time between attempts to get or renew the Lease',
  }),
  httpPort: withDefault('8080', {
    ...whole('http-port', 0, 65_535),
    help: 'port of /healthz, /readyz and /metrics; 0 takes any free one and logs it',
  }),
  logLevel: withDefault('info', {
    ...named('log-level', 'LEVEL'),
    help: `least important lines to log: ${logLevels.join(', ')}`,
    expects: `one of ${logLevels.join(', ')}`,
    parse: (text: string) => logLevels.find((level) => level === text),
  }),
  workers: withDefault('8', {
    ...whole('workers', 1, 256),
    help: 'objects of one kind that are reconciled at the same time',
  }),
  gatewayImage: {
    ...words('gateway-image', 'IMAGE'),
    help: 'image of the gateway pods (default: none; gateways are run by somebody else)',
  },
  imagePullSecrets: {
    ...named('image-pull-secrets', 'NAMES'),
    help: "Secrets of the installation's namespace by which nodes pull that image, with commas between",
    expects: 'names of Secrets with commas between them',
    parse: (text: string) => {
      const names = text.split(',');
      return names.every((name) => /^[a-z0-9]([-.a-z0-9]{0,251}[a-z0-9])?$/.test(name)) ? names : undefined;
    },
  },
  operatorUsername: {
    ...words('operator-username', 'USER'),
    help: 'user name under which admission policies let the operator write (default: its ServiceAccount)',
  },
} as const satisfies Record<string, Flag<unknown>>;

/** The text of --help. */
export function usage(): string {
  const rows = Object.values<Flag<unknown>>(flags).map((flag): readonly [string, string] => {
    const fallback = flag.fallback === undefined ? '' : ` (default: ${flag.fallback})`;
    return [`  --${flag.name} ${flag.placeholder}`, `${flag.help}${fallback}`];
  });
  rows.push(['  --apply-crds', "bring the cluster's CRDs up to this version, and exit"]);
  rows.push(['  -h, --help', 'print this and exit'], ['  --version', 'print the version and exit']);
  const width = Math.max(...rows.map(([left]) => left.length)) + 2;
  const lines = rows.map(([left, right]) => `${left.padEnd(width)}${right}`);
  return [
    'Usage: operator [FLAG]...',
    '',
    'Turns Simpul resources of a cluster into running gateways and keeps them so.',
    '',
    ...lines,
    '',
    'Each flag can also be given as a variable: --log-level as SIMPUL_LOG_LEVEL. A flag goes before its variable.',
  ].join('\n');
}

function named(name: string, placeholder: string): Pick<Flag<never>, 'name' | 'variable' | 'placeholder'> {
  return { name, placeholder, variable: `SIMPUL_${name.toUpperCase().replaceAll('-', '_')}` };
}

function withDefault<T>(fallback: string, flag: Flag<T>): Flag<T> & { readonly fallback: string } {
  return { ...flag, fallback };
}

type Parsed<T> = Omit<Flag<T>, 'help'>;

function label(name: string, placeholder: string): Parsed<string> {
  return {
    ...named(name, placeholder),
    expects: 'a name of at most 63 small letters, digits and dashes that begins and ends with a letter or digit',
    parse: (text) => (/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(text) ? text : undefined),
  };
}

function prefix(name: string, placeholder: string): Parsed<string> {
  return {
    ...named(name, placeholder),
    expects: 'a name of at most 53 small letters, digits and dashes that begins and ends with a letter or digit',
    parse: (text) => (/^[a-z0-9]([-a-z0-9]{0,51}[a-z0-9])?$/.test(text) ? text : undefined),
  };
}

function words(name: string, placeholder: string): Parsed<string> {
  return {
    ...named(name, placeholder),
    expects: 'one word without spaces',
    parse: (text) => (/^\S{1,4096}$/.test(text) ? text : undefined),
  };
}

function duration(name: string): Parsed<number> {
  return {
    ...named(name, 'DURATION'),
    expects: 'a duration between 100ms and 1h such as 15s',
    parse: (text) => within(parseDurationMs(text), 100, 3_600_000),
  };
}

function whole(name: string, min: number, max: number): Parsed<number> {
  return {
    ...named(name, 'NUMBER'),
    expects: `a whole number from ${min} to ${max}`,
    parse: (text) => (/^\d{1,6}$/.test(text) ? within(Number(text), min, max) : undefined),
  };
}

function within(value: number | undefined, min: number, max: number): number | undefined {
  return value !== undefined && value >= min && value <= max ? value : undefined;
}
