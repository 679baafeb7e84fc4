import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { BenchError } from '../errors.ts';

const run = promisify(execFile);

export interface LoadRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly connections: number;
  readonly seconds: number;
  readonly core: number;
}

export interface LoadResult {
  readonly requests: number;
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** One turn of wrk with one thread. Throws when a single answer was none or not a 2xx. */
export async function load({ url, headers, connections, seconds, core }: LoadRequest): Promise<LoadResult> {
  const fields = Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`]);
  const turn = ['-t1', `-c${connections}`, `-d${seconds}s`, '--latency', ...fields, url];
  const { stdout } = await run('taskset', ['-c', String(core), 'wrk', ...turn], { timeout: (seconds + 30) * 1000 });
  return parseWrk(stdout);
}

/** Reads what `wrk --latency` prints. */
export function parseWrk(text: string): LoadResult {
  const bad = /^\s*(Non-2xx or 3xx responses: .*|Socket errors: .*)$/m.exec(text)?.[1];
  if (bad !== undefined) throw new BenchError(`the load did not get the answers it should: ${bad.trim()}`);
  const [, requests] = /(\d+) requests in/.exec(text) ?? [];
  const [, rate] = /Requests\/sec:\s+([\d.]+)/.exec(text) ?? [];
  const [p50, p99] = ['50%', '99%'].map((share) => milliseconds(text, share));
  if (requests === undefined || rate === undefined || p50 === undefined || p99 === undefined) {
    throw new BenchError(`wrk printed something unexpected: ${text}`);
  }
  return { requests: Number(requests), requestsPerSecond: Number(rate), p50Ms: p50, p99Ms: p99 };
}

const factors: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1000 };

function milliseconds(text: string, share: string): number | undefined {
  const [, value, unit = ''] = new RegExp(`^\\s+${share}\\s+([\\d.]+)(us|ms|s)$`, 'm').exec(text) ?? [];
  const factor = factors[unit];
  return value === undefined || factor === undefined ? undefined : Number(value) * factor;
}
