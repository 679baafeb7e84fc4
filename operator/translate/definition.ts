import type { CompiledApiService, CompiledOperation } from '#api/compiled/contract.ts';
import type { CompiledDefinition } from '#api/compiled/definition.ts';
import type { ApiService } from '#api/generated/apiservice.ts';
import { type PinnedUrl, pinnedUrlOf } from '../world/documents.ts';
import { resolveMaterial, valueIn } from '../world/reference-problems.ts';
import { definitionRefOf } from '../world/references.ts';
import type { World } from '../world/world.ts';
import type { Problem } from './outcome.ts';

/** What became of `spec.definition`. */
export interface DefinitionOutcome {
  /** Undefined: there is none, or it cannot be used. */
  readonly definition?: CompiledDefinition;
  /** SHA-256 of the document, where it was fetched from a URL. */
  readonly document?: string;
  /** The document cannot be used. */
  readonly problem?: Problem;
  /** There is no document where the spec looks for it. */
  readonly missing?: Problem;
}

export function findDefinition(api: ApiService, world: World): DefinitionOutcome {
  const pinned = pinnedUrlOf(api);
  if (pinned !== undefined) return findFetched(pinned, world);
  const document = documentOf(api, world);
  if (document === undefined) return {};
  if ('reason' in document) return { missing: document };
  const verdict = world.definitions.read(document.text);
  if (verdict.ok) return { definition: verdict.definition };
  return {
    problem: { reason: verdict.reason, message: `spec.definition.openApi${document.suffix}: ${verdict.message}` },
  };
}

/** What the operator fetched, or why it has not. */
function findFetched(pinned: PinnedUrl, { documents }: World): DefinitionOutcome {
  const field = 'spec.definition.openApi.url';
  const found = documents.find(pinned);
  if (found === undefined || 'fault' in found) {
    const fault = found?.fault ?? `${pinned.url} has not been fetched: the operator does that`;
    return { missing: { reason: 'DefinitionNotFetched', message: `${field}: ${fault}` } };
  }
  if (found.ok) return { definition: found.definition, document: pinned.sha256 };
  return { problem: { reason: found.reason, message: `${field}: ${found.message}` } };
}

type Document = { readonly text: string; readonly suffix: string } | Problem | undefined;

function documentOf(api: ApiService, world: World): Document {
  const { inline, configMapRef } = api.spec.definition?.openApi ?? {};
  if (inline !== undefined) return { text: inline, suffix: '.inline' };
  const ref = definitionRefOf(api);
  if (ref === undefined || configMapRef === undefined) return undefined;
  const field = 'spec.definition.openApi.configMapRef';
  const material = resolveMaterial(world, field, ref);
  if ('reason' in material) return material;
  const value = valueIn(material, configMapRef.key, field, ref);
  return 'reason' in value ? value : { text: value.text, suffix: `.configMapRef (key "${configMapRef.key}")` };
}

/** How gateways use the definition; empty when they need none. */
export function compileDefinitionUse(
  { validation, mock }: ApiService['spec'],
  { definition, document }: DefinitionOutcome,
): Pick<CompiledApiService, 'definition' | 'mock'> {
  const { requests, responses } = validation ?? { requests: 'None', responses: 'None' };
  const isUsed = mock !== undefined || requests !== 'None' || responses !== 'None';
  if (definition === undefined || !isUsed) return {};
  const source = document === undefined ? {} : { document };
  return { definition: { id: definition.id, ...source, requests, responses }, ...(mock && { mock: mock.when }) };
}

/** Where requests are enforced and the spec lists no operations, those of the definition pass and no others. */
export function definedOperations(
  { operations, validation }: ApiService['spec'],
  definition: CompiledDefinition | undefined,
): CompiledOperation[] {
  if (operations !== undefined || definition === undefined || validation?.requests !== 'Enforce') return [];
  const byPath = new Map<string, string[]>();
  for (const { path, method } of definition.operations) byPath.set(path, [...(byPath.get(path) ?? []), method]);
  return [...byPath].map(([path, methods]) => ({ path, methods: methods.sort(), limits: [] }));
}
