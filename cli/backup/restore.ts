import { describeError } from '#api/errors.ts';
import { simpulKinds } from '#api/kinds.ts';
import type { Term } from '#kube/leader-election.ts';
import { fieldManager as operatorManager } from '#operator/resources/metadata.ts';
import { CliError } from '../errors.ts';
import { adapt, knownUids } from './adapt.ts';
import type { Backup, Header } from './archive.ts';
import type { ClusterObjects } from './cluster-objects.ts';
import { durableStatus } from './durable-status.ts';
import { inParallel } from './in-parallel.ts';
import type { Step } from './plan.ts';
import { checksumOf, identityOf, rankOf, type Stored, type StoredStatus } from './stored.ts';

export interface Outcome {
  /** What could not be written, one sentence each. */
  readonly failures: readonly string[];
  /** What is stored otherwise than it was saved. */
  readonly notes: readonly string[];
}

/** Writes what a plan says, kind by kind. One object that fails harms no other; running it again goes on. */
export async function writeBack(
  cluster: ClusterObjects,
  { header, objects }: Backup,
  steps: readonly Step[],
  term: Term,
): Promise<Outcome> {
  const live = new Map(steps.flatMap(({ live: there }) => (there === undefined ? [] : [[identityOf(there), there]])));
  const restorer = new Restorer(cluster, header, knownUids(objects, live));
  for (const rank of new Set(steps.map(({ object }) => rankOf(object)))) {
    await inParallel(
      steps.filter(({ object }) => rankOf(object) === rank),
      async (step) => {
        if (!term.isLeader()) throw new CliError('CLI_RESTORE', 'the Lease of the operator was lost meanwhile');
        await restorer.take(step);
      },
    );
  }
  return restorer;
}

class Restorer implements Outcome {
  readonly failures: string[] = [];
  readonly notes: string[] = [];
  readonly #cluster: ClusterObjects;
  readonly #header: Header;
  /** Grows with each owner that is written; what it owns comes later. */
  readonly #uids: Map<string, string>;
  readonly #restoredAt = new Date().toISOString();

  constructor(cluster: ClusterObjects, header: Header, uids: Map<string, string>) {
    this.#cluster = cluster;
    this.#header = header;
    this.#uids = uids;
  }

  async take(step: Step): Promise<void> {
    try {
      const written = step.action === 'same' ? step.live : await this.#write(step);
      if (written === undefined) return;
      await this.#writeStatus(step, written);
    } catch (error) {
      this.failures.push(`${identityOf(step.object)}: ${describeError(error)}`);
    }
  }

  async #write({ action, object, live }: Step): Promise<Stored> {
    const wanted = adapt(object, this.#uids, this.#restoredAt);
    const written = await this.#put(action, wanted, live);
    const { uid: before } = object.metadata;
    if (before !== undefined && written.metadata.uid !== undefined) this.#uids.set(before, written.metadata.uid);
    if (object.kind !== 'Namespace' && checksumOf(written) !== checksumOf(wanted)) {
      this.notes.push(
        `${identityOf(object)} is stored with other defaults: the CustomResourceDefinitions are another version`,
      );
    }
    await this.#giveBackFields(object, written);
    return written;
  }

  /** Whoever applied an object owns its fields again. Without that it works, too, so a failure is only told. */
  async #giveBackFields({ metadata }: Stored, written: Stored): Promise<void> {
    const owners = (metadata.managedFields ?? []).filter(({ subresource }) => subresource === undefined);
    if (owners.length === 0) return;
    try {
      await this.#cluster.setManagedFields(written, owners);
    } catch (error) {
      this.notes.push(`${identityOf(written)}: its fields belong to simpul-restore now: ${describeError(error)}`);
    }
  }

  async #put(action: Step['action'], wanted: Stored, live: Stored | undefined): Promise<Stored> {
    if (action !== 'replace' || live === undefined) return await this.#cluster.create(wanted);
    if (wanted.kind === 'Namespace') return await this.#cluster.replace(relabelled(live, wanted), live);
    const cannotChange = wanted.kind === 'Approval' || wanted.kind === 'RoleBinding' || wanted.type !== live.type;
    if (!cannotChange) return await this.#cluster.replace(wanted, live);
    await this.#cluster.remove(live);
    return await this.#cluster.create(wanted);
  }

  async #writeStatus({ action, object }: Step, written: Stored): Promise<void> {
    if (!(object.kind in simpulKinds)) return;
    const durable = durableStatus(object, this.#header);
    if (durable === undefined) return;
    const status = action === 'create' ? durable : mergedStatus(written.status ?? {}, durable);
    if (status !== undefined) await this.#cluster.setStatus(written, status, operatorManager);
  }
}

/** What the operator knows of an object that was there stays; only who came first is said again. */
function mergedStatus(live: StoredStatus, durable: StoredStatus): StoredStatus | undefined {
  const { acceptedAt } = durable;
  if (live.conditions === undefined) return { ...live, ...durable };
  if (acceptedAt === undefined || (live.acceptedAt ?? '~') <= acceptedAt) return undefined;
  return { ...live, acceptedAt };
}

function relabelled(live: Stored, wanted: Stored): Stored {
  return { ...live, metadata: { ...live.metadata, labels: { ...live.metadata.labels, ...wanted.metadata.labels } } };
}
