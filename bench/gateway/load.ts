import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
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
  /** Of a POST; undefined: a GET. */
  readonly body?: string | undefined;
  /** A file with one bearer token in each line: each call has the next. */
  readonly tokens?: string | undefined;
  /** Each call has a field that the one before had not. */
  readonly newFields?: boolean | undefined;
  readonly http2?: boolean;
  /** For scripts of the load. */
  readonly folder: string;
}

export interface LoadResult {
  readonly requests: number;
  readonly requestsPerSecond: number;
  /** NaN where the load does not tell. */
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** One turn of one thread of wrk, or of h2load for HTTP/2. Throws when a single answer was none or not a 2xx. */
export async function load(request: LoadRequest): Promise<LoadResult> {
  return request.http2 === true ? await loadHttp2(request) : await loadHttp1(request);
}

async function loadHttp1(request: LoadRequest): Promise<LoadResult> {
  const { url, headers, connections, seconds, core } = request;
  const fields = Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`]);
  const script = await scriptOf(request);
  const turn = ['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '10s', '--latency', ...script, ...fields, url];
  return parseWrk(await onCore(core, seconds, ['wrk', ...turn]));
}

const streams = 8;

async function loadHttp2({ url, headers, connections, seconds, core }: LoadRequest): Promise<LoadResult> {
  const fields = Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`]);
  const turn = ['-t1', `-c${connections}`, `-m${streams}`, `-D${seconds}`, ...fields, url];
  return parseH2load(await onCore(core, seconds, ['h2load', ...turn]));
}

async function onCore(core: number, seconds: number, [program = '', ...args]: readonly string[]): Promise<string> {
  const { stdout } = await run('taskset', ['-c', String(core), programPath(program), ...args], {
    timeout: (seconds + 30) * 1000,
  });
  return stdout;
}

/** wrk takes methods, bodies and fields that change from a Lua script only. */
async function scriptOf({ body, tokens, newFields, folder }: LoadRequest): Promise<string[]> {
  const lines = [
    ...(body === undefined ? [] : ["wrk.method = 'POST'", "wrk.headers['Content-Type'] = 'application/json'"]),
    ...(body === undefined ? [] : [`wrk.body = [==[${body}]==]`]),
    ...(tokens === undefined ? [] : tokenScript(tokens)),
    ...(newFields === true ? newFieldsScript : []),
  ];
  if (lines.length === 0) return [];
  const file = join(folder, 'load.lua');
  await writeFile(file, `${lines.join('\n')}\n`);
  return ['-s', file];
}

function tokenScript(tokens: string): string[] {
  return inTurn([
    `for token in io.lines('${tokens}') do`,
    "  calls[#calls + 1] = wrk.format(nil, nil, { ['Authorization'] = 'Bearer ' .. token, ['Host'] = 'bench' })",
    'end',
  ]);
}

const newFieldsScript = inTurn([
  'for i = 1, 20000 do',
  "  wrk.headers['Traceparent'] = string.format('00-%032x-%016x-00', i * 7919, i)",
  '  calls[i] = wrk.format()',
  'end',
]);

/** Sends what `fill` has put into `calls`, one after the other. All is made in advance: the load has one core. */
function inTurn(fill: readonly string[]): string[] {
  const request = ['function request()', '  next = next % #calls + 1', '  return calls[next]', 'end'];
  return ['local calls, next = {}, 0', 'function init()', ...fill, 'end', ...request];
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

/** Reads what `h2load -D` prints; it knows no percentiles. */
export function parseH2load(text: string): LoadResult {
  const [, rate] = /^finished in .*?, ([\d.]+) req\/s/m.exec(text) ?? [];
  const [, succeeded, failed, errored, timedOut] =
    /^requests: .*?(\d+) succeeded, (\d+) failed, (\d+) errored, (\d+) timeout/m.exec(text) ?? [];
  const [, good] = /^status codes: (\d+) 2xx, 0 3xx, 0 4xx, 0 5xx/m.exec(text) ?? [];
  if (rate === undefined || succeeded === undefined)
    throw new BenchError(`h2load printed something unexpected: ${text}`);
  if (Number(failed) + Number(errored) + Number(timedOut) > 0 || good === undefined) {
    throw new BenchError(`the load did not get the answers it should: ${text}`);
  }
  return { requests: Number(succeeded), requestsPerSecond: Number(rate), p50Ms: Number.NaN, p99Ms: Number.NaN };
}
