import { parseArgs } from 'node:util';
import { BenchError } from '../errors.ts';
import { whole, withUsage } from '../flags.ts';

/** What one run measures. */
export interface BenchConfig {
  /** ApiServices at which everything is measured, growing: one cluster grows from each to the next. */
  readonly sizes: readonly number[];
  readonly subscriptionsPerApi: number;
  readonly tenants: number;
  /** Objects per second that are created, at most. */
  readonly rate: number;
  /** Samples of each latency at each size. */
  readonly samples: number;
  /** How long nothing happens at the largest size, to see what is written all the same. */
  readonly idleSeconds: number;
  /** Where the figures go beside standard output. */
  readonly jsonFile: string;
  /** Undefined: the page is left as it is. */
  readonly page: string | undefined;
  /** Folder for processor profiles of the operator and the gateway; undefined: none are made. */
  readonly profiles: string | undefined;
  /** As a person would type it. */
  readonly command: string;
  /** Whether these are the sizes of the promise, and not of a quick look. */
  readonly isFull: boolean;
}

const options = {
  sizes: { type: 'string', default: '1000,3000,10000' },
  subscriptions: { type: 'string', default: '5' },
  tenants: { type: 'string', default: '200' },
  rate: { type: 'string', default: '400' },
  samples: { type: 'string', default: '200' },
  idle: { type: 'string', default: '300' },
  json: { type: 'string', default: 'build/bench/control-plane.json' },
  page: { type: 'string', default: 'docs/benchmarks.md' },
  profiles: { type: 'string' },
} as const;

/** The text of a wrong flag's error. */
const usage = `node bench/control-plane/main.ts [--sizes 1000,3000,10000] [--subscriptions 5] [--tenants 200] [--rate 400]
  [--samples 200] [--idle SECONDS] [--json FILE] [--page FILE, or none] [--profiles FOLDER]`;

/** Throws a {@link BenchError} that says what is wrong with the command line. */
export function parseConfig(args: readonly string[]): BenchConfig {
  return withUsage(usage, () => configOf(args));
}

function configOf(args: readonly string[]): BenchConfig {
  const { values } = parseArgs({ args: [...args], options });
  const sizes = values.sizes.split(',').map((text) => whole('--sizes', text));
  if (sizes.some((size, index) => size <= (sizes[index - 1] ?? 0))) {
    throw new BenchError(`--sizes ${values.sizes}: give sizes that grow, such as 1000,3000,10000`);
  }
  return {
    sizes,
    subscriptionsPerApi: whole('--subscriptions', values.subscriptions),
    tenants: whole('--tenants', values.tenants),
    rate: whole('--rate', values.rate),
    samples: whole('--samples', values.samples),
    idleSeconds: whole('--idle', values.idle),
    jsonFile: values.json,
    page: values.page === 'none' ? undefined : values.page,
    profiles: values.profiles,
    command: args.length === 0 ? 'make bench-control-plane' : `node bench/control-plane/main.ts ${args.join(' ')}`,
    isFull: values.sizes === options.sizes.default && whole('--idle', values.idle) >= 300,
  };
}
