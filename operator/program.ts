import type { Logger } from 'pino';
import { CodedError } from '#api/errors.ts';
import type { Store } from '#kube/store.ts';
import type { Lack } from './await-cluster.ts';
import type { OperatorConfig } from './config.ts';
import { aborted } from './runtime/aborted.ts';
import type { Election } from './runtime/election.ts';
import { fencedStore } from './runtime/fenced-store.ts';
import { startHttpServer } from './runtime/http-server.ts';
import type { OperatorMetrics } from './runtime/metrics.ts';

/*
 *   start --> listen --> cluster fits --> lists --> ready ----- signal -----> stopping: not ready, reconciles end --> release --> exit 0
 *                                                     |
 *                                                     +-- lease lost, or an error nobody expected --> exit 1 at once
 *
 * A process that lost the lease has nothing left that it may do. It ends at once and leaves the rest to its restart,
 * which is simpler to get right than to stop being a leader.
 */

/** What the controllers are started with. `store` refuses writes unless this process leads. */
export interface OperatorOptions {
  readonly store: Store;
  readonly config: OperatorConfig;
  readonly log: Logger;
  readonly metrics: OperatorMetrics;
  readonly isLeader: () => boolean;
  /** Which process speaks, in Events: the pod's name. */
  readonly instance: string;
  /** Default `watched`: no new Approval counts without the admission policy. `assumed`: standalone mode has no such thing. */
  readonly approvalPolicy?: 'watched' | 'assumed';
  /** CIDRs where documents of definitions may lie although they are special: standalone mode allows its own machine. Default: none. */
  readonly allowDocumentsFrom?: readonly string[];
  /** Aborts when the process is to end; {@link Operator.stop} follows. */
  readonly signal: AbortSignal;
}

/** The controllers at work. */
export interface Operator {
  /** Resolves once the first lists are complete; rejects when they never will be. */
  readonly ready: Promise<void>;
  /** One sentence for each thing that only a restart helps, such as a watch that is stuck; empty while well. */
  problems(): readonly string[];
  /** Lets running reconciles end, within a bound. Never rejects. */
  stop(): Promise<void>;
}

export interface ProgramOptions {
  readonly config: OperatorConfig;
  readonly log: Logger;
  readonly metrics: OperatorMetrics;
  readonly store: Store;
  /** Resolves once the cluster is as the operator needs it; before that it neither leads nor writes. Tells what it lacks. */
  readonly awaitCluster?: (onLack: (lack: Lack | undefined) => void) => Promise<void>;
  readonly startElection: () => Election;
  readonly instance: string;
  readonly startOperator: (options: OperatorOptions) => Operator;
  /** Aborts to end in peace. */
  readonly signal: AbortSignal;
  /** Default: all addresses. */
  readonly httpHost?: string;
}

export class LeaseLostError extends CodedError {
  constructor(reason: string) {
    super('OPERATOR_LEASE_LOST', `the lease is lost: ${reason}`);
  }
}

/**
 * Runs one operator. Resolves after a peaceful end by `signal`. Rejects when the process must end at once: the lease is
 * lost ({@link LeaseLostError}), the port is taken, or the first lists failed for good.
 */
export async function runProgram(options: ProgramOptions): Promise<void> {
  const { config, log, metrics, signal } = options;
  const state: { operator?: Operator; election?: Election; ready: boolean; lack?: Lack | undefined } = { ready: false };
  metrics.trackLeadership(() => state.election?.isLeader() === true);
  const server = await startHttpServer({
    port: config.httpPort,
    ...(options.httpHost === undefined ? {} : { host: options.httpHost }),
    problems: () => state.operator?.problems() ?? [],
    isReady: () => state.ready && !signal.aborted,
    waitsFor: () => state.lack?.text ?? 'the first lists are not complete yet',
    registry: metrics.registry,
  });
  log.info({ port: server.port }, 'listening for probes and scrapes');
  try {
    await options.awaitCluster?.((lack) => {
      state.lack = lack;
    });
    if (signal.aborted) return;
    const election = options.startElection();
    state.election = election;
    const operator = startControllers(options, election);
    state.operator = operator;
    const synced = operator.ready.then(() => {
      state.ready = true;
      log.info('the first lists are complete');
    });
    await untilEnd(signal, election, synced);
    log.info('stopping');
    await operator.stop();
    await election.stop();
    log.info('stopped');
  } finally {
    await server.close();
  }
}

function startControllers({ startOperator, store, ...rest }: ProgramOptions, election: Election): Operator {
  const { config, log, metrics, instance, signal } = rest;
  const isLeader = (): boolean => election.isLeader();
  return startOperator({ store: fencedStore(store, election), config, log, metrics, isLeader, instance, signal });
}

/** Resolves when the signal aborts; rejects when the process has to end without ceremony. */
async function untilEnd(signal: AbortSignal, election: Election, synced: Promise<void>): Promise<void> {
  const lost = election.lost.then((reason) => {
    // While stopping we give the lease back ourselves.
    if (!signal.aborted) throw new LeaseLostError(reason);
  });
  const ended = aborted(signal);
  const failed = synced.then(
    () => ended,
    (error: unknown) => {
      if (!signal.aborted) throw error; // lists that a stop cut short have not failed
    },
  );
  await Promise.race([ended, lost, failed]);
}
