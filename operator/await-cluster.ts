import type { Logger } from 'pino';

/** What keeps the operator from its work. */
export interface Lack {
  /** One sentence. */
  readonly text: string;
  /** What to do about it. */
  readonly advice: string;
}

/** Looks at the cluster; undefined: it is as it should be. Rejects when nobody can say now. */
export type ClusterCheck = (signal: AbortSignal) => Promise<Lack | undefined>;

export interface AwaitClusterOptions {
  /** In this order; the first that finds something is told. */
  readonly checks: readonly ClusterCheck[];
  readonly log: Pick<Logger, 'info' | 'warn' | 'error'>;
  /** Each time that it is something else; undefined: nothing any more. */
  readonly onLack: (lack: Lack | undefined) => void;
  /** Waits between two looks. */
  readonly pause: (ms: number) => Promise<void>;
  readonly signal: AbortSignal;
}

const lookEveryMs = 2_000;
/** Said again after so many looks: logs are cut. */
const repeatEvery = 30;

/** Resolves once no check finds anything: before that the operator neither leads nor writes. */
export async function awaitCluster({ checks, log, onLack, pause, signal }: AwaitClusterOptions): Promise<void> {
  let told: string | undefined;
  for (let looks = 0; !signal.aborted; looks++) {
    const lack = await firstLack(checks, log, signal);
    if (lack === undefined) break;
    if (lack !== 'unknown' && (lack.text !== told || looks % repeatEvery === 0)) {
      told = lack.text;
      onLack(lack);
      log.error({ lack: told }, `the operator does nothing yet: ${lack.advice}`);
    }
    await pause(lookEveryMs);
  }
  onLack(undefined);
  if (told !== undefined && !signal.aborted) log.info('the cluster is as the operator needs it');
}

async function firstLack(
  checks: readonly ClusterCheck[],
  log: Pick<Logger, 'warn'>,
  signal: AbortSignal,
): Promise<Lack | undefined | 'unknown'> {
  try {
    for (const check of checks) {
      const lack = await check(signal);
      if (lack !== undefined) return lack;
    }
    return undefined;
  } catch (error) {
    if (!signal.aborted) log.warn({ err: error }, 'the cluster cannot be looked at now');
    return 'unknown';
  }
}
