import type { ApiGateway } from '#api/generated/apigateway.ts';
import { coreKinds, simpulKinds } from '#api/kinds.ts';
import type { KubeObject } from '#api/object.ts';
import { freePorts } from '#tools/controlplane/free-port.ts';
import { until } from '../conditions.ts';
import { progress } from '../progress.ts';
import { samplesOf, sumOf } from '../prometheus.ts';
import { BareWrites } from './bare-writes.ts';
import type { BenchConfig } from './config.ts';
import { type ApiServerCounts, countsOf, growthOf, readyObjects, total, untilSettled } from './counts.ts';
import { type EchoBackend, startEchoBackend } from './echo-backend.ts';
import type { Growth, Idle, Latencies, SizeFigures, Starts } from './figures.ts';
import { GatewayCalls } from './gateway-calls.ts';
import { type Installation, install } from './installation.ts';
import { measureLatencies } from './latencies.ts';
import {
  buildApiGateway,
  buildGroup,
  buildTenant,
  gatewayName,
  installation,
  probeTenant,
  tenantName,
} from './objects.ts';
import { createAll, fieldManager } from './population.ts';
import { ProgramHost, type RunningProgram } from './programs.ts';

type Account = Readonly<Record<string, string>>;

/** How long any one stage of a size may take before the run gives up. */
const stageTimeoutMs = 900_000;

/**
 * One cluster that grows from size to size. At each:
 *
 *   grow ──all Ready──▶ change and revoke, one by one ──▶ restart operator and gateway ──▶ (largest: leave it alone)
 */
export class Scenario {
  readonly #config: BenchConfig;
  readonly #installation: Installation;
  readonly #host: ProgramHost;
  readonly #backend: EchoBackend;
  readonly #port: number;
  readonly #calls: GatewayCalls;
  readonly #operatorAccount: Account;
  #operator: RunningProgram;
  #gateway: RunningProgram | undefined;
  #gatewayPlace: { account: Account; namespace: string } = { account: {}, namespace: '' };
  #apiServices = 0;

  private constructor(parts: {
    config: BenchConfig;
    installation: Installation;
    host: ProgramHost;
    backend: EchoBackend;
    port: number;
    account: Account;
    operator: RunningProgram;
  }) {
    this.#config = parts.config;
    this.#installation = parts.installation;
    this.#host = parts.host;
    this.#backend = parts.backend;
    this.#port = parts.port;
    this.#calls = new GatewayCalls(parts.port);
    this.#operatorAccount = parts.account;
    this.#operator = parts.operator;
  }

  /** Starts everything: control plane, operator, one gateway, and the Tenants. */
  static async open(config: BenchConfig): Promise<Scenario> {
    progress('starting etcd and kube-apiserver, installing CRDs, roles and policies');
    const host = await ProgramHost.open(config.profiles);
    const installed = await install();
    const account = await installed.accountOf(installation, 'simpul-operator');
    const operator = await host.startOperator(account);
    const [port = 0] = await freePorts(1);
    const backend = await startEchoBackend();
    const scenario = new Scenario({ config, installation: installed, host, backend, port, account, operator });
    try {
      await scenario.#prepare();
    } catch (error) {
      await scenario.close();
      throw error;
    }
    return scenario;
  }

  async close(): Promise<void> {
    await this.#operator.stop(); // in peace, because that is when a profile is written
    await this.#gateway?.stop();
    await this.#calls.close();
    this.#backend.close();
    await this.#installation.stop();
    await this.#host.close();
  }

