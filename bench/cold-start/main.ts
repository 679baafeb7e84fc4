import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { contractVersion } from '#api/compiled/base.ts';
import type { Compiled } from '#api/compiled/contract.ts';
import type { CompiledRequestLimit } from '#api/compiled/limit.ts';
import { buildCompiledSecret, contentHashOf } from '#api/compiled/secret.ts';
import { describeError } from '#api/errors.ts';
import { coreKinds } from '#api/kinds.ts';
import { parseId } from '#api/object.ts';
import { ApiServerStore } from '#kube/api-server-store.ts';
import { loadConnection } from '#kube/load-connection.ts';
import { Transport } from '#kube/transport.ts';
import { compiledNamespaceOf, gatewayServiceAccount } from '#operator/resources/gateway.ts';
import { freePorts } from '#tools/controlplane/free-port.ts';
import { until } from '../conditions.ts';
import { connections, type Installation, install } from '../control-plane/installation.ts';
import { buildApiGateway, installation as operatorNamespace } from '../control-plane/objects.ts';
import { ProgramHost } from '../control-plane/programs.ts';
import { describeMachine } from '../machine.ts';
import { progress } from '../progress.ts';
import { percentile } from '../statistics.ts';

const usage = 'node bench/cold-start/main.ts [--apis 10000] [--subscriptions 50000] [--starts 5]';
const tenants = 200;
/** What the API server gets to digest all that was written: no gateway starts in the middle of that. */
const restMs = 15_000;

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
  const installation = await install();
  const host = await ProgramHost.open(undefined);
  try {
    const namespace = await placeOfGateway(installation, host);
    await fill(installation, namespace, worldOf(apis, subscriptions));
    const account = await installation.accountOf(namespace, gatewayServiceAccount);
    await setTimeout(restMs);
    const seconds: number[] = [];
    for (let i = 1; i <= starts; i++) {
      const [port = 0] = await freePorts(1);
      const gateway = await host.startGateway({ account, namespace, port });
      await until({ what: 'the gateway is ready', timeoutMs: 120_000, everyMs: 50 }, () => gateway.isReady());
      seconds.push((performance.now() - gateway.startedAt) / 1000);
      const { cpuSeconds, rssMiB } = await gateway.use();
      progress(`start ${i}: ${seconds.at(-1)?.toFixed(2)} s, ${cpuSeconds} s of CPU, RSS ${Math.round(rssMiB)} MiB`);
      await gateway.stop();
    }
    const [middle, longest] = [percentile(seconds, 0.5), Math.max(...seconds)].map((value) => value.toFixed(2));
    process.stdout.write(
      `${apis} ApiServices, ${subscriptions} Subscriptions, ${describeMachine()}: ready after ${middle} s (p50), ` +
        `${longest} s (longest of ${starts})\n`,
    );
  } finally {
    await host.close();
    await installation.stop();
  }
}

/** The operator makes the namespace and the ServiceAccount of a gateway; then it goes. */
async function placeOfGateway({ store, accountOf }: Installation, host: ProgramHost): Promise<string> {
  const gateway = buildApiGateway();
  const namespace = compiledNamespaceOf(gateway);
  const operator = await host.startOperator(await accountOf(operatorNamespace, 'simpul-operator'));
  await store.apply(gateway, { fieldManager: 'bench', force: true });
  const account = parseId(`${namespace}/${gatewayServiceAccount}`);
  await until({ what: 'the gateway has its ServiceAccount', timeoutMs: 60_000, everyMs: 100 }, async () => {
    return (await store.get(coreKinds.ServiceAccount, account)) !== undefined;
  });
  await until({ what: 'the gateway is compiled', timeoutMs: 60_000, everyMs: 100 }, async () => {
    return (await store.list(coreKinds.Secret, { namespace })).items.length > 0;
  });
  await operator.stop();
  return namespace;
}

/** Writes them as the operator would, over kept connections. */
async function fill({ accountOf }: Installation, namespace: string, world: readonly Compiled[]): Promise<void> {
  const connection = await loadConnection({ env: await accountOf(operatorNamespace, 'simpul-operator') });
  const store = new ApiServerStore(new Transport(connection, { connections }));
  const left = [...world];
  const began = performance.now();
  const worker = async (): Promise<void> => {
    for (let compiled = left.pop(); compiled !== undefined; compiled = left.pop()) {
      await store.create(buildCompiledSecret(compiled, namespace), { fieldManager: 'simpul-operator' });
    }
  };
  await Promise.all(Array.from({ length: connections }, worker));
  progress(`${world.length} objects written in ${Math.round((performance.now() - began) / 1000)} s`);
  await store.close();
}

function worldOf(apis: number, subscriptions: number): Compiled[] {
  const contract = contractVersion;
  const perMinute: CompiledRequestLimit = { id: 'minute', requests: 600, per: 'Minute', by: 'Subscription' };
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
