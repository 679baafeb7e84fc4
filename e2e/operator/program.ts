import { type ChildProcess, spawn } from 'node:child_process';
import { until, type Wait } from './waiting.ts';

/** One line of a program's log. */
export interface LogLine {
  readonly level: string | number;
  readonly msg: string;
  readonly [field: string]: unknown;
}

export interface Ending {
  readonly code: number | null;
  readonly signal: string | null;
}

/** One program of ours as a process of its own, with all that it said. */
export class Program {
  readonly name: string;
  /** Everything that it wrote, both streams. */
  output = '';
  readonly ended: Promise<Ending>;
  readonly #child: ChildProcess;
  #ending: Ending | undefined;

  constructor(name: string, file: string, args: readonly string[], env: Readonly<Record<string, string>>) {
    this.name = name;
    const child = spawn(process.execPath, [file, ...args], { stdio: ['ignore', 'pipe', 'pipe'], env });
    this.#child = child;
    const take = (text: string): void => {
      this.output += text;
    };
    child.stdout.setEncoding('utf8').on('data', take);
    child.stderr.setEncoding('utf8').on('data', take);
    this.ended = new Promise((resolve) => {
      child.once('close', (code, signal) => {
        this.#ending = { code, signal };
        resolve({ code, signal });
      });
    });
  }

  get isRunning(): boolean {
    return this.#ending === undefined;
  }

  send(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Ends it without a goodbye. */
  async kill(): Promise<void> {
    this.send('SIGKILL');
    await this.ended;
  }

  /** Ends it in peace. */
  async stop(): Promise<Ending> {
    this.send('SIGTERM');
    return await this.ended;
  }

  /** All complete JSON lines of its log. */
  lines(): LogLine[] {
    return this.output
      .split('\n')
      .slice(0, -1)
      .flatMap((line) => (line.startsWith('{') ? [JSON.parse(line) as LogLine] : []));
  }

  /** The first line for which `select` gives something. Fails when the program ends before. */
  async said<T>(what: string, select: (line: LogLine) => T | undefined, wait: Wait = {}): Promise<T> {
    const look = (): T | undefined => {
      const found = this.lines().map(select);
      return found.find((value) => value !== undefined);
    };
    const seen = (): string => this.output.slice(-4000);
    return await until(`${this.name} says ${what}`, () => this.#orEnded(look()), { seen, ...wait });
  }

  #orEnded<T>(found: T | undefined): T | undefined {
    if (found !== undefined || this.#ending === undefined) return found;
    throw new Error(`${this.name} ended with ${JSON.stringify(this.#ending)}: ${this.output.slice(-4000)}`);
  }
}

/** Text of a page that a program serves on 127.0.0.1; undefined while nobody answers. */
export async function readPage(port: number, path: string): Promise<{ status: number; text: string } | undefined> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { signal: AbortSignal.timeout(5_000) });
    return { status: response.status, text: await response.text() };
  } catch {
    return undefined;
  }
}
