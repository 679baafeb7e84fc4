import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gatewayNodeOptions } from '#operator/resources/gateway.ts';
import { bundlePrograms, type Programs } from '#tools/bundle/bundle.ts';
import { freePorts } from '#tools/controlplane/free-port.ts';
import { ManagedProcess } from '#tools/controlplane/managed-process.ts';
import { startWatchdog, type Watchdog } from '#tools/controlplane/watchdog.ts';
import { nodeFlagsOf } from '#tools/images/node-flags.ts';
import { BenchError } from '../errors.ts';
import { type ProcessUse, useOf } from '../machine.ts';

/** One start of a program of ours, as its own process. */
export class RunningProgram {
  /** Steady milliseconds of its start. */
  readonly startedAt = performance.now();
  /** Answers /readyz and /metrics. */
  readonly adminUrl: string;
  readonly #process: ManagedProcess;

  constructor(process: ManagedProcess, adminPort: number) {
    this.#process = process;
    this.adminUrl = `http://127.0.0.1:${adminPort}`;
  }

  async use(): Promise<ProcessUse> {
    const { pid } = this.#process;
    if (pid === undefined) throw new BenchError(`a program ended by itself: ${this.#process.log().slice(-2000)}`);
    return await useOf(pid);
  }

  async isReady(): Promise<boolean> {
    await this.use(); // fails with its last words when it has ended
    return await fetch(`${this.adminUrl}/readyz`).then(
      ({ ok }) => ok,
      () => false, // not listening yet
    );
  }

  /** The page of its metrics. A busy program may close a kept connection at the moment of the call, so it is tried again. */
  async metrics(attempts = 3): Promise<string> {
    try {
      return await (await fetch(`${this.adminUrl}/metrics`)).text();
    } catch (error) {
      await this.use(); // fails with its last words when it has ended
      if (attempts <= 1) throw error;
      return await this.metrics(attempts - 1);
    }
  }

  /** Milliseconds from its start to the log line with that message; undefined while it has not been written. */
  loggedAfterMs(message: string): number | undefined {
    const lines = this.#process.log().split('\n');
    const line = lines.find((text) => text.includes(`"msg":"${message}"`));
    const [, time] = /"time":"([^"]+)"/.exec(line ?? '') ?? [];
    return time === undefined ? undefined : Date.parse(time) - performance.timeOrigin - this.startedAt;
  }

  warnings(): string[] {
    return this.#process
      .log()
      .split('\n')
      .filter((line) => /"level":("warn"|"error"|"fatal"|40|50|60)/.test(line));
  }

  async stop(): Promise<void> {
    await this.#process.terminate();
  }
}

/** Starts programs, and ends them with this process however it ends. */
export class ProgramHost {
  readonly folder: string;
  readonly #watchdog: Watchdog;
  readonly #profiles: string | undefined;
  readonly #programs: Programs;
  readonly #gatewayFlags: readonly string[];
  #started = 0;

  private constructor(options: {
    readonly folder: string;
    readonly programs: Programs;
    readonly gatewayFlags: readonly string[];
    readonly profiles: string | undefined;
  }) {
    this.folder = options.folder;
    this.#programs = options.programs;
    this.#gatewayFlags = options.gatewayFlags;
    this.#watchdog = startWatchdog(options.folder);
    this.#profiles = options.profiles;
  }

  static async open(profiles: string | undefined): Promise<ProgramHost> {
    const [programs, gatewayFlags] = [await bundlePrograms(), await nodeFlagsOf('gateway')];
    const folder = await mkdtemp(join(tmpdir(), 'simpul-bench-'));
    return new ProgramHost({ folder, programs, gatewayFlags, profiles });
  }

  async close(): Promise<void> {
    await this.#watchdog.stop();
  }

  /** As its Deployment would start it. Resolves at once: what is measured may be how long it takes. */
  async startOperator(account: Environment): Promise<RunningProgram> {
    const [port = 0] = await freePorts(1);
    const args = [`--http-port=${port}`];
    const environment = { ...account, ...operatorEnvironment };
    return this.#start({ name: 'operator', flags: [], args, environment, adminPort: port });
  }

  /** As its image and its Deployment would start it. */
  async startGateway(options: { account: Environment; namespace: string; port: number }): Promise<RunningProgram> {
    const [adminPort = 0] = await freePorts(1);
    const environment = {
      ...options.account,
      SIMPUL_NAMESPACE: options.namespace,
      SIMPUL_LISTENERS: `http=127.0.0.1:${options.port}`,
      SIMPUL_ADMIN_HOST: '127.0.0.1',
      SIMPUL_ADMIN_PORT: String(adminPort),
      POD_NAME: `gateway-${this.#started}`,
      ...gatewayEnvironment,
    };
    return this.#start({ name: 'gateway', flags: this.#gatewayFlags, args: [], environment, adminPort });
  }

  #start(start: {
    readonly name: keyof Programs;
    /** Of Node.js. */
    readonly flags: readonly string[];
    readonly args: readonly string[];
    readonly environment: Environment;
    readonly adminPort: number;
  }): RunningProgram {
    this.#started += 1;
    const variables = Object.entries(start.environment).map(([name, value]) => `${name}=${value}`);
    const profiling = this.#profiles === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${this.#profiles}`];
    const program = new ManagedProcess({
      name: start.name,
      command: 'env', // becomes the program: one process, with variables of its own
      args: [
        '-u',
        'KUBECONFIG',
        ...variables,
        process.execPath,
        ...profiling,
        ...start.flags,
        this.#programs[start.name],
        ...start.args,
      ],
      logFile: join(this.folder, `${start.name}-${this.#started}.log`),
      watchdog: this.#watchdog,
      ready: () => Promise.resolve(true),
    });
    const running = new RunningProgram(program, start.adminPort);
    program.launch();
    return running;
  }
}

type Environment = Readonly<Record<string, string>>;

/** As the operator has it in a gateway's Deployment. */
const gatewayEnvironment = { NODE_OPTIONS: gatewayNodeOptions };

/** As docs/operations.md has it: Node.js would otherwise let its heap grow with the memory of the machine. */
const operatorEnvironment = { NODE_OPTIONS: '--max-old-space-size=352 --max-semi-space-size=8' };
