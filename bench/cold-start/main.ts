import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { contractVersion } from '#api/compiled/base.ts';
import type { Compiled, CompiledLimit } from '#api/compiled/contract.ts';
import { buildCompiledSecret, contentHashOf } from '#api/compiled/secret.ts';
import { describeError } from '#api/errors.ts';
import type { GatewayProgram } from '#e2e/operator/gateway-program.ts';
import { Installation, openAs } from '#e2e/operator/harness.ts';
import { apiGateway } from '#e2e/operator/objects.ts';
import { compiledNamespaceOf } from '#operator/resources/gateway.ts';
import { describeMachine } from '../machine.ts';
import { progress } from '../progress.ts';
import { percentile } from '../statistics.ts';

const usage = 'node bench/cold-start/main.ts [--apis 10000] [--subscriptions 50000] [--starts 5]';
const tenants = 200;

/**
 * How long a gateway takes from the start of its process to its first Ready, with everything that a large institution
 * has. The compiled objects lie in a real kube-apiserver, written by the operator's own ServiceAccount.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      apis: { type: 'string', default: '10000' },
      subscriptions: { type: 'string', default: '50000' },
      starts: { type: 'string', default: '5' },
    },
  });
  const [apis, subscriptions, starts] = [Number(values.apis), Number(values.subscriptions), Number(values.starts)];
  const installation = await Installation.start();
  try {
    const operator = await installation.startOperator();
    const gateway = apiGateway('public');
    await installation.apply(gateway);
    await (await installation.startGateway('first')).kill();
    await operator.kill();
    await fill(installation, compiledNamespaceOf(gateway), worldOf(apis, subscriptions));
    const seconds: number[] = [];
    for (let i = 1; i <= starts; i++) {
      const began = performance.now();
      const pod = await installation.startGateway(`pod-${i}`);
      seconds.push((performance.now() - began) / 1000);
      progress(`start ${i}: ${seconds.at(-1)?.toFixed(2)} s, ${await memoryOf(pod)} MiB`);
      await pod.kill();
      await delay(500);
    }
    const line = `ready after ${percentile(seconds, 0.5).toFixed(2)} s (p50), ${Math.max(...seconds).toFixed(2)} s (longest of ${starts})`;
    process.stdout.write(`${apis} ApiServices, ${subscriptions} Subscriptions, ${describeMachine()}: ${line}\n`);
  } finally {
    await installation.stop();
  }
}

async function memoryOf(pod: GatewayProgram): Promise<number> {
  const page = (await pod.adminPage('/metrics'))?.text ?? '';
  return Math.round(Number(/^process_resident_memory_bytes (\S+)$/m.exec(page)?.[1] ?? 0) / 2 ** 20);
}

/** Writes them as the operator would, over kept connections. */
async function fill(installation: Installation, namespace: string, world: readonly Compiled[]): Promise<void> {
  const store = await openAs(await installation.operatorKubeconfig());
  const left = [...world];
  const began = performance.now();
  const worker = async (): Promise<void> => {
    for (let compiled = left.pop(); compiled !== undefined; compiled = left.pop()) {
      await store.create(buildCompiledSecret(compiled, namespace), { fieldManager: 'simpul-operator' });
    }
  };
  await Promise.all(Array.from({ length: 24 }, worker));
  progress(`${world.length} objects written in ${Math.round((performance.now() - began) / 1000)} s`);
  await store.close();
}

function worldOf(apis: number, subscriptions: number): Compiled[] {
  const contract = contractVersion;
  const perMinute: CompiledLimit = { id: 'minute', requests: 600, per: 'Minute', by: 'Subscription' };
  const ids = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i);
  return [
    ...ids(tenants).map(
      (i): Compiled => ({
        ...{ contract, kind: 'Tenant', id: `t${i}`, hosts: [], paths: [`/t${i}`], suspended: false, limits: [] },
      }),
    ),
    ...ids(apis).map(
      (i): Compiled => ({
        ...{ contract, kind: 'ApiService', id: `t${i % tenants}/a${i}`, tenant: `t${i % tenants}`, version: '1.0.0' },
        ...{ hosts: [], basePath: `/t${i % tenants}/a${i}`, lifecycle: { state: 'Published' } },
        backend: { endpoints: [{ url: 'http://127.0.0.1:9', weight: 1 }], timeoutMs: 10_000, connectTimeoutMs: 2000 },
        authentication: { mode: 'Required', keyManagers: [] },
        ...{ limits: [], operations: [], plans: { dasar: { limits: [perMinute] } } },
      }),
    ),
    ...ids(subscriptions).map(
      (i): Compiled => ({
        ...{
          contract,
          kind: 'Subscription',
          id: `t${i % tenants}/s${i}`,
          tenant: `t${i % tenants}`,
          application: `s${i}`,
        },
        credentials: [{ name: 'utama', type: 'ApiKey', hash: hashLike(i) }],
        ...{ grants: [{ api: `t${i % tenants}/a${i % apis}`, plan: 'dasar' }], limits: [] },
      }),
    ),
  ];
}

/** What the hash of a key looks like. */
function hashLike(i: number): string {
  return Buffer.from(contentHashOf(`key ${i}`), 'hex').toString('base64url');
}

try {
  await main();
} catch (error) {
  process.stderr.write(`bench-cold-start: ${describeError(error)}\n${usage}\n`);
  process.exitCode = 1;
}
