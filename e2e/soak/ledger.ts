import type { CallLine, Pod } from './pod.ts';
import type { Ended } from './traffic.ts';

/** Id of the ApiService that comes and goes. */
export const churnedApi = 'banten/churned';

/** The log is written at most so long after a call has ended; a killed pod may take these lines along. */
const logDelayMs = 500;

export interface Books {
  /** By id: how each call ended for its client, and how often it reached the backend. */
  readonly ended: ReadonlyMap<string, Ended>;
  readonly backendCalls: ReadonlyMap<string, number>;
  readonly pods: readonly Pod[];
}

export interface Balance {
  readonly calls: number;
  readonly byStatus: Readonly<Record<string, number>>;
  readonly lines: number;
  /** What must be nothing, in words. */
  readonly faults: readonly string[];
  /** What killed pods took along. */
  readonly withKilled: {
    readonly kills: number;
    /** Calls that were cut. */
    readonly callsCut: number;
    /** Answered calls without a line. */
    readonly linesLost: number;
  };
}

/** Compares what clients, logs, metrics and the backend have counted, call by call. */
export function balance({ ended, backendCalls, pods }: Books): Balance {
  const kills = pods.flatMap(({ killedAt }) => killedAt ?? []);
  const wasKilled = ({ at }: Ended) => kills.some((kill) => at >= kill - logDelayMs && at <= kill + 2000);
  const lines = new Map<string, CallLine>();
  const faults = pods.flatMap((pod) => faultsOfPod(pod, lines));
  const withKilled = { kills: kills.length, callsCut: 0, linesLost: 0 };
  for (const [id, call] of ended) {
    const fault = faultOfCall(id, call, { line: lines.get(id), reached: backendCalls.get(id) ?? 0 });
    if (fault !== undefined && wasKilled(call)) withKilled[call.status === 0 ? 'callsCut' : 'linesLost']++;
    else if (fault !== undefined) faults.push(fault);
  }
  const unknown = [...lines.keys()].filter((id) => !ended.has(id));
  faults.push(...unknown.map((id) => `the log has a call ${id} that nobody made`));
  return { calls: ended.size, byStatus: countsOf(ended), lines: lines.size, faults, withKilled };
}

function countsOf(ended: Books['ended']): Record<string, number> {
  const byStatus: Record<string, number> = {};
  for (const { status } of ended.values()) byStatus[status] = (byStatus[status] ?? 0) + 1;
  return byStatus;
}

/** What does not agree about one call. `reached`: how often the backend saw it. */
function faultOfCall(
  id: string,
  { status }: Ended,
  { line, reached }: { readonly line: CallLine | undefined; readonly reached: number },
): string | undefined {
  if (status === 0) return `call ${id} was not answered, and no pod was killed then`;
  if (line === undefined) return `call ${id} was answered ${status} and stands in no log`;
  if (line.status !== status) return `call ${id} was answered ${status} and stands in the log with ${line.status}`;
  const told = line.backend === undefined ? 0 : (line.attempts ?? 1);
  return reached === told ? undefined : `call ${id} reached the backend ${reached} times, not ${told}`;
}

/** Adds the lines of one pod to `lines`. */
function faultsOfPod(pod: Pod, lines: Map<string, CallLine>): string[] {
  const own = pod.lines();
  const faults: string[] = [];
  for (const line of own) {
    if (line.lost !== undefined) faults.push(`a log has a gap of ${line.lost} lines`);
    else if (lines.has(line.requestId)) faults.push(`call ${line.requestId} stands in the log twice`);
    else lines.set(line.requestId, line);
  }
  const { last } = pod;
  const kept = own.filter(({ api }) => api !== churnedApi).length;
  if (last !== undefined && last.calls !== kept) {
    faults.push(`a pod's metrics have counted ${last.calls} calls, its log has ${kept}`);
  }
  if (last !== undefined && last.lostLines > 0) faults.push(`a pod has lost ${last.lostLines} lines`);
  return faults;
}

/** A sample: steady milliseconds and bytes. */
export type Sample = readonly [at: number, bytes: number];

/** Least squares: bytes per minute. */
export function slopeOf(samples: readonly Sample[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const at = mean(samples.map(([time]) => time));
  const bytes = mean(samples.map(([, value]) => value));
  const over = samples.reduce((sum, [time, value]) => sum + (time - at) * (value - bytes), 0);
  const under = samples.reduce((sum, [time]) => sum + (time - at) ** 2, 0);
  return under === 0 ? 0 : (over / under) * 60_000;
}
