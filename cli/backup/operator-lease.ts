import { randomBytes } from 'node:crypto';
import { describeError } from '#api/errors.ts';
import { clusterKinds } from '#api/kinds.ts';
import { runLeaderElection, type Term } from '#kube/leader-election.ts';
import { CliError } from '../errors.ts';
import type { ClusterObjects } from './cluster-objects.ts';

/** The Lease of the operator that leads; `--lease-name` of the operator. */
const leaseName = 'simpul-operator';
/** Longer than the Lease of an operator that died lasts. */
const patienceMs = 20_000;

/**
 * Does `work` while no operator acts: it would judge the first objects before the others are there, and give away what
 * is somebody else's. So the operator must be stopped, and its Lease is held meanwhile. Throws CliError `CLI_RESTORE`.
 */
export async function insteadOfOperator(
  cluster: ClusterObjects,
  namespace: string,
  work: (term: Term) => Promise<void>,
): Promise<void> {
  await refuseWhilePodsRun(cluster, namespace);
  const stop = new AbortController();
  const gaveUp = setTimeout(() => stop.abort(), patienceMs);
  let holder = '';
  let trouble: unknown;
  let began = false;
  const result = await runLeaderElection(
    {
      store: cluster.store(),
      ...{ namespace, name: leaseName, identity: `simpul-restore-${randomBytes(4).toString('hex')}` },
      signal: stop.signal,
      onNewLeader: (identity) => {
        holder = identity;
      },
      onError: (error) => {
        trouble = error;
      },
    },
    async (term) => {
      clearTimeout(gaveUp);
      began = true;
      await work(term);
    },
  ).finally(() => clearTimeout(gaveUp));
  if (!began) throw notOurs(namespace, holder, trouble);
  if (result === 'Lost') {
    throw new CliError(
      'CLI_RESTORE',
      `the Lease ${leaseName} was lost meanwhile: run the same command again, it goes on`,
    );
  }
}

function notOurs(namespace: string, holder: string, trouble: unknown): CliError {
  if (holder !== '') return new CliError('CLI_RESTORE', `operator ${holder} leads: ${stopIt(namespace)}`);
  const why = trouble === undefined ? 'no answer' : describeError(trouble);
  return new CliError('CLI_RESTORE', `the Lease ${namespace}/${leaseName} cannot be held: ${why}`);
}

async function refuseWhilePodsRun(cluster: ClusterObjects, namespace: string): Promise<void> {
  const pods = await cluster.list(clusterKinds.Pod, {
    namespace,
    labelSelector: 'app.kubernetes.io/name=simpul-operator',
  });
  const running = pods.filter(({ status }) => status?.['phase'] === 'Running' || status?.['phase'] === 'Pending');
  const names = running.map(({ metadata }) => metadata.name).join(', ');
  if (names !== '') throw new CliError('CLI_RESTORE', `the operator runs (${names}): ${stopIt(namespace)}`);
}

function stopIt(namespace: string): string {
  return `stop it with "kubectl scale deployment/simpul-operator -n ${namespace} --replicas=0", restore, and scale it up again. Gateways serve meanwhile`;
}
