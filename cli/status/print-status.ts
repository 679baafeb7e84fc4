import { type SimpulKindName, simpulKinds } from '#api/kinds.ts';
import type { CommandContext } from '../context.ts';
import { currentReady, type Observed } from '../dev/observed.ts';
import { exitCodes } from '../errors.ts';
import { type Source, withSource } from '../source/source.ts';
import { renderAge, renderTable } from '../table.ts';
import type { StatusFlags } from './command.ts';

/** `simpul status`. */
export async function printStatus(flags: StatusFlags, { config, terminal }: CommandContext): Promise<number> {
  return await withSource(flags, config, async (source) => {
    const namespace = flags.allNamespaces === true ? undefined : (flags.namespace ?? source.defaultNamespace);
    const objects = await listObjects(source, namespace);
    if (objects.length === 0) {
      const where = namespace === undefined ? '' : ` in namespace "${namespace}" (-A looks into all)`;
      terminal.err(`There are no objects of Simpul${where} in ${source.name}.`);
      return exitCodes.ok;
    }
    terminal.out(renderStatus(objects, new Date()));
    return exitCodes.ok;
  });
}

async function listObjects(source: Source, namespace: string | undefined): Promise<Observed[]> {
  const kinds = (Object.keys(simpulKinds) as SimpulKindName[]).filter((kind) => {
    return namespace === undefined || simpulKinds[kind].namespaced;
  });
  const lists = await Promise.all(kinds.map((kind) => source.list(kind, namespace)));
  return lists.flat();
}

/** One line for each object; then, for those that are not ready, why. */
export function renderStatus(objects: readonly Observed[], now: Date): string {
  const rows = objects.map((object) => {
    const { metadata, kind } = object;
    const ready = currentReady(object);
    const age = renderAge(metadata.creationTimestamp, now);
    const name = `${kind.toLowerCase()}/${metadata.name}`;
    return [metadata.namespace ?? '-', name, ready?.status ?? 'Unknown', ready?.reason ?? 'Progressing', age];
  });
  const table = renderTable(['NAMESPACE', 'NAME', 'READY', 'REASON', 'AGE'], rows);
  const reasons = objects.flatMap((object) => {
    const ready = currentReady(object);
    if (ready?.status === 'True') return [];
    const message = ready?.message ?? 'The operator has not looked at it yet: does it run?';
    return [`${object.kind} ${object.metadata.namespace ?? ''}/${object.metadata.name}: ${message}`.replace(' /', ' ')];
  });
  return reasons.length === 0 ? table : `${table}\n\n${reasons.join('\n')}`;
}
