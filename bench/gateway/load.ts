import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { programPath } from '#tools/testing/programs.ts';
import { BenchError } from '../errors.ts';

const run = promisify(execFile);

export interface LoadRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly connections: number;
  readonly seconds: number;
  readonly core: number;
  /** Body of a POST, in bytes; undefined: a GET. */
  readonly bodyBytes?: number | undefined;
}

export interface LoadResult {
  readonly requests: number;
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** One turn of wrk with one thread. Throws when a single answer was none or not a 2xx. */
export async function load({ url, headers, connections, seconds, core, bodyBytes }: LoadRequest): Promise<LoadResult> {
  const fields = Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`]);
  const script = bodyBytes === undefined ? [] : ['-s', await postScript(bodyBytes)];
  const turn = ['-t1', `-c${connections}`, `-d${seconds}s`, '--latency', ...script, ...fields, url];
  const { stdout } = await run('taskset', ['-c', String(core), programPath('wrk'), ...turn], {
    timeout: (seconds + 30) * 1000,
  });
  return parseWrk(stdout);
}

/** wrk takes method and body from a Lua script only. */
async function postScript(bytes: number): Promise<string> {
  const file = join(tmpdir(), `simpul-bench-post-${bytes}.lua`);
  await writeFile(file, `wrk.method = 'POST'\nwrk.body = string.rep('x', ${bytes})\n`);
  return file;
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
  const [, value, unit = ''] = new RegExp(`^\\s+${share}\\s+([\\d.]+)(us|ms|s) *$`, 'm').exec(text) ?? [];
  const factor = factors[unit];
  return value === undefined || factor === undefined ? undefined : Number(value) * factor;
}