  async measure(apiServices: number): Promise<SizeFigures> {
    const { subscriptionsPerApi, idleSeconds, sizes } = this.#config;
    progress(`${apiServices} ApiServices, ${apiServices * subscriptionsPerApi} Subscriptions`);
    const growth = await this.#grow(apiServices);
    progress(
      `  Ready ${growth.readyAfterSeconds.toFixed(1)} s after the last of ${growth.created} creates in ${growth.createSeconds.toFixed(1)} s`,
    );
    const latencies = await this.#changes();
    const [operatorPeak, gatewayPeak] = [
      (await this.#operator.use()).peakRssMiB,
      (await this.#serving().use()).peakRssMiB,
    ];
    const warnings = this.#operator.warnings().length + this.#serving().warnings().length;
    this.#tellWarnings();
    const starts = await this.#restart();
    const idle = apiServices === sizes.at(-1) ? await this.#idle(idleSeconds) : undefined;
    const [operator, gateway] = [await this.#operator.use(), await this.#serving().use()];
    const heap = sumOf(samplesOf(await this.#operator.metrics(), 'nodejs_heap_size_used_bytes'));
    const memory = {
      operatorHeap: heap / 2 ** 20,
      ...{ operatorPeak, gatewayPeak, operatorRestartedPeak: operator.peakRssMiB },
      ...{ operatorSteady: operator.rssMiB, gatewaySteady: gateway.rssMiB },
    };
    return {
      ...{ apiServices, subscriptions: apiServices * subscriptionsPerApi, growth, latencies, starts, memory, warnings },
      ...(idle === undefined ? {} : { idle }),
    };
  }

  async #prepare(): Promise<void> {
    const { store } = this.#installation;
    await store.create(buildApiGateway(), { fieldManager });
    const names = [...Array.from({ length: this.#config.tenants }, (_, index) => tenantName(index)), probeTenant];
    await createAll(store, names.map(buildTenant), this.#config.rate);
    const operator = this.#operator;
    await until({ what: 'all Tenants are Ready', timeoutMs: stageTimeoutMs, everyMs: 500 }, async () => {
      return (await operator.isReady()) && (await readyObjects(operator, 'Tenant')) === names.length;
    });
    const key = { namespace: installation, name: gatewayName };
    let namespace: string | undefined;
    await until({ what: 'the ApiGateway has its namespace', timeoutMs: stageTimeoutMs }, async () => {
      namespace = (await store.get<ApiGateway & KubeObject>(simpulKinds.ApiGateway, key))?.status?.compiledNamespace;
      return namespace !== undefined;
    });
    const place = namespace ?? '';
    this.#gatewayPlace = {
      namespace: place,
      account: await this.#installation.accountOf(place, 'simpul-gateway'),
    };
    await this.#startGateway();
    progress(`${names.length} Tenants are Ready, the gateway serves`);
  }

  async #grow(apiServices: number): Promise<Growth> {
    const { cluster, store } = this.#installation;
    const from = this.#apiServices;
    const objects = Array.from({ length: apiServices - from }, (_, index) =>
      buildGroup(from + index, this.#config, this.#backend.url),
    ).flat();
    const [before, cpuBefore] = [await countsOf(cluster), (await this.#operator.use()).cpuSeconds];
    const readyBefore = await this.#readyCount();
    const createSeconds = await createAll(store, objects, this.#config.rate);
    this.#apiServices = apiServices;
    const readyAfterMs = await until(
      { what: 'all ApiServices and Subscriptions are Ready', timeoutMs: stageTimeoutMs, everyMs: 500 },
      async () => (await this.#readyCount()) >= readyBefore + objects.length,
    );
    await untilSettled(this.#operator);
    const after = await countsOf(cluster);
    const groups = apiServices - from;
    const written = (plural: string): number => after.statusWrites(plural) - before.statusWrites(plural);
    return {
      created: objects.length,
      createSeconds,
      readyAfterSeconds: readyAfterMs / 1000,
      statusWritesPerObject: {
        ApiService: written('apiservices') / groups,
        Subscription: written('subscriptions') / (groups * this.#config.subscriptionsPerApi),
      },
      operatorCpuPerThousand: (((await this.#operator.use()).cpuSeconds - cpuBefore) / objects.length) * 1000,
    };
  }

  async #readyCount(): Promise<number> {
    await this.#serving().use(); // fails with its last words when it has ended
    return (await readyObjects(this.#operator, 'ApiService')) + (await readyObjects(this.#operator, 'Subscription'));
  }

  async #changes(): Promise<Latencies> {
    const { cluster, store } = this.#installation;
    const bare = await BareWrites.open(store, await this.#compiledBytes());
    try {
      return await measureLatencies({
        ...{ cluster, store, bare, calls: this.#calls, backend: this.#backend.url, samples: this.#config.samples },
        settled: () => untilSettled(this.#operator),
      });
    } finally {
      bare.close();
    }
  }

  /** Size of a compiled ApiService. */
  async #compiledBytes(): Promise<number> {
    const page = await this.#installation.store.list<KubeObject & { data?: Record<string, string> }>(coreKinds.Secret, {
      namespace: this.#gatewayPlace.namespace,
      labelSelector: 'simpul.id/source-kind=ApiService',
      limit: 1,
    });
    return Buffer.from(page.items[0]?.data?.['compiled.json'] ?? '', 'base64').length;
  }

  /** Both programs end in peace and start anew, the operator first: nothing has changed, so nothing may be written. */
  async #restart(): Promise<Starts> {
    const { cluster } = this.#installation;
    progress('  the operator and the gateway restart');
    await this.#operator.stop();
    const before = await countsOf(cluster);
    const operator = await this.#host.startOperator(this.#operatorAccount);
    this.#operator = operator;
    const firstPass = 'the first pass is complete';
    await until({ what: firstPass, timeoutMs: stageTimeoutMs }, () => operator.loggedAfterMs(firstPass) !== undefined);
    await untilSettled(operator);
    const after = await countsOf(cluster);
    await this.#gateway?.stop();
    const gatewayReadyMs = await this.#startGateway();
    await untilSettled(operator);
    return {
      operatorReadyMs: operator.loggedAfterMs('the first lists are complete') ?? Number.NaN,
      operatorFirstPassMs: operator.loggedAfterMs(firstPass) ?? Number.NaN,
      operatorWrites: total(storedChanges(before, after)),
      gatewayReadyMs,
    };
  }

  async #startGateway(): Promise<number> {
    const gateway = await this.#host.startGateway({ ...this.#gatewayPlace, port: this.#port });
    this.#gateway = gateway;
    await until({ what: 'the gateway is ready', timeoutMs: stageTimeoutMs, everyMs: 50 }, () => gateway.isReady());
    return performance.now() - gateway.startedAt;
  }

  async #idle(seconds: number): Promise<Idle> {
    const { cluster } = this.#installation;
    progress(`  nothing happens for ${seconds} s`);
    await untilSettled(this.#operator);
    const cpuBefore = (await this.#operator.use()).cpuSeconds;
    const before = await countsOf(cluster);
    const from = performance.now();
    let told = 0;
    await until({ what: 'time passes', timeoutMs: (seconds + 60) * 1000, everyMs: 1000 }, () => {
      const passed = (performance.now() - from) / 1000;
      if (passed - told >= 60) {
        told += 60;
        progress(`  ${told} s of ${seconds} s`);
      }
      return passed >= seconds;
    });
    const after = await countsOf(cluster);
    const writes = storedChanges(before, after);
    const requests = growthOf(before.writeRequests, after.writeRequests);
    const leaseWrites = requests.get('leases') ?? 0;
    requests.delete('leases');
    return {
      seconds,
      writes: Object.fromEntries(writes),
      emptyWrites: Math.max(0, total(requests) - total(writes)),
      leaseWrites,
      operatorCpuPercent: (((await this.#operator.use()).cpuSeconds - cpuBefore) / seconds) * 100,
    };
  }

  #serving(): RunningProgram {
    return this.#gateway ?? this.#operator;
  }

  #tellWarnings(): void {
    const lines = [...this.#operator.warnings(), ...this.#serving().warnings()];
    for (const line of lines.slice(0, 5)) progress(`  logged: ${line.slice(0, 400)}`);
    if (lines.length > 5) progress(`  … and ${lines.length - 5} more warnings`);
  }
}

/** What etcd was told between two counts, Leases and the API server's own bookkeeping apart. */
function storedChanges(before: ApiServerCounts, after: ApiServerCounts): Map<string, number> {
  const changes = growthOf(before.storedWrites, after.storedWrites);
  for (const resource of ['leases', 'masterleases', 'apiServerIPInfo']) changes.delete(resource);
  return changes;
}
