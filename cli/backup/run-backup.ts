import { createHash } from 'node:crypto';
import { coreKinds } from '#api/kinds.ts';
import type { CommandContext } from '../context.ts';
import { CliError, exitCodes } from '../errors.ts';
import { plural } from '../plural.ts';
import { type Header, linesOf } from './archive.ts';
import { ClusterObjects } from './cluster-objects.ts';
import { approvalPolicySince, collect } from './collect.ts';
import type { BackupFlags } from './command.ts';
import { makeKey, sealOf } from './keys.ts';
import { openPlace } from './open-place.ts';
import { type Seal, seal } from './seal.ts';
import type { Stored } from './stored.ts';

/** `simpul backup`. */
export async function runBackup(flags: BackupFlags, { config, terminal }: CommandContext): Promise<number> {
  if (flags.generateKey !== undefined) {
    terminal.out(await makeKey(flags.generateKey, new Date()));
    return exitCodes.ok;
  }
  const how = await sealOf(flags, config);
  const now = new Date();
  const fileName = `simpul-${now.toISOString().replace(/[-:]/g, '').slice(0, 15)}Z.jsonl.gz${'unencrypted' in how ? '' : '.age'}`;
  const place = await openPlace(flags.output ?? fileName, fileName, { flags, config });
  if (place.isOverheard && 'unencrypted' in how) {
    const message = `${place.name} is reached over plain http: encrypt the backup, or give an https address as --endpoint`;
    throw new CliError('CLI_ARGUMENT', message, { exitCode: 2 });
  }
  const cluster = await ClusterObjects.open(flags, config);
  try {
    const header = await describe(cluster, { flags, now, simpul: config.version });
    const { objects, notes } = await collect(cluster, {
      installation: flags.installation,
      ...(flags.class === undefined ? {} : { className: flags.class }),
    });
    const sealed = await seal(linesOf({ header, objects }), how);
    await place.write(sealed);
    terminal.out(place.name);
    for (const note of notes) terminal.err(`note: ${note}`);
    terminal.err(`${countsOf(objects)}; ${sealed.length} bytes, ${manner(how)}`);
    terminal.err(`sha256 ${createHash('sha256').update(sealed).digest('hex')}`);
    return exitCodes.ok;
  } finally {
    await cluster.close();
  }
}

async function describe(
  cluster: ClusterObjects,
  { flags, now, simpul }: { readonly flags: BackupFlags; readonly now: Date; readonly simpul: string },
): Promise<Header> {
  const [kubernetes, system, since] = await Promise.all([
    cluster.version(),
    cluster.get(coreKinds.Namespace, { namespace: '', name: 'kube-system' }),
    approvalPolicySince(cluster),
  ]);
  return {
    createdAt: `${now.toISOString().slice(0, 19)}Z`,
    ...{ simpul, kubernetes, cluster: system?.metadata.uid ?? '', installation: flags.installation },
    ...(since === undefined ? {} : { approvalPolicySince: since }),
  };
}

/** `3 Tenants, 12 ApiServices`: by kind, in their order. */
export function countsOf(objects: readonly Stored[]): string {
  const counts = new Map<string, number>();
  for (const { kind } of objects) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  if (counts.size === 0) return 'nothing';
  return [...counts].map(([kind, count]) => plural(count, kind)).join(', ');
}

function manner(how: Seal): string {
  if ('unencrypted' in how) return 'NOT encrypted: whoever reads it has every key';
  return 'passphrase' in how ? 'encrypted with a passphrase' : `encrypted for ${plural(how.recipients.length, 'key')}`;
}
