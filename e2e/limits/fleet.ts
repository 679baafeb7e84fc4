import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { fileURLToPath } from 'node:url';
import type { Compiled } from '#api/compiled/contract.ts';
import type { Order, Report } from './gateway-program.ts';

const program = fileURLToPath(new URL('gateway-program.ts', import.meta.url));

/** One real gateway process. */
export class Pod implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly port: number;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 64 });

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.port = port;
  }

  /** `clockMs`: how far its clocks are wrong. */
  static async start(objects: readonly Compiled[], clockMs = 0): Promise<Pod> {
    const child = fork(program, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    child.send({ do: 'serve', objects, clockMs } satisfies Order);
    const [said] = (await once(child, 'message')) as [Report];
    assert.ok(said.is === 'serving');
    return new Pod(child, said.port);
  }

  put(object: Compiled): void {
    this.#child.send({ do: 'put', object } satisfies Order);
  }

  /** One number of its metrics. */
  async metric(name: string): Promise<number> {
    this.#child.send({ do: 'tell' } satisfies Order);
    const [said] = (await once(this.#child, 'message')) as [Report];
    assert.ok(said.is === 'told');
    return Number(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'm').exec(said.metrics)?.[1]);
  }

  /** Status of one call; 0 when there was no answer. */
  call(path: string, headers: Record<string, string> = {}): Promise<number> {
    return new Promise((resolve) => {
      const sent = request({ port: this.port, host: '127.0.0.1', path, headers, agent: this.#agent }, (answer) => {
        answer.resume().on('end', () => resolve(answer.statusCode ?? 0));
      });
      sent.on('error', () => resolve(0));
      sent.end();
    });
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  /** Ends as a pod ends. */
  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.send({ do: 'end' } satisfies Order);
    await ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#agent.destroy();
    await this.end();
  }
}

/** How many calls each pod gets in a second, `t` seconds after the beginning. */
export type Shape = (pod: number, pods: number, t: number) => number;

export const uniform: Shape = (_pod, pods) => 1 / pods;
/** 70 % on one pod. */
export const skewed: Shape = (pod, pods) => (pods === 1 ? 1 : pod === 0 ? 0.7 : 0.3 / (pods - 1));
/** All on one pod, another one four times a second. */
export const flapping: Shape = (pod, pods, t) => (Math.floor(t * 4) % pods === pod ? 1 : 0);

export interface Load {
  readonly path: string;
  /** Calls in a second, all pods together. */
  readonly rate: number;
  readonly seconds: number;
  readonly shape: Shape;
  readonly headers?: (n: number) => Record<string, string>;
}

export interface Tally {
  offered: number;
  admitted: number;
  refused: number;
  /** Anything but 200 and 429. */
  failed: number;
  slowestMs: number;
}

/** Offers calls at a steady rate, whatever the answers are. */
export async function offer(pods: readonly Pod[], load: Load): Promise<Tally> {
  const tally: Tally = { offered: 0, admitted: 0, refused: 0, failed: 0, slowestMs: 0 };
  const owed = pods.map(() => 0);
  const answers: Promise<void>[] = [];
  const began = performance.now();
  let last = began;
  while (last - began < load.seconds * 1000) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    const now = performance.now();
    for (const [i, pod] of pods.entries()) {
      const share = load.shape(i, pods.length, (now - began) / 1000);
      owed[i] = (owed[i] ?? 0) + (load.rate * share * (now - last)) / 1000;
      for (; (owed[i] ?? 0) >= 1; owed[i] = (owed[i] ?? 0) - 1) answers.push(one(pod, load, tally));
    }
    last = now;
  }
  await Promise.all(answers);
  return tally;
}

async function one(pod: Pod, load: Load, tally: Tally): Promise<void> {
  const n = tally.offered++;
  const sentAt = performance.now();
  const status = await pod.call(load.path, load.headers?.(n) ?? {});
  tally.slowestMs = Math.max(tally.slowestMs, performance.now() - sentAt);
  if (status === 200) tally.admitted++;
  else if (status === 429) tally.refused++;
  else tally.failed++;
}
