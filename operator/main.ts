import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Logger } from 'pino';
import { crdFields as fields } from '#api/generated/crd-fields.ts';
import { ApiServerStore } from '#kube/api-server-store.ts';
import { loadConnection } from '#kube/load-connection.ts';
import { Transport } from '#kube/transport.ts';
import manifest from '../package.json' with { type: 'json' };
import { applyCrds } from './apply-crds.ts';
import { awaitCluster } from './await-cluster.ts';
import { checkClass } from './check-class.ts';
import { checkCrds } from './check-crds.ts';
import {
  ConfigError,
  type ConfigSources,
  type Invocation,
  type OperatorConfig,
  parseInvocation,
  processSources,
} from './config.ts';
import { startOperator } from './operator.ts';
import { runProgram } from './program.ts';
import { pause, systemClock } from './runtime/clock.ts';
import { type Election, noElection, startElection } from './runtime/election.ts';
import { createLog } from './runtime/log.ts';
import { OperatorMetrics } from './runtime/metrics.ts';

/** Beyond this a stop is no longer graceful; the kubelet kills after 30 s. */
const stopDeadlineMs = 25_000;

const { version } = manifest;
const sources = processSources();
const invocation = invocationOrExit(sources);
if (invocation.action === 'print') process.stdout.write(`${invocation.text}\n`);
else await run(invocation, sources);

function invocationOrExit(given: ConfigSources): Invocation {
  try {
    return parseInvocation(given, version);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(2);
  }
}

async function run(
  { action, config }: Exclude<Invocation, { action: 'print' }>,
  { env }: ConfigSources,
): Promise<void> {
  const log = createLog({ level: config.logLevel, version });
  const die = (error: unknown): never => {
    log.fatal({ err: error }, 'the operator ends');
    process.exit(1);
  };
  process.on('uncaughtException', die);
  process.on('unhandledRejection', die);
  const signal = stopSignal(log); // at once: a process with pid 1 that handles no signal can only be killed
  try {
    log.info({ config }, 'the operator starts');
    const { kubeconfig } = config;
    const connection = await loadConnection({ env, ...(kubeconfig === undefined ? {} : { kubeconfig }) });
    const metrics = new OperatorMetrics({ version });
    const store = new ApiServerStore(new Transport(connection), { onCall: (report) => metrics.apiCalled(report) });
    if (action === 'run') {
      await runProgram({
        ...{ config, log, metrics, store, instance: hostname(), startOperator, signal },
        awaitCluster: (onLack) => {
          const checks = [checkCrds({ store, fields, version, log }), checkClass(store, config)];
          return awaitCluster({ checks, log, onLack, signal, pause: (ms) => pause(systemClock, ms, signal) });
        },
        startElection: () => electionOf(config, store, log),
      });
    } else {
      const { crds } = await import('#api/generated/crds.ts'); // only here: nobody else should pay for them
      await applyCrds({ store, crds, version, log, signal });
    }
    await store.close();
  } catch (error) {
    die(error);
  }
  process.exit(0); // nothing may keep the process: a timer that somebody forgot must not cost 30 s at each restart
}

function electionOf({ leaderElection, namespace }: OperatorConfig, store: ApiServerStore, log: Logger): Election {
  if (leaderElection === undefined) return noElection;
  const { leaseName: name, ...times } = leaderElection;
  return startElection({ ...times, name, namespace, store, log, identity: `${hostname()}_${randomUUID()}` });
}

/** Aborts at the first SIGTERM or SIGINT. The second one, or a stop that takes too long, ends the process at once. */
function stopSignal(log: Logger): AbortSignal {
  const stop = new AbortController();
  const onSignal = (name: string): void => {
    log.info({ signal: name }, 'asked to stop');
    if (stop.signal.aborted) process.exit(1);
    stop.abort();
    setTimeout(() => {
      log.fatal('the stop took too long');
      process.exit(1);
    }, stopDeadlineMs).unref();
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  return stop.signal;
}
