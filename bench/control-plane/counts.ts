import type { ControlPlane } from '#tools/controlplane/control-plane.ts';
import { until } from '../conditions.ts';
import { type Sample, samplesOf, sumOf } from '../prometheus.ts';
import type { RunningProgram } from './programs.ts';

/** What the API server has counted since it started. */
export interface ApiServerCounts {
  /** Status writes that it took, by plural. */
  statusWrites(plural: string): number;
  /** Writing requests by resource, whoever sent them. */
  readonly writeRequests: ReadonlyMap<string, number>;
  /** Writes that reached etcd by resource: a request that changes nothing does not. */
  readonly storedWrites: ReadonlyMap<string, number>;
}

const writingVerbs = new Set(['APPLY', 'PATCH', 'POST', 'PUT', 'DELETE', 'DELETECOLLECTION']);
const writingOperations = new Set(['create', 'update', 'delete']);

/** The API server counts for itself, so no client has to be believed. */
export async function countsOf(cluster: ControlPlane): Promise<ApiServerCounts> {
  const page = await cluster.kubectl(['get', '--raw', '/metrics']);
  const requests = samplesOf(page, 'apiserver_request_total').filter(
    ({ labels }) => writingVerbs.has(labels['verb'] ?? '') && labels['dry_run'] !== 'All',
  );
  const operations = samplesOf(page, 'etcd_requests_total').filter(({ labels }) =>
    writingOperations.has(labels['operation'] ?? ''),
  );
  return {
    statusWrites: (resource) => sumOf(requests, { group: 'simpul.id', resource, subresource: 'status' }),
    writeRequests: byResource(requests),
    storedWrites: byResource(operations),
  };
}

function byResource(samples: readonly Sample[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { labels, value } of samples) {
    const resource = labels['resource'] ?? '';
    sums.set(resource, (sums.get(resource) ?? 0) + value);
  }
  return sums;
}

/** What came on top since `before`; resources that did not move are left out. */
export function growthOf(before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>): Map<string, number> {
  const grown = [...after].map(([resource, count]) => [resource, count - (before.get(resource) ?? 0)] as const);
  return new Map(grown.filter(([, count]) => count !== 0));
}

export function total(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((sum, count) => sum + count, 0);
}

/** Objects of a kind by Ready, as the operator sees them. */
export async function readyObjects(operator: RunningProgram, kind: string): Promise<number> {
  return sumOf(samplesOf(await operator.metrics(), 'simpul_operator_objects'), { kind, ready: 'True' });
}

/** Resolves once the operator has nothing to do and has not written a status for two seconds. */
export async function untilSettled(operator: RunningProgram): Promise<void> {
  let [lastWrites, quiet] = [-1, 0];
  await until({ what: 'the operator has nothing left to do', timeoutMs: 120_000, everyMs: 1000 }, async () => {
    const page = await operator.metrics();
    const depth = sumOf(samplesOf(page, 'simpul_operator_queue_depth'));
    const writes = sumOf(samplesOf(page, 'simpul_operator_status_writes_total'));
    quiet = depth === 0 && writes === lastWrites ? quiet + 1 : 0;
    lastWrites = writes;
    return quiet >= 2;
  });
}
