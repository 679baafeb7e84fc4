import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CodedError } from '#api/errors.ts';
import { freePorts } from '#tools/controlplane/free-port.ts';
import { programPath } from './programs.ts';

/** Redis ended, or did not become ready; the message has what it printed. */
class RedisFailed extends CodedError {
  constructor(said: string) {
    super('TEST_REDIS_FAILED', `Redis does not start: ${said}`);
  }
}

/** A real Redis of a test, on 127.0.0.1. */
export class TestRedis implements AsyncDisposable {
  readonly port: number;
  readonly folder: string;
  readonly #options: readonly string[];
  readonly #program: 'redis-server' | 'redis-sentinel';
  #child: ChildProcess | undefined;

  constructor(port: number, folder: string, program: 'redis-server' | 'redis-sentinel', options: readonly string[]) {
    this.port = port;
    this.folder = folder;
    this.#program = program;
    this.#options = options;
  }

  async start(): Promise<void> {
    const child = spawn(programPath(this.#program), [...this.#options], { cwd: this.folder, stdio: 'pipe' });
    this.#child = child;
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += String(chunk)));
    const deadline = performance.now() + 10_000;
    while (!said.includes('eady to accept connections') && !said.includes('Sentinel ID is')) {
      if (child.exitCode !== null || performance.now() > deadline) throw new RedisFailed(said);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  /** SIGKILL. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  /** It keeps its connections and answers nothing. */
  pause(): void {
    this.#child?.kill('SIGSTOP');
  }

  resume(): void {
    this.#child?.kill('SIGCONT');
  }

  /** Sends one inline command and gives the raw answer. */
  async command(line: string): Promise<string> {
    const socket = connect(this.port, '127.0.0.1');
    await once(socket, 'connect');
    socket.write(`${line}\r\n`);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    socket.destroy();
    return answer.toString();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.resume();
    await this.kill();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** A Redis that keeps nothing on disk unless `options` say so. */
export async function aRedis(options: readonly string[] = []): Promise<TestRedis> {
  const [port = 0] = await freePorts(1);
  const folder = await mkdtemp(join(tmpdir(), 'simpul-redis-'));
  const common = ['--bind', '127.0.0.1', '--port', String(port), '--save', '', '--dir', folder];
  const redis = new TestRedis(port, folder, 'redis-server', [...common, ...options]);
  await redis.start();
  return redis;
}
