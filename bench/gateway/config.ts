import { parseArgs } from 'node:util';
import { BenchError } from '../errors.ts';
import { whole, withUsage } from '../flags.ts';
import { type TargetId, targetIds } from './targets.ts';

export interface GatewayBenchConfig {
  /** Rounds in which every target has its turn, in an order drawn by lot. */
  readonly rounds: number;
  /** Length of one turn. */
  readonly seconds: number;
  /** What is measured; nginx always is. */
  readonly targets: readonly TargetId[];
  /** Connections of the main measurement. */
  readonly connections: number;
  /** Core of what is measured, and core of the load and its backend. */
  readonly cores: readonly [number, number];
  readonly jsonFile: string;
  /** Undefined: the page is left as it is. */
  readonly page: string | undefined;
  /** Folder for processor profiles of our gateway; they cost speed, so the figures are not for the page then. */
  readonly profiles: string | undefined;
  readonly command: string;
  readonly isFull: boolean;
}

const options = {
  rounds: { type: 'string', default: '11' },
  seconds: { type: 'string', default: '2' },
  connections: { type: 'string', default: '64' },
  cores: { type: 'string', default: '0,1' },
  only: { type: 'string', default: targetIds.join(',') },
  json: { type: 'string', default: 'build/bench/gateway.json' },
  page: { type: 'string', default: 'docs/benchmarks.md' },
  profiles: { type: 'string' },
} as const;

const usage = `node bench/gateway/main.ts [--rounds 11] [--seconds 2] [--connections 64] [--cores MEASURED,LOAD]
  [--only TARGET,…: ${targetIds.join(' ')}]
  [--json FILE] [--page FILE, or none] [--profiles FOLDER]`;

/** Throws a {@link BenchError} that says what is wrong with the command line. */
export function parseConfig(args: readonly string[]): GatewayBenchConfig {
  return withUsage(usage, () => configOf(args));
}

function configOf(args: readonly string[]): GatewayBenchConfig {
  const { values } = parseArgs({ args: [...args], options });
  const [rounds, seconds] = [whole('--rounds', values.rounds), whole('--seconds', values.seconds)];
  const cores = /^(\d{1,3}),(\d{1,3})$/.exec(values.cores);
  if (cores === null || cores[1] === cores[2]) {
    throw new BenchError(`--cores: "${values.cores}" is not two different cores such as 0,1`);
  }
  const targets = targetsOf(values.only);
  return {
    targets,
    ...{ rounds, seconds, connections: whole('--connections', values.connections) },
    cores: [Number(cores[1]), Number(cores[2])],
    jsonFile: values.json,
    page: values.page === 'none' || values.profiles !== undefined ? undefined : values.page,
    profiles: values.profiles,
    command: args.length === 0 ? 'make bench-gateway' : `node bench/gateway/main.ts ${args.join(' ')}`,
    isFull: rounds >= 7 && seconds >= 2 && targets.length === targetIds.length,
  };
}

function targetsOf(only: string): TargetId[] {
  const wanted = new Set(['nginx', ...only.split(',')]);
  for (const id of wanted) {
    if (!targetIds.some((known) => known === id)) throw new BenchError(`--only: there is no target "${id}"`);
  }
  return targetIds.filter((id) => wanted.has(id));
}
