import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BenchError } from '../errors.ts';
import { parseH2load, parseWrk } from './load.ts';

const printed = (rest = '') => `Running 2s test @ http://127.0.0.1:8080/
  1 threads and 64 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     1.20ms  300.00us   9.00ms   92.00%
    Req/Sec    53.10k     1.20k   55.00k    80.00%
  Latency Distribution
     50%  812.00us
     75%    1.10ms
     90%    1.50ms
     99%    1.02s
  106203 requests in 2.00s, 25.00MB read
${rest}Requests/sec:  53101.50
Transfer/sec:     12.50MB
`;

test('parseWrk reads requests, rate and latencies in milliseconds', () => {
  assert.deepEqual(parseWrk(printed()), { requests: 106203, requestsPerSecond: 53101.5, p50Ms: 0.812, p99Ms: 1020 });
});

const faulty: Record<string, string> = {
  'answers that are refusals': printed('  Non-2xx or 3xx responses: 12\n'),
  'broken connections': printed('  Socket errors: connect 0, read 3, write 0, timeout 0\n'),
  'anything else': 'unable to connect to 127.0.0.1:1 Connection refused\n',
};

for (const [name, text] of Object.entries(faulty)) {
  test(`parseWrk refuses ${name}`, () => {
    assert.throws(() => parseWrk(text), BenchError);
  });
}

const h2load = (codes = '1980 2xx, 0 3xx, 0 4xx, 0 5xx', outcome = '1980 succeeded, 0 failed, 0 errored, 0 timeout') =>
  `finished in 1.00s, 1980.00 req/s, 300.12KB/s
requests: 1980 total, 2044 started, 1980 done, ${outcome}
status codes: ${codes}
traffic: 300KB (307200) total
`;

test('parseH2load reads requests and rate, and refuses a run with a bad answer', () => {
  const { requests, requestsPerSecond, p50Ms } = parseH2load(h2load());
  assert.deepEqual([requests, requestsPerSecond, p50Ms], [1980, 1980, Number.NaN]);
  assert.throws(
    () => parseH2load(h2load('0 2xx, 0 3xx, 1980 4xx, 0 5xx', '0 succeeded, 1980 failed, 0 errored, 0 timeout')),
    BenchError,
  );
  assert.throws(() => parseH2load(h2load('1979 2xx, 1 3xx, 0 4xx, 0 5xx')), BenchError);
  assert.throws(() => parseH2load('nothing'), BenchError);
});
