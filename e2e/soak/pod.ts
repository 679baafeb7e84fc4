import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Compiled } from '#api/compiled/contract.ts';
import type { Balanced } from '#e2e/gateway/haproxy.ts';
import { gatewayNodeOptions } from '#operator/resources/gateway.ts';
import type { Order, Report } from './gateway-program.ts';

const program = fileURLToPath(new URL('gateway-program.ts', import.meta.url));

/** What the soak reads of a line of the access log. */
export interface CallLine {
  readonly requestId: string;
  readonly status: number;
  readonly api?: string;
  readonly backend?: string;
  readonly attempts?: number;
  /** Of a gap. */
  readonly lost?: number;
}

/** One gateway process, and what it leaves behind. */
export class Pod {
  readonly place: Balanced;
  readonly #log: string;
  readonly #child: ChildProcess;
  /** What its metrics said when it ended in order. */
  last: Report | undefined;
  /** Steady milliseconds of SIGKILL. */
  killedAt: number | undefined;

  private constructor(place: Balanced, log: string, child: ChildProcess) {
    this.place = place;
    this.#log = log;
    this.#child = child;
  }

  static async start(place: Balanced, log: string, objects: readonly Compiled[]): Promise<Pod> {
    const file = openSync(log, 'w');
    const execArgv = gatewayNodeOptions.split(' ');
    const child = fork(program, { stdio: ['ignore', file, 'inherit', 'ipc'], execArgv });
    closeSync(file);
    child.send({ do: 'serve', objects, ...place } satisfies Order);
    const [said] = (await once(child, 'message')) as [Report];
    assert.equal(said.is, 'serving');
    return new Pod(place, log, child);
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  send(order: Order): void {
    if (this.#child.connected) this.#child.send(order);
  }

  async tell(): Promise<Report> {
    this.send({ do: 'tell' });
    const [said] = (await once(this.#child, 'message')) as [Report];
    return said;
  }

  async end(): Promise<void> {
    const exited = once(this.#child, 'exit');
    this.send({ do: 'end' });
    const [said] = (await once(this.#child, 'message')) as [Report];
    assert.equal(said.is, 'ended');
    this.last = said;
    await exited;
  }

  async kill(): Promise<void> {
    const exited = once(this.#child, 'exit');
    this.killedAt = performance.now();
    this.#child.kill('SIGKILL');
    await exited;
  }

  /** Its whole access log; the last line of a killed one may be half written. */
  lines(): CallLine[] {
    const text = readFileSync(this.#log, 'utf8');
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    return whole
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as CallLine);
  }
}
