import type { LimitCounting, Refusal } from '#api/compiled/lease.ts';
import type { Acknowledgement } from '../lease/ack-lease.ts';
import type { Rollback } from '../snapshot/revocations.ts';
import type { WorkerReport } from './messages.ts';

/** Worst first: what one worker lacks, the pod lacks. */
const worstFirst: readonly LimitCounting[] = ['Down', 'Local', 'VolatileRedis', 'Redis'];

/**
 * What a pod may say of itself when its workers say `reports`: the least of what those say that serve calls. One that has
 * just been started again serves nothing yet, so it holds nothing up. `ready`: whether the pod takes calls.
 */
export function acknowledgementOf(reports: readonly WorkerReport[], ready: boolean): Acknowledgement {
  const serving = reports.filter((report) => report.ready);
  const telling = (serving.length === 0 ? reports : serving).filter(({ version }) => version !== '');
  const epoch = Math.min(...telling.map((report) => report.epoch));
  // Versions of two lists cannot be compared: etcd may have been restored in between.
  const versions = telling.filter((report) => report.epoch === epoch).map(({ version }) => version);
  return {
    version: versions.reduce(
      (least, version) => (BigInt(version) < BigInt(least) ? version : least),
      versions[0] ?? '',
    ),
    epoch: telling.length === 0 ? 0 : epoch,
    ready,
    refusals: refusalsOf(telling),
    rollback: rollbackOf(telling),
    limits: worstLimits(telling),
  };
}

function refusalsOf(reports: readonly WorkerReport[]): readonly Refusal[] {
  const all = new Map(reports.flatMap(({ refusals }) => refusals.map((refusal) => [refusal.name, refusal])));
  return [...all.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** What any of them withholds, whenever it was noticed last. */
function rollbackOf(reports: readonly WorkerReport[]): Rollback | null {
  const rollbacks = reports.flatMap(({ rollback }) => rollback ?? []);
  if (rollbacks.length === 0) return null;
  const all = new Map(rollbacks.flatMap(({ withheld }) => withheld.map((one) => [one.id, one])));
  return {
    noticedAt: Math.max(...rollbacks.map(({ noticedAt }) => noticedAt)),
    withheld: [...all.values()].sort((a, b) => (a.id < b.id ? -1 : 1)),
  };
}

function worstLimits(reports: readonly WorkerReport[]): Acknowledgement['limits'] {
  const sorted = reports
    .map(({ limits }) => limits)
    .sort((a, b) => worstFirst.indexOf(a.counting) - worstFirst.indexOf(b.counting));
  return sorted[0] ?? { counting: 'Local', reason: '' };
}
