import { coreKinds, type ResourceKind, simpulKinds } from '#api/kinds.ts';
import type { CommandContext } from '../context.ts';
import { CliError, exitCodes } from '../errors.ts';
import { plural } from '../plural.ts';
import { renderTable } from '../table.ts';
import type { Terminal } from '../terminal.ts';
import { belongsTo } from './adapt.ts';
import { type Backup, type Header, readBackup } from './archive.ts';
import { ClusterObjects } from './cluster-objects.ts';
import type { RestoreFlags } from './command.ts';
import { inParallel } from './in-parallel.ts';
import { keysOf } from './keys.ts';
import { openPlace } from './open-place.ts';
import { insteadOfOperator } from './operator-lease.ts';
import { planRestore, type Step } from './plan.ts';
import { type Outcome, writeBack } from './restore.ts';
import { countsOf } from './run-backup.ts';
import { unseal } from './seal.ts';
import { addressOf, identityOf, type Stored } from './stored.ts';

/** `simpul restore`. */
export async function runRestore(from: string, flags: RestoreFlags, context: CommandContext): Promise<number> {
  const { config, terminal } = context;
  const place = await openPlace(from, '', { flags, config });
  const backup = chosen(readBackup(await unseal(await place.read(), await keysOf(flags, config))), flags);
  terminal.err(titleOf(backup));
  if (flags.check === true) {
    terminal.out('The backup is whole.');
    return exitCodes.ok;
  }
  if (backup.header.installation !== flags.installation) throw otherInstallation(backup.header, flags);
  const cluster = await ClusterObjects.open(flags, config);
  try {
    if (flags.dryRun === true) return showPlan(await plan(cluster, backup, flags), terminal);
    let outcome: Outcome & { readonly steps: readonly Step[] } = { failures: [], notes: [], steps: [] };
    await insteadOfOperator(cluster, flags.installation, async (term) => {
      const steps = await plan(cluster, backup, flags);
      refuseConflicts(steps);
      const { failures, notes } = await writeBack(cluster, backup, steps, term);
      outcome = { steps, failures, notes };
    });
    return report(outcome, terminal);
  } finally {
    await cluster.close();
  }
}

/** What was asked for of it: all, or what one namespace holds. */
function chosen(backup: Backup, { namespace }: RestoreFlags): Backup {
  if (namespace === undefined) return backup;
  const objects = backup.objects.filter((object) => belongsTo(object, namespace));
  if (objects.length > 0) return { ...backup, objects };
  throw new CliError('CLI_NOT_FOUND', `the backup holds nothing of namespace "${namespace}"`);
}

function titleOf({ header, objects }: Backup): string {
  const { createdAt, simpul, kubernetes, installation } = header;
  return `Backup of ${createdAt} by simpul ${simpul}, installation ${installation}, Kubernetes ${kubernetes}: ${countsOf(objects)}`;
}

function otherInstallation(header: Header, { installation }: RestoreFlags): CliError {
  const message = `the backup is of an operator in namespace "${header.installation}", and this one is in "${installation}": install it under that name, or say --installation ${header.installation}`;
  return new CliError('CLI_RESTORE', message);
}

async function plan(cluster: ClusterObjects, { objects }: Backup, flags: RestoreFlags): Promise<Step[]> {
  return planRestore(objects, { live: await liveObjects(cluster, objects), overwrite: flags.overwrite === true });
}

/** All that the cluster has of our kinds; of Secrets and the like what the backup names. */
async function liveObjects(cluster: ClusterObjects, objects: readonly Stored[]): Promise<Map<string, Stored>> {
  const live = new Map<string, Stored>();
  const take = (object: Stored | undefined): void => {
    if (object !== undefined) live.set(identityOf(object), object);
  };
  const listed: readonly ResourceKind[] = [...Object.values(simpulKinds), coreKinds.Namespace];
  for (const kind of listed) for (const object of await cluster.list(kind)) take(object);
  const others = objects.filter((object) => !listed.includes(addressOf(object)));
  await inParallel(others, async (object) => {
    const { namespace = '', name } = object.metadata;
    take(await cluster.get(addressOf(object), { namespace, name }));
  });
  return live;
}

function showPlan(steps: readonly Step[], terminal: Terminal): number {
  const words = { create: 'create', same: 'unchanged', replace: 'REPLACE', conflict: 'DIFFERS' } as const;
  const rows = steps.map(({ action, object, why = '' }) => {
    return [words[action], object.kind, object.metadata.namespace ?? '', object.metadata.name, why];
  });
  terminal.out(renderTable(['ACTION', 'KIND', 'NAMESPACE', 'NAME', 'WHY'], rows));
  const conflicts = steps.filter(({ action }) => action === 'conflict').length;
  terminal.err(`Nothing was written. ${summaryOf(steps)}`);
  if (conflicts === 0) return exitCodes.ok;
  terminal.err(
    `${plural(conflicts, 'object')} of the cluster would stand in the way: --overwrite puts the saved ones in their place.`,
  );
  return exitCodes.failed;
}

function refuseConflicts(steps: readonly Step[]): void {
  const conflicts = steps.filter(({ action }) => action === 'conflict');
  if (conflicts.length === 0) return;
  const shown = conflicts.slice(0, 20).map(({ object, why }) => `\n  ${identityOf(object)}: ${why}`);
  const more = conflicts.length > shown.length ? `\n  and ${conflicts.length - shown.length} more` : '';
  const message = `nothing was written, because the cluster has other objects under these names:${shown.join('')}${more}\nLook at it with --dry-run; --overwrite puts the saved ones in their place`;
  throw new CliError('CLI_RESTORE', message);
}

function summaryOf(steps: readonly Step[]): string {
  const count = (action: Step['action']): number => steps.filter((step) => step.action === action).length;
  return `${count('create')} to create, ${count('replace')} to replace, ${count('same')} unchanged.`;
}

function report({ failures, notes, steps }: Outcome & { readonly steps: readonly Step[] }, terminal: Terminal): number {
  for (const note of notes) terminal.err(`note: ${note}`);
  for (const failure of failures) terminal.err(`failed: ${failure}`);
  if (failures.length > 0) {
    const message = `${plural(failures.length, 'object')} of ${steps.length} could not be written: remove the cause and run the same command again, it goes on`;
    throw new CliError('CLI_RESTORE', message);
  }
  terminal.out(
    `Restored: ${summaryOf(steps).replaceAll(' to create', ' created').replaceAll(' to replace', ' replaced')}`,
  );
  terminal.err('Start the operator: it makes everything else again, and "simpul status -A" shows how far it is.');
  return exitCodes.ok;
}
