import { destination, pino } from 'pino';
import { describeError } from '#api/errors.ts';
import { ApiServerStore } from '#kube/api-server-store.ts';
import { loadConnection } from '#kube/load-connection.ts';
import { Transport } from '#kube/transport.ts';
import { ConfigError, type Environment, type GatewayConfig, processEnvironment, readConfig } from './config.ts';
import { type Gateway, startGateway } from './gateway.ts';
import { ownAddresses } from './own-addresses.ts';
import { storeSource } from './snapshot/store-source.ts';
import { runWorker, type WorkerOptions } from './supervisor/run-worker.ts';
import { Supervisor } from './supervisor/supervisor.ts';

/**
 * One gateway pod, or one of its workers. SIGTERM (or SIGINT) drains and exits 0; a second signal ends the waiting at once.
 *
 *   running ──signal──▶ draining ──drained, or bound reached, or second signal──▶ exit 0
 */
async function main(env: Environment): Promise<void> {
  const config = configOrExit(env);
  const log = pino(
    { level: config.logLevel, base: baseOf(config), timestamp: pino.stdTimeFunctions.isoTime },
    destination({ dest: 2, sync: true }),
  );
  const die = (error: unknown): never => {
    log.fatal({ cause: describeError(error), err: error }, 'the gateway ends');
    process.exit(1);
  };
  process.on('uncaughtException', die);
  process.on('unhandledRejection', die);
  const { host, listeners, drainTimeoutMs } = config;
  const serving = {
    ...{ log, host, drainTimeoutMs, ownAddresses: () => reservedAddresses(config) },
    ...(listeners === undefined ? {} : { listeners }),
  };
  if (config.worker > 0) await runWorker({ ...serving, name: `${config.pod.name}/${config.worker}` });
  else await serve(config, env, serving);
  process.exit(0); // nothing may keep the process: a forgotten timer must not cost the whole grace period
}

type Serving = Omit<WorkerOptions, 'name'>;

/** Resolves when the pod has ended after a signal. */
async function serve(config: GatewayConfig, env: Environment, serving: Serving): Promise<void> {
  const { namespace, pod, admin, workers } = config;
  const { log } = serving;
  const store = new ApiServerStore(new Transport(await loadConnection({ env })));
  const source = storeSource(store, namespace, log);
  if (workers > 1) {
    const supervisor = new Supervisor({ workers, source, store, namespace, pod, admin, log });
    log.info({ namespace, pod: pod.name, workers, admin: await supervisor.start() }, 'the gateway starts');
    await stopRequested(supervisor);
  } else {
    const gateway = await startGateway({ ...serving, source, admin, acknowledge: { store, namespace, pod } });
    log.info({ namespace, pod: pod.name, admin: gateway.adminAddress }, 'the gateway starts');
    await stopRequested(gateway);
  }
  await store.close();
}

function baseOf({ worker }: GatewayConfig): object {
  return worker === 0 ? { program: 'gateway' } : { program: 'gateway', worker };
}

function configOrExit(env: Environment): GatewayConfig {
  try {
    return readConfig(env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(2);
  }
}

/** Resolves when the gateway has ended after a signal. */
function stopRequested(gateway: Pick<Gateway, 'shutdown'>): Promise<void> {
  return new Promise((resolve, reject) => {
    const hurry = new AbortController();
    let asked = false;
    const onSignal = () => {
      if (asked) hurry.abort();
      else gateway.shutdown(hurry.signal).then(resolve, reject);
      asked = true;
    };
    process.on('SIGTERM', onSignal).on('SIGINT', onSignal);
  });
}

function reservedAddresses(config: GatewayConfig): readonly string[] {
  return [...ownAddresses(), ...config.reservedAddresses];
}

await main(processEnvironment());
