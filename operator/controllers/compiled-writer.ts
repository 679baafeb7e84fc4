import type { Compiled, CompiledKind } from '#api/compiled/contract.ts';
import type { CompiledSecret } from '#api/compiled/secret.ts';
import { buildCompiledSecret, compiledAnnotations } from '#api/compiled/secret.ts';
import { coreKinds } from '#api/kinds.ts';
import { compiledNamespaceOf } from '../resources/gateway.ts';
import { fieldManager } from '../resources/metadata.ts';
import type { Target } from '../status/programmed.ts';
import type { CompiledPlan } from '../translate/outcome.ts';
import type { CompiledEntry } from '../world/compiled-index.ts';
import { compiledEntryOf } from '../world/compiled-index.ts';
import type { Environment } from './environment.ts';

export interface CompiledResult {
  /** What each fleet must have loaded. */
  readonly targets: readonly Target[];
  /** False while a gateway's namespace is not ready to be written to: its watch wakes us once it is. */
  readonly complete: boolean;
}

/**
 * Makes the compiled objects of one source what `plan` says: writes what differs, removes what is not mentioned. Every
 * write carries the version that was read, so that a leader that lost its lease gets a conflict instead of its way.
 */
export async function writeCompiled(
  env: Environment,
  source: { readonly kind: CompiledKind; readonly id: string },
  plan: CompiledPlan,
  signal: AbortSignal,
): Promise<CompiledResult> {
  const entries = new Map(env.world.compiled.of(source.kind, source.id));
  const targets: Target[] = [];
  let complete = true;
  for (const [gateway, compiled] of plan) {
    const written = await writeOne(env, gateway, { compiled, entry: entries.get(gateway) }, signal);
    if (written === undefined) complete &&= compiled === 'keep';
    else targets.push(targetOf(env, written));
  }
  for (const [gateway, entry] of entries) {
    if (!plan.has(gateway)) await removeOne(env, entry, signal);
  }
  return { targets, complete };
}

function targetOf(env: Environment, entry: CompiledEntry): Target {
  return {
    gateway: entry.gateway,
    name: entry.name,
    version: entry.resourceVersion,
    contentHash: entry.contentHash,
    pods: [...env.world.podsOf(entry.gateway).values()],
  };
}

async function writeOne(
  env: Environment,
  gatewayId: string,
  { compiled, entry }: { readonly compiled: Compiled | 'keep'; readonly entry: CompiledEntry | undefined },
  signal: AbortSignal,
): Promise<CompiledEntry | undefined> {
  if (compiled === 'keep') return entry;
  const gateway = env.world.apiGateways.get(gatewayId);
  if (gateway === undefined || !env.watches.knowsGateway(gatewayId)) return undefined;
  const secret = buildCompiledSecret(compiled, compiledNamespaceOf(gateway));
  if (entry?.contentHash === secret.metadata.annotations?.[compiledAnnotations.contentHash]) return entry;

  const stored = await send(env, secret, entry, signal);
  env.metrics.compiledWritten(compiled.kind, entry === undefined ? 'create' : 'update');
  const next = compiledEntryOf(stored, gatewayId);
  if (next !== undefined) env.world.compiled.put(next);
  return next;
}

async function send(
  env: Environment,
  secret: CompiledSecret,
  entry: CompiledEntry | undefined,
  signal: AbortSignal,
): Promise<CompiledSecret> {
  if (entry === undefined) return env.store.create(secret, { fieldManager, signal });
  const versioned = { ...secret, metadata: { ...secret.metadata, resourceVersion: entry.resourceVersion } };
  return env.store.apply(versioned, { fieldManager, force: true, signal });
}

async function removeOne(env: Environment, entry: CompiledEntry, signal: AbortSignal): Promise<void> {
  const { namespace, name, uid, resourceVersion } = entry;
  await env.store.delete(coreKinds.Secret, { namespace, name }, { uid, resourceVersion, signal });
  env.world.compiled.delete(namespace, name);
  env.metrics.compiledWritten(entry.kind, 'delete');
}
