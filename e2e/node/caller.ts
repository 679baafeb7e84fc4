import { Agent, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * Runs in a pod, which has Node.js and nothing else of ours: sends RATE calls a second to URL for SECONDS, over kept
 * connections, whether the ones before were answered or not. Prints `started`, and at the end a {@link Tally} as JSON.
 */
const { URL: url = '', RATE = '500', SECONDS = '30', CONNECTIONS = '16' } = process.env;

/** Answers by status, failures by what they say. */
export interface Tally {
  readonly answers: Readonly<Record<string, number>>;
  readonly calls: number;
  readonly seconds: number;
  /** Of all answers. */
  readonly slowestMs: number;
}

async function main(): Promise<Tally> {
  // In turn, and idle for less than the gateways' drain delay (10 s): HTTP/1.1 has no way around a connection that is
  // closed in the very moment in which it is used again after a long rest (docs/gateway.md, "How a pod ends").
  const agent = new Agent({ keepAlive: true, maxSockets: Number(CONNECTIONS), scheduling: 'fifo', timeout: 3000 });
  const answers: Record<string, number> = {};
  const under = new Set<Promise<void>>();
  let calls = 0;
  let slowestMs = 0;
  const callOnce = async (): Promise<void> => {
    const began = performance.now();
    const what = await call(agent).catch((error: NodeJS.ErrnoException) => error.code ?? error.message);
    answers[what] = (answers[what] ?? 0) + 1;
    slowestMs = Math.max(slowestMs, performance.now() - began);
  };
  const began = performance.now();
  const endMs = began + Number(SECONDS) * 1000;
  console.log('started');
  while (performance.now() < endMs) {
    const due = Math.floor(((performance.now() - began) / 1000) * Number(RATE));
    for (; calls < due; calls++) {
      const one = callOnce().finally(() => under.delete(one));
      under.add(one);
    }
    await delay(2);
  }
  await Promise.all(under);
  agent.destroy();
  return {
    answers,
    calls,
    seconds: Math.round((performance.now() - began) / 100) / 10,
    slowestMs: Math.round(slowestMs),
  };
}

function call(agent: Agent): Promise<string> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { agent, timeout: 20_000 }, (answer) => {
      answer.on('error', reject).on('end', () => resolve(String(answer.statusCode)));
      answer.resume();
    });
    outgoing.on('error', reject).on('timeout', () => outgoing.destroy(new Error('no answer in 20 s')));
    outgoing.end();
  });
}

console.log(JSON.stringify(await main()));
