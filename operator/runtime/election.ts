import type { Logger } from 'pino';
import { type ElectionOptions, runLeaderElection, type Term } from '#kube/leader-election.ts';
import { aborted } from './aborted.ts';
import type { Leadership } from './fenced-store.ts';

/** Part in the election: a candidate from the start, for as long as the process lives. */
export interface Election extends Leadership {
  /** Resolves, with the reason, when this process led and does not any more. Never after {@link stop} in peace. */
  readonly lost: Promise<string>;
  /** Takes no further part, and gives the Lease back if we hold it. Call it when nothing writes any more. */
  stop(): Promise<void>;
}

/** For a process that is alone by decree. */
export const noElection: Election = {
  isLeader: () => true,
  lost: new Promise(() => undefined),
  stop: () => Promise.resolve(),
};

export interface StartElectionOptions extends Omit<ElectionOptions, 'signal' | 'onError' | 'onNewLeader'> {
  readonly log: Pick<Logger, 'info' | 'warn'>;
}

/**
 * Takes part from now on. Leading does not start anything here: caches are filled before, so that a takeover costs
 * nothing but the lease; whoever works asks {@link Leadership.isLeader}.
 */
export function startElection({ log, ...options }: StartElectionOptions): Election {
  const stop = new AbortController();
  let term: Term | undefined;
  const lead = async (begun: Term): Promise<void> => {
    term = begun;
    log.info({ lease: options.name, identity: options.identity }, 'leading');
    await aborted(begun.signal);
  };
  const watched = {
    signal: stop.signal,
    onError: (error: Error) => log.warn({ lease: options.name, err: error }, 'election attempt failed'),
    onNewLeader: (identity: string) => log.info({ lease: options.name, leader: identity }, 'seen a new leader'),
  };
  const ended = runLeaderElection({ ...options, ...watched }, lead);
  return {
    isLeader: () => term?.isLeader() === true,
    lost: lossOf(ended, options),
    stop: async () => {
      stop.abort();
      await ended;
    },
  };
}

async function lossOf(ended: ReturnType<typeof runLeaderElection>, options: ElectionSettings): Promise<string> {
  const result = await ended;
  if (result === 'Stopped') return await new Promise(() => undefined);
  return `Lease ${options.namespace}/${options.name} was not renewed in time, or another process took it`;
}

type ElectionSettings = Pick<ElectionOptions, 'namespace' | 'name'>;
