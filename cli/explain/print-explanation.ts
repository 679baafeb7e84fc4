import { type SimpulKindName, simpulKinds } from '#api/kinds.ts';
import { keyOf } from '#api/object.ts';
import type { CommandContext } from '../context.ts';
import type { Observed } from '../dev/observed.ts';
import { CliError, exitCodes } from '../errors.ts';
import type { SourceFlags } from '../source/options.ts';
import { type Source, withSource } from '../source/source.ts';
import { explain, type Inventory } from './explanation.ts';
import { parseTarget, type Target } from './target.ts';

/** `simpul explain`. */
export async function printExplanation(
  text: string,
  flags: SourceFlags,
  { config, terminal }: CommandContext,
): Promise<number> {
  const target = parseTarget(text);
  return await withSource(flags, config, async (source) => {
    const place = target.namespace ?? flags.namespace ?? source.defaultNamespace;
    const inventory = await takeInventory(source, target.kind, place);
    terminal.out(explain(findTarget(target, place, { inventory, source }), inventory));
    return exitCodes.ok;
  });
}

/** Everything that the asking user may see: only the target's own kind, in its own namespace, has to be readable. */
async function takeInventory(source: Source, needed: SimpulKindName, place: string | undefined): Promise<Inventory> {
  const kinds = Object.keys(simpulKinds) as SimpulKindName[];
  const lists = await Promise.all(
    kinds.map(async (kind): Promise<[SimpulKindName, ReadonlyMap<string, Observed>]> => {
      const objects = await listVisible(source, kind, place).catch((error: unknown) => {
        if (kind === needed || !(error instanceof CliError)) throw error;
        return [];
      });
      return [kind, new Map(objects.map((object) => [keyOf(object), object]))];
    }),
  );
  return new Map(lists);
}

/** Of all namespaces, or else (members of a Tenant may see no more) of this one. */
async function listVisible(source: Source, kind: SimpulKindName, place: string | undefined) {
  try {
    return await source.list(kind);
  } catch (error) {
    if (place === undefined || !(error instanceof CliError)) throw error;
    return await source.list(kind, place);
  }
}

function findTarget(
  { kind, name }: Target,
  place: string | undefined,
  { inventory, source }: { readonly inventory: Inventory; readonly source: Source },
): Observed {
  const all = [...(inventory.get(kind)?.values() ?? [])].filter(({ metadata }) => metadata.name === name);
  const found = all.filter(({ metadata }) => {
    return !simpulKinds[kind].namespaced || place === undefined || metadata.namespace === place;
  });
  const [first, second] = found;
  if (first !== undefined && second === undefined) return first;
  const places = (found.length > 0 ? found : all).map(({ metadata }) => `"${metadata.namespace}"`).join(', ');
  const hint = places === '' ? '' : `; there is one in namespace ${places}: say which with -n`;
  const where = place === undefined || !simpulKinds[kind].namespaced ? '' : ` in namespace "${place}"`;
  const problem = found.length > 1 ? `there are several ${kind}s "${name}"` : `there is no ${kind} "${name}"${where}`;
  throw new CliError('CLI_NOT_FOUND', `${problem} in ${source.name}${hint}`);
}
