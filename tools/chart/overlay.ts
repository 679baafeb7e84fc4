import { isDeepStrictEqual } from 'node:util';
import { stringify } from 'yaml';
import { idOf, type Rendered } from './cases.ts';

type Fields = Readonly<Record<string, unknown>>;

/**
 * The files of a kustomize overlay that makes `wanted` of `base`: one patch for each object that differs, with nothing
 * in it but what differs, and one file for objects that are new.
 */
export function overlayFiles(base: readonly Rendered[], wanted: readonly Rendered[]): Map<string, string> {
  const known = new Map(base.map((object) => [idOf(object), object]));
  const there = new Set(wanted.map(idOf));
  const files = new Map<string, string>();
  for (const object of wanted) {
    const before = known.get(idOf(object));
    if (before === undefined || isDeepStrictEqual(before, object)) continue;
    files.set(
      fileOf(object),
      stringify({ ...identityOf(object), ...mergeIdentity(object, patchOf(before, object)) }, { lineWidth: 0 }),
    );
  }
  for (const object of base.filter((candidate) => !there.has(idOf(candidate)))) {
    files.set(fileOf(object), stringify({ ...identityOf(object), $patch: 'delete' }));
  }
  const patches = [...files.keys()].sort();
  const fresh = wanted.filter((object) => !known.has(idOf(object)));
  if (fresh.length > 0)
    files.set('resources.yaml', fresh.map((object) => stringify(object, { lineWidth: 0 })).join('---\n'));
  const resources = ['../../base', ...(fresh.length > 0 ? ['resources.yaml'] : [])];
  return new Map([['kustomization.yaml', kustomization(resources, patches)], ...[...files].map(withHeader)]);
}

const header = '# Generated from charts/simpul by `make chart`.\n';
const withHeader = ([name, text]: [string, string]): [string, string] => [name, header + text];

function kustomization(resources: readonly string[], patches: readonly string[]): string {
  const body = {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    resources,
    ...(patches.length > 0 && { patches: patches.map((path) => ({ path })) }),
  };
  return header + stringify(body);
}

function fileOf({ kind, metadata }: Rendered): string {
  return `${kind.toLowerCase()}-${metadata.name}.yaml`;
}

function identityOf({ apiVersion, kind, metadata: { name, namespace } }: Rendered): Fields {
  return { apiVersion, kind, metadata: { name, ...(namespace !== undefined && { namespace }) } };
}

function mergeIdentity(object: Rendered, patch: Fields): Fields {
  const metadata = { ...(identityOf(object)['metadata'] as Fields), ...(patch['metadata'] as Fields | undefined) };
  return { ...patch, metadata };
}

/** What a merge has to say: members that are new or differ, and null for those that are gone. Lists are said whole. */
function patchOf(before: Fields, after: Fields): Fields {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return Object.fromEntries(
    names.flatMap((name): [string, unknown][] => {
      const [from, to] = [before[name], after[name]];
      if (isDeepStrictEqual(from, to)) return [];
      if (isFields(from) && isFields(to)) return [[name, patchOf(from, to)]];
      return [[name, to ?? null]];
    }),
  );
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
