import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { siteServer } from '../../examples/banten/backend/server.ts';
import { readSites } from '../../examples/banten/backend/sites.ts';

export const root = fileURLToPath(new URL('../..', import.meta.url));
const simpul = join(root, 'cli/bin/simpul');
/** Generous: the machine may be busy with other tests. */
const patienceMs = 60_000;

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command of simpul to its end. */
export async function runSimpul(
  args: readonly string[],
  options: { stdin?: string; env?: object } = {},
): Promise<Finished> {
  return await finish(spawn(simpul, args, { cwd: root, env: cleanEnv(options.env) }), options.stdin);
}

/** Runs a line as a person's shell would. */
export async function runShell(line: string, cwd = root, env: object = {}): Promise<Finished> {
  return await finish(spawn('sh', ['-eu', '-c', line], { cwd, env: cleanEnv(env) }));
}

async function finish(child: ReturnType<typeof spawn>, stdin = ''): Promise<Finished> {
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (chunk) => (stdout += String(chunk)));
  child.stderr?.on('data', (chunk) => (stderr += String(chunk)));
  // A command that reads nothing may have ended by now.
  child.stdin?.on('error', () => undefined).end(stdin);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr };
}

/** Nothing of the machine's own clusters and state. */
function cleanEnv(more: object = {}): NodeJS.ProcessEnv {
  const { KUBECONFIG: _k, XDG_STATE_HOME: _x, ...env } = process.env;
  return { ...env, HOME: '/nonexistent', ...more };
}

/** Polls until `probe` gives something; says what it saw last when that takes too long. */
export async function eventually<T>(what: string, probe: () => Promise<T | undefined> | T | undefined): Promise<T> {
  const deadline = Date.now() + patienceMs;
  let last: unknown;
  while (Date.now() < deadline) {
    try {
      const found = await probe();
      if (found !== undefined) return found;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`not within ${patienceMs} ms: ${what}`, { cause: last });
}

/** A folder of its own for one test, removed at its end. */
export async function temporaryFolder(): Promise<{ readonly path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), 'simpul-e2e-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** The example's backend on a free port. */
export async function startBackend(): Promise<{ readonly port: number } & AsyncDisposable> {
  const server = siteServer(readSites(new URL('../../examples/banten/data/banten-sites.csv', import.meta.url)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = async () => {
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  };
  return { port: (server.address() as AddressInfo).port, [Symbol.asyncDispose]: close };
}

/** Text of the example with its backend at `port`. */
export async function bantenText(port: number): Promise<string> {
  const text = await readFile(join(root, 'examples/banten/banten.yaml'), 'utf8');
  return text.replaceAll('127.0.0.1:9000', `127.0.0.1:${port}`);
}

/** `simpul dev` as a child process. */
export class DevProcess {
  readonly #child: ChildProcess;
  readonly folder: string;
  stdout = '';
  stderr = '';

  private constructor(child: ChildProcess, folder: string) {
    this.#child = child;
    this.folder = folder;
    child.stdout?.on('data', (chunk) => (this.stdout += String(chunk)));
    child.stderr?.on('data', (chunk) => (this.stderr += String(chunk)));
  }

  /** Starts it on free ports and waits until it has told what it serves. */
  static async start(folder: string, stateDir: string, flags: readonly string[] = []): Promise<DevProcess> {
    const args = ['dev', folder, '--port', '0', '--admin-port', '0', '--state-dir', stateDir, ...flags];
    const dev = new DevProcess(spawn(simpul, args, { cwd: root, env: cleanEnv() }), folder);
    await eventually('simpul dev tells what it serves', () => {
      if (dev.#child.exitCode !== null) throw new Error(`it ended: ${dev.stderr}`);
      return dev.stdout.includes('Admin: ') ? true : undefined;
    });
    return dev;
  }

  get admin(): string {
    return /Admin: (\S+)/.exec(this.stdout)?.[1] ?? '';
  }

  /** Where the gateway `id` answers. */
  gateway(id = 'simpul-system/public'): string {
    return this.stdout.split(`ApiGateway ${id}: `)[1]?.split('\n')[0] ?? '';
  }

  /** Every line of curl that it has printed. */
  curls(): string[] {
    return this.stdout.split('\n').flatMap((line) => (line.trim().startsWith('curl ') ? [line.trim()] : []));
  }

  async write(name: string, text: string): Promise<void> {
    await writeFile(join(this.folder, name), text);
  }

  async remove(name: string): Promise<void> {
    await rm(join(this.folder, name));
  }

  /** Waits until it has printed `text`. */
  async prints(text: string | RegExp): Promise<void> {
    await eventually(`simpul dev prints ${text}`, () => {
      return (typeof text === 'string' ? this.stdout.includes(text) : text.test(this.stdout)) ? true : undefined;
    }).catch((error: unknown) => {
      throw new Error(`${String(error)}\nIt printed:\n${this.stdout}\n${this.stderr}`);
    });
  }

  /** Ends it as Ctrl-C does, and gives its exit code. */
  async stop(signal: NodeJS.Signals = 'SIGINT'): Promise<number | null> {
    if (this.#child.exitCode !== null) return this.#child.exitCode;
    const closed = once(this.#child, 'close') as Promise<[number | null]>;
    this.#child.kill(signal);
    return (await closed)[0];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop('SIGKILL');
  }
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** One call, with a key when there is one. */
export async function call(url: string, key?: string, headers: Record<string, string> = {}): Promise<Answer> {
  const answer = await fetch(url, { headers: { ...headers, ...(key === undefined ? {} : { 'X-API-Key': key }) } });
  return { status: answer.status, headers: answer.headers, text: await answer.text() };
}

/** The key of a credential, as a person finds it. */
export async function keyOf(stateDir: string, path: string): Promise<string> {
  return (await readFile(join(stateDir, 'keys', path), 'utf8')).trim();
}
