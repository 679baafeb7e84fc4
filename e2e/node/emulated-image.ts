import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { until } from '#e2e/operator/waiting.ts';
import { run } from '#tools/cluster/run.ts';
import { programRoot } from '#tools/testing/programs.ts';
import type { UnpackedImage } from './image-files.ts';

/** Of Debian's qemu-user-static, by the architecture that an image is for. */
const emulators: Readonly<Record<string, string>> = { amd64: 'qemu-x86_64-static', arm64: 'qemu-aarch64-static' };

/** An image of another architecture, whose program runs by emulation: its code and its libraries, on this kernel. */
export class EmulatedImage implements AsyncDisposable {
  readonly #image: UnpackedImage;
  readonly #root: string;
  readonly #children: ChildProcess[] = [];

  private constructor(image: UnpackedImage, root: string) {
    this.#image = image;
    this.#root = root;
  }

  /** Puts its layers over one another into the folder `root`, as links to their files. */
  static async open(image: UnpackedImage, root: string): Promise<EmulatedImage> {
    await mkdir(root);
    for (const layer of image.layers) await run('cp', ['-al', '--remove-destination', `${layer}/.`, root]);
    return new EmulatedImage(image, root);
  }

  /** Starts what a container of it would. */
  start(...args: readonly string[]): EmulatedProcess {
    const { architecture, config } = this.#image.config;
    const [program = '', ...words] = config.Entrypoint;
    const emulator = join(programRoot(), 'usr/bin', emulators[architecture] ?? '');
    const inImage = (word: string) => (word.startsWith('/') ? join(this.#root, word) : word);
    const line = ['-L', this.#root, this.#pathOf(program), ...words.map(inImage), ...args];
    const child = spawn(emulator, line, { stdio: ['ignore', 'pipe', 'pipe'], env: {} });
    this.#children.push(child);
    return new EmulatedProcess(child);
  }

  #pathOf(program: string): string {
    const places = program.startsWith('/') ? [program] : ['/usr/local/bin', '/usr/bin'].map((at) => join(at, program));
    const found = places.map((place) => join(this.#root, place)).find((place) => existsSync(place));
    return found ?? program;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#children) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    }
  }
}

export class EmulatedProcess {
  #said = '';
  readonly #ended: Promise<number | null>;
  #hasEnded = false;

  constructor(child: ChildProcess) {
    this.#ended = new Promise((resolve) => {
      child.once('error', (error) => (this.#said += String(error))); // `close` follows
      child.once('close', (code) => resolve(code));
    });
    void this.#ended.then(() => (this.#hasEnded = true));
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (this.#said += String(chunk)));
  }

  /** Waits until it has printed this; an emulated Node.js takes its time. */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    const look = () => {
      const found = pattern.exec(this.#said) ?? undefined;
      assert.ok(found ?? !this.#hasEnded, `it has ended without ${pattern}: ${this.#said}`);
      return found;
    };
    return await until(`it says ${pattern}`, look, { withinMs: 120_000, seen: () => this.#said });
  }

  /** Its exit code, once it has ended. */
  code(): Promise<number | null> {
    return this.#ended;
  }
}
