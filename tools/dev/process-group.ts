import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

export interface Command {
  readonly program: string;
  readonly args: readonly string[];
}

/**
 * Several programs that live and die together: when one ends, or {@link ProcessGroup.stop} is called, the others are
 * asked to end (SIGTERM) and waited for. Each has a process group of its own, so that a Ctrl-C in the terminal reaches
 * only us, and every program gets exactly one signal for it.
 */
export class ProcessGroup {
  readonly #children: ChildProcess[];
  #stopping = false;

  constructor(commands: readonly Command[]) {
    this.#children = commands.map(({ program, args }) => spawn(program, args, { stdio: 'inherit', detached: true }));
  }

  /** Asks all to end; when called again, ends them at once. */
  stop(): void {
    const signal = this.#stopping ? 'SIGKILL' : 'SIGTERM';
    this.#stopping = true;
    for (const child of this.#children) child.kill(signal);
  }

  /** Resolves once all have ended: 0 when they were asked to, otherwise the code of the one that ended by itself (1 at least). */
  async ended(): Promise<number> {
    const codes = await Promise.all(this.#children.map((child) => this.#endOf(child)));
    return Math.max(...codes);
  }

  async #endOf(child: ChildProcess): Promise<number> {
    const code = await exitCodeOf(child);
    if (this.#stopping) return 0;
    this.stop();
    return Math.max(code, 1);
  }
}

/** 127 for a program that could not be started, as in a shell. */
async function exitCodeOf(child: ChildProcess): Promise<number> {
  try {
    const [code] = (await once(child, 'exit')) as [number | null];
    return code ?? 1;
  } catch (error) {
    process.stderr.write(`${child.spawnfile} cannot be started: ${(error as Error).message}\n`);
    return 127;
  }
}
