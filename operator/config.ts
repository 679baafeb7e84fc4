import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { CodedError } from '#api/errors.ts';
import { serviceAccountFolderOf } from '#kube/in-cluster.ts';
import { type Flag, flags, usage } from './flags.ts';

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal';

/** All that an operator can be told. Nothing in it is secret. */
export interface OperatorConfig {
  /** `spec.className` of the Tenants and ApiGateways that are ours. */
  readonly className: string;
  /** What the names of this installation's ClusterRoles and admission policies begin with. */
  readonly clusterPrefix: string;
  /** The installation's namespace: the Lease, the pepper, KeyManagers for all. */
  readonly namespace: string;
  /** Absent: KUBECONFIG, the pod's ServiceAccount, `~/.kube/config`, in this order. */
  readonly kubeconfig?: string;
  /** Address of the API server as pods know it, where no tenant has the operator fetch anything. */
  readonly apiServer?: string;
  /** Absent: no election, this process always leads. */
  readonly leaderElection?: LeaderElectionConfig;
  /** 0: any free one. */
  readonly httpPort: number;
  readonly logLevel: LogLevel;
  /** Reconciles at a time, per kind. */
  readonly workers: number;
  /** Image of gateway pods; absent: gateways are run by somebody else. */
  readonly gatewayImage?: string;
  /** Secrets of the installation's namespace by which nodes pull that image; absent: none. */
  readonly imagePullSecrets?: readonly string[];
  /** The user that admission policies let write compiled objects; absent: the ServiceAccount simpul-operator. */
  readonly operatorUsername?: string;
}

export interface LeaderElectionConfig {
  readonly leaseName: string;
  /** How long a standby waits, from the last renewal that it saw, before it takes over. */
  readonly leaseDurationMs: number;
  /** A leader that could not renew for so long gives up. */
  readonly renewDeadlineMs: number;
  readonly retryPeriodMs: number;
}

/** What the command line asks for. */
export type Invocation =
  | { readonly action: 'run'; readonly config: OperatorConfig }
  | { readonly action: 'apply-crds'; readonly config: OperatorConfig }
  | { readonly action: 'print'; readonly text: string };

export interface ConfigSources {
  /** Without the program's name. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Namespace of the pod, when this is one. */
  readonly podNamespace?: string;
}

/** The command line or the environment says something that cannot be; the message has one line per fault. */
export class ConfigError extends CodedError {
  constructor(problems: readonly string[]) {
    super('OPERATOR_CONFIG', problems.join('\n'));
  }
}

/** What this process was started with. */
export function processSources(): ConfigSources {
  const podNamespace = readPodNamespace(serviceAccountFolderOf(process.env));
  const sources = { args: process.argv.slice(2), env: process.env };
  return podNamespace === undefined ? sources : { ...sources, podNamespace };
}

/** Parses and checks everything at once. A flag goes before its variable (`SIMPUL_` + its name), that before the default. */
export function parseInvocation(sources: ConfigSources, version: string): Invocation {
  const given = parseFlags(sources.args);
  if (given['help'] === true) return { action: 'print', text: usage() };
  if (given['version'] === true) return { action: 'print', text: version };
  const reader = new Reader(given, sources);
  const leaderElection = readLeaderElection(reader);
  const kubeconfig = reader.read(flags.kubeconfig);
  const gatewayImage = reader.read(flags.gatewayImage);
  const imagePullSecrets = reader.read(flags.imagePullSecrets);
  const operatorUsername = reader.read(flags.operatorUsername);
  const { KUBERNETES_SERVICE_HOST: apiServer = '' } = sources.env;
  const config: OperatorConfig = {
    className: reader.require(flags.className),
    clusterPrefix: reader.require(flags.clusterPrefix),
    namespace: reader.read(flags.namespace) ?? sources.podNamespace ?? 'simpul-system',
    httpPort: reader.require(flags.httpPort),
    logLevel: reader.require(flags.logLevel),
    workers: reader.require(flags.workers),
    ...(apiServer === '' ? {} : { apiServer }),
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    ...(gatewayImage === undefined ? {} : { gatewayImage }),
    ...(imagePullSecrets === undefined ? {} : { imagePullSecrets }),
    ...(operatorUsername === undefined ? {} : { operatorUsername }),
    ...(leaderElection === undefined ? {} : { leaderElection }),
  };
  reader.throwIfFaulty();
  return { action: given['apply-crds'] === true ? 'apply-crds' : 'run', config };
}

function readLeaderElection(reader: Reader): LeaderElectionConfig | undefined {
  const wanted = reader.require(flags.leaderElect);
  const election = {
    leaseName: reader.require(flags.leaseName),
    leaseDurationMs: reader.require(flags.leaseDuration),
    renewDeadlineMs: reader.require(flags.renewDeadline),
    retryPeriodMs: reader.require(flags.retryPeriod),
  };
  if (reader.isFaulty) return undefined;
  if (election.leaseDurationMs <= election.renewDeadlineMs) {
    reader.fault(
      '--lease-duration must be longer than --renew-deadline: a leader has to give up before others take over',
    );
  }
  if (election.renewDeadlineMs < election.retryPeriodMs * 1.2) {
    reader.fault(
      '--renew-deadline must be at least 1.2 times --retry-period: else one slow renewal ends the leadership',
    );
  }
  return wanted ? election : undefined;
}

type Given = Readonly<Record<string, string | boolean | undefined>>;

function parseFlags(args: readonly string[]): Given {
  const options = Object.fromEntries(Object.values(flags).map(({ name }) => [name, { type: 'string' as const }]));
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        ...options,
        help: { type: 'boolean' as const, short: 'h' },
        version: { type: 'boolean' as const },
        'apply-crds': { type: 'boolean' as const },
      },
      strict: true,
    });
    return values;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new ConfigError([`${message}. --help lists all flags.`]);
  }
}

/** Looks values up and collects every fault, so that a user sees them all at once. */
class Reader {
  readonly #given: Given;
  readonly #env: ConfigSources['env'];
  readonly #faults: string[] = [];

  constructor(given: Given, { env }: ConfigSources) {
    this.#given = given;
    this.#env = env;
  }

  get isFaulty(): boolean {
    return this.#faults.length > 0;
  }

  fault(line: string): void {
    this.#faults.push(line);
  }

  throwIfFaulty(): void {
    if (this.isFaulty) throw new ConfigError(this.#faults);
  }

  /** Undefined when nobody says anything and there is no default; after a fault, too. */
  read<T>(flag: Flag<T>): T | undefined {
    const variable = this.#env[flag.variable];
    const fromFlag = this.#given[flag.name];
    const text = typeof fromFlag === 'string' ? fromFlag : variable || flag.fallback;
    if (text === undefined) return undefined;
    const value = flag.parse(text);
    if (value !== undefined) return value;
    const source = typeof fromFlag === 'string' ? '' : ` (from ${flag.variable})`;
    this.fault(`--${flag.name}: "${text.slice(0, 100)}"${source} is not ${flag.expects}`);
    return undefined;
  }

  /** For flags with a default. After a fault it returns what that default stands for; {@link throwIfFaulty} comes later. */
  require<T>(flag: Flag<T> & { readonly fallback: string }): T {
    const value = this.read(flag) ?? flag.parse(flag.fallback);
    if (value === undefined) throw new ConfigError([`--${flag.name}: its default is not ${flag.expects}`]);
    return value;
  }
}

function readPodNamespace(folder: string): string | undefined {
  try {
    return readFileSync(join(folder, 'namespace'), 'utf8').trim();
  } catch {
    return undefined; // not in a pod
  }
}
