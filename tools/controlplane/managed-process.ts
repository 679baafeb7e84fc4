import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { ControlPlaneError } from './errors.ts';
import type { Watchdog } from './watchdog.ts';

export interface ProcessOptions {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly logFile: string;
  /** Ends it when this process is gone; absent: something else does. */
  readonly watchdog?: Watchdog;
  /** Default: this process's own. */
  readonly env?: NodeJS.ProcessEnv;
  /** Answers true once the process serves. Asked every 50 ms. */
  readonly ready: () => Promise<boolean>;
}

const readyTimeoutMs = 60_000;
const stopTimeoutMs = 5_000;

/** One server process that can be hurt on purpose. All methods resolve when the effect is there. */
export class ManagedProcess {
  readonly #options: ProcessOptions;
  #child: ChildProcess | undefined;
  #exited: Promise<void> = Promise.resolve();

  constructor(options: ProcessOptions) {
    this.#options = options;
  }

  /** Undefined while it does not run. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Everything that it wrote since its first start. */
  log(): string {
    return readFileSync(this.#options.logFile, 'utf8');
  }

  async start(): Promise<void> {
    this.launch();
    await this.untilReady();
  }

  /** Starts without waiting for readiness. */
  launch(): void {
    if (this.#child !== undefined) throw new ControlPlaneError(`${this.#options.name} runs already`);
    const log = openSync(this.#options.logFile, 'a');
    const child = spawn(this.#options.command, [...this.#options.args], {
      stdio: ['ignore', log, log],
      env: this.#options.env ?? process.env,
    });
    closeSync(log);
    child.unref();
    this.#child = child;
    const { pid } = child;
    if (pid !== undefined) this.#options.watchdog?.add(pid);
    this.#exited = new Promise((resolve) => {
      const ended = () => {
        if (pid !== undefined) this.#options.watchdog?.ended(pid);
        if (this.#child === child) this.#child = undefined;
        resolve();
      };
      child.once('exit', ended);
      child.once('error', ended);
    });
  }

  async untilReady(): Promise<void> {
    const deadline = performance.now() + readyTimeoutMs;
    while (!(await this.#options.ready())) {
      if (this.#child === undefined)
        throw new ControlPlaneError(`${this.#options.name} ended at start: ${this.#lastWords()}`);
      if (performance.now() > deadline) {
        throw new ControlPlaneError(
          `${this.#options.name} is not ready after ${readyTimeoutMs / 1000} s: ${this.#lastWords()}`,
        );
      }
      await delay(50);
    }
  }

  /** SIGKILL: no goodbye to anybody. */
  async kill(): Promise<void> {
    this.#child?.kill('SIGKILL');
    await this.#waitForExit();
  }

  /** SIGTERM, and SIGKILL when that takes more than 5 s. */
  async terminate(): Promise<void> {
    this.#child?.kill('SIGTERM');
    const timer = setTimeout(() => this.#child?.kill('SIGKILL'), stopTimeoutMs);
    await this.#waitForExit();
    clearTimeout(timer);
  }

  /** SIGSTOP: connections stay open, the kernel still acknowledges bytes, nobody answers. */
  pause(): void {
    this.#child?.kill('SIGSTOP');
  }

  resume(): void {
    this.#child?.kill('SIGCONT');
  }

  /** Kills it if it runs, and starts it anew. */
  async restart(): Promise<void> {
    await this.kill();
    await this.start();
  }

  async #waitForExit(): Promise<void> {
    this.#child?.ref();
    await this.#exited;
  }

  #lastWords(): string {
    return this.log().trim().split('\n').slice(-5).join('\n');
  }
}
