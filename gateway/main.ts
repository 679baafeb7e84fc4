import { destination, pino } from 'pino';
import { describeError } from '#api/errors.ts';
import { ApiServerStore } from '#kube/api-server-store.ts';
import { loadConnection } from '#kube/load-connection.ts';
import { Transport } from '#kube/transport.ts';
import { ConfigError, type Environment, type GatewayConfig, processEnvironment, readConfig } from './config.ts';
import { type Gateway, startGateway } from './gateway.ts';
import { ownAddresses } from './own-addresses.ts';
import { storeSource } from './snapshot/store-source.ts';

/**
 * One gateway pod. SIGTERM (or SIGINT) drains and exits 0; a second signal ends the waiting at once.
 *
 *   running ──signal──▶ draining ──drained, or bound reached, or second signal──▶ exit 0
 */
async function main(env: Environment): Promise<void> {
  const config = configOrExit(env);
  const log = pino(
    { level: config.logLevel, base: { program: 'gateway' }, timestamp: pino.stdTimeFunctions.isoTime },
    destination({ dest: 2, sync: true }),
  );
  const die = (error: unknown): never => {
    log.fatal({ cause: describeError(error), err: error }, 'the gateway ends');
    process.exit(1);
  };
  process.on('uncaughtException', die);
  process.on('unhandledRejection', die);
  const store = new ApiServerStore(new Transport(await loadConnection({ env })));
  const { namespace, pod, host, admin, listeners, drainTimeoutMs } = config;
  const gateway = await startGateway({
    source: storeSource(store, namespace, log),
    log,
    host,
    admin,
    acknowledge: { store, namespace, pod },
    ownAddresses: () => reservedAddresses(config),
    drainTimeoutMs,
    ...(listeners === undefined ? {} : { listeners }),
  });
  log.info({ namespace, pod: pod.name, admin: gateway.adminAddress }, 'the gateway starts');
  await stopRequested(gateway);
  await store.close();
  process.exit(0); // nothing may keep the process: a forgotten timer must not cost the whole grace period
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
function stopRequested(gateway: Gateway): Promise<void> {
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
