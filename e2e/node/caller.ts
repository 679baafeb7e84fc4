import { once } from 'node:events';
import * as http from 'node:http';
import * as https from 'node:https';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * Runs in a pod, which has Node.js and nothing else of ours: sends RATE calls a second to URL, over kept connections,
 * whether the ones before were answered or not, until SIGTERM comes and CALLS are sent. HEADERS: JSON. Prints `started`,
 * and at the end a {@link Tally} as JSON.
 */
const { URL: url = '', RATE = '500', CALLS = '1', CONNECTIONS = '16', HEADERS = '{}' } = process.env;

/** What came of all calls. */
export interface Tally {
  /** Answers by status, failures by what they say. */
  readonly answers: Readonly<Record<string, number>>;
  readonly calls: number;
  readonly seconds: number;
  /** Of all answers. */
  readonly slowestMs: number;
  /** The longest time without an answer of 200. */
  readonly worstGapMs: number;
  /** All but answers of 200, the first thousand. */
  readonly failures: readonly Failure[];
}

/** Times are milliseconds since the epoch. */
export interface Failure {
  readonly what: string;
  readonly beganAt: number;
  readonly endedAt: number;
}

class Counts {
  readonly #answers: Record<string, number> = {};
  readonly #failures: Failure[] = [];
  readonly #began = performance.now();
  #goodAt = performance.now();
  #slowestMs = 0;
  #worstGapMs = 0;

  add(what: string, began: number): void {
    const ended = performance.now();
    this.#answers[what] = (this.#answers[what] ?? 0) + 1;
    this.#slowestMs = Math.max(this.#slowestMs, ended - began);
    if (what !== '200') {
      const at = (ms: number) => Math.round(performance.timeOrigin + ms);
      if (this.#failures.length < 1000) this.#failures.push({ what, beganAt: at(began), endedAt: at(ended) });
      return;
    }
    this.#worstGapMs = Math.max(this.#worstGapMs, ended - this.#goodAt);
    this.#goodAt = ended;
  }

  tally(calls: number): Tally {
    const sinceGood = performance.now() - this.#goodAt;
    return {
      ...{ answers: this.#answers, calls, failures: this.#failures },
      seconds: Math.round((performance.now() - this.#began) / 100) / 10,
      slowestMs: Math.round(this.#slowestMs),
      worstGapMs: Math.round(Math.max(this.#worstGapMs, sinceGood)),
    };
  }
}

async function main(): Promise<Tally> {
  const isAsked = new AbortController();
  void once(process, 'SIGTERM').then(() => isAsked.abort());
  // In turn, and idle for less than the gateways' drain delay (10 s): HTTP/1.1 has no way around a connection that is
  // closed in the very moment in which it is used again after a long rest (docs/gateway.md, "How a pod ends").
  const options = { keepAlive: true, maxSockets: Number(CONNECTIONS), scheduling: 'fifo', timeout: 3000 } as const;
  const agent = url.startsWith('https:')
    ? new https.Agent({ ...options, rejectUnauthorized: false })
    : new http.Agent(options);
  const call = caller(agent, JSON.parse(HEADERS) as Record<string, string>);
  const under = new Set<Promise<void>>();
  const counts = new Counts();
  let calls = 0;
  const callOnce = async (): Promise<void> => {
    const began = performance.now();
    counts.add(await call().catch((error: NodeJS.ErrnoException) => error.code ?? error.message), began);
  };
  const began = performance.now();
  console.log('started');
  while (!isAsked.signal.aborted || calls < Number(CALLS)) {
    const due = Math.floor(((performance.now() - began) / 1000) * Number(RATE));
    for (; calls < due; calls++) {
      const one = callOnce().finally(() => under.delete(one));
      under.add(one);
    }
    await delay(2);
  }
  await Promise.all(under);
  agent.destroy();
  return counts.tally(calls);
}

function caller(agent: http.Agent, headers: Record<string, string>): () => Promise<string> {
  const { request } = agent instanceof https.Agent ? https : http;
  return () =>
    new Promise((resolve, reject) => {
      const outgoing = request(url, { agent, headers, timeout: 20_000 }, (answer) => {
        answer.on('error', reject).on('end', () => resolve(String(answer.statusCode)));
        answer.resume();
      });
      outgoing.on('error', reject).on('timeout', () => outgoing.destroy(new Error('no answer in 20 s')));
      outgoing.end();
    });
}

console.log(JSON.stringify(await main()));
