import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { after, before, describe, type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type ControlPlane, startControlPlane } from '#tools/controlplane/control-plane.ts';

const program = fileURLToPath(new URL('../../operator/main.ts', import.meta.url));
/** Waits have caps of several times the promise, because the machine may be busy. */
const patienceMs = 60_000;

interface Line {
  readonly msg: string;
  readonly port?: number;
  readonly level: string;
}

interface Ending {
  readonly code: number | null;
  readonly signal: string | null;
}

/** One operator as its own process, with what it logged. */
class OperatorProcess {
  readonly lines: Line[] = [];
  stderr = '';
  stdout = '';
  readonly ended: Promise<Ending>;
  readonly #child: ChildProcess;

  constructor(context: TestContext, args: readonly string[]) {
    const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    child.stdout.setEncoding('utf8').on('data', (text: string) => this.#take(text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
    this.ended = new Promise((resolve) => child.once('close', (code, signal) => resolve({ code, signal })));
    context.after(async () => {
      child.kill('SIGKILL');
      await this.ended;
    });
  }

  send(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async status(path: string): Promise<number> {
    const port = this.lines.find((line) => line.port !== undefined)?.port;
    if (port === undefined) return 0;
    return (await fetch(`http://127.0.0.1:${port}${path}`)).status;
  }

  async metric(name: string): Promise<string | undefined> {
    const port = this.lines.find((line) => line.port !== undefined)?.port;
    if (port === undefined) return undefined;
    const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    return text
      .split('\n')
      .find((line) => line.startsWith(`${name} `))
      ?.slice(name.length + 1);
  }

  isLeading = async (): Promise<boolean> => (await this.metric('simpul_operator_leader')) === '1';
  isReady = async (): Promise<boolean> => (await this.status('/readyz')) === 200;

  #take(text: string): void {
    this.stdout += text;
    const complete = this.stdout.split('\n').slice(0, -1);
    for (const line of complete.slice(this.lines.length)) {
      if (line.startsWith('{')) this.lines.push(JSON.parse(line));
    }
  }
}

async function until(operator: OperatorProcess, what: string, holds: () => Promise<boolean>): Promise<number> {
  const started = performance.now();
  while (!(await holds())) {
    if (performance.now() - started > patienceMs)
      assert.fail(`waited in vain: ${what}\n${operator.stdout}${operator.stderr}`);
    await delay(50);
  }
  return performance.now() - started;
}

describe('operator command line', () => {
  test('prints its help', async (context) => {
    const operator = new OperatorProcess(context, ['--help']);
    assert.equal((await operator.ended).code, 0);
    assert.match(operator.stdout, /--lease-duration DURATION/);
  });

  test('names what is wrong with it and ends with 2', async (context) => {
    const operator = new OperatorProcess(context, ['--workers=0', '--log-level=loud']);
    assert.equal((await operator.ended).code, 2);
    assert.match(operator.stderr, /^--log-level: .*\n--workers: /);
    assert.doesNotMatch(operator.stderr, /\bat .*\.ts:/, 'no stack for a typing mistake');
  });

  test('ends with 1 and says why when there is no way to the API server', async (context) => {
    const operator = new OperatorProcess(context, ['--kubeconfig=/does/not/exist', '--http-port=0']);
    assert.equal((await operator.ended).code, 1);
    assert.match(operator.lines.at(-1)?.level ?? '', /fatal/);
    assert.match(operator.stdout, /cannot read the kubeconfig \/does\/not\/exist/);
  });
});

describe('operator process', () => {
  let cluster: ControlPlane;
  before(async () => {
    cluster = await startControlPlane();
    await cluster.installCrds(fileURLToPath(new URL('../../crds', import.meta.url)));
    await cluster.kubectl(['create', 'namespace', 'simpul-system']);
  });
  after(() => cluster?.stop());

  const start = (context: TestContext, lease: string): OperatorProcess =>
    new OperatorProcess(context, [
      `--kubeconfig=${cluster.kubeconfig}`,
      `--lease-name=${lease}`,
      ...['--namespace=simpul-system', '--http-port=0'],
      ...['--lease-duration=4s', '--renew-deadline=3s', '--retry-period=500ms'],
    ]);

  const holderOf = async (lease: string): Promise<string> =>
    await cluster.kubectl(['get', 'lease', lease, '-n', 'simpul-system', '-o', 'jsonpath={.spec.holderIdentity}']);

  test('hands over when its leader is killed, and gives the lease back when asked to stop', async (context) => {
    const leader = start(context, 'killed');
    await until(leader, 'the first leads', leader.isLeading);
    const standby = start(context, 'killed');
    await until(standby, 'the standby is ready', standby.isReady);
    assert.equal(await standby.isLeading(), false);
    leader.send('SIGKILL');
    const tookMs = await until(standby, 'the standby leads', standby.isLeading);
    context.diagnostic(`takeover after ${Math.round(tookMs)} ms; lease + retry is 4500 ms`);
    standby.send('SIGTERM');
    assert.deepEqual(await standby.ended, { code: 0, signal: null }, standby.stdout);
    assert.equal(await holderOf('killed'), '');
  });

  test('ends itself when it was paused for longer than its lease', async (context) => {
    const leader = start(context, 'paused');
    await until(leader, 'the first leads', leader.isLeading);
    const standby = start(context, 'paused');
    await until(standby, 'the standby is ready', standby.isReady);
    leader.send('SIGSTOP');
    await until(standby, 'the standby leads', standby.isLeading);
    leader.send('SIGCONT');
    assert.deepEqual(await leader.ended, { code: 1, signal: null });
    assert.match(leader.stdout, /OPERATOR_LEASE_LOST/);
    assert.equal(await standby.isLeading(), true);
  });

  test('stops in peace while the API server is away', async (context) => {
    const operator = start(context, 'alone');
    await until(operator, 'it is ready', operator.isReady);
    await until(operator, 'it leads', operator.isLeading);
    await cluster.apiServer.kill();
    operator.send('SIGTERM');
    const { code } = await operator.ended;
    assert.equal(code, 0, operator.stdout);
    await cluster.apiServer.start();
  });
});
