import type { Compiled, CompiledKind } from '#api/compiled/contract.ts';
import type { CompiledSecret } from '#api/compiled/secret.ts';
import { buildCompiledSecret, compiledAnnotations } from '#api/compiled/secret.ts';
import { validateCompiled } from '#api/compiled/validate.ts';
import { coreKinds } from '#api/kinds.ts';
import { isStoreError, StoreError } from '#kube/store-error.ts';
import { compiledNamespaceOf } from '../resources/gateway.ts';
import { fieldManager } from '../resources/metadata.ts';
import { StatusError } from '../runtime/status-error.ts';
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

export async function writeOne(
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

  checkContract(compiled);
  const stored =
    entry === undefined ? await create(env, secret, gatewayId, signal) : await update(env, secret, entry, signal);
  env.metrics.compiledWritten(compiled.kind, entry === undefined ? 'create' : 'update');
  const next = compiledEntryOf(stored, gatewayId);
  if (next !== undefined) env.world.compiled.put(next);
  return next;
}

/** Gateways refuse what breaks the contract, so it is not sent: the last good one stays, and the object says why. */
function checkContract(compiled: Compiled): void {
  const verdict = validateCompiled(compiled);
  if (verdict.ok) return;
  const message = `What it compiles to breaks the contract with gateways (${verdict.reason}); they serve the last good version. This is a defect: report it`;
  throw new StatusError('InvalidValue', message);
}

async function update(
  env: Environment,
  secret: CompiledSecret,
  { uid, resourceVersion }: { readonly uid: string; readonly resourceVersion: string },
  signal: AbortSignal,
): Promise<CompiledSecret> {
  // Without the uid, an apply at a version makes the object anew when it is gone.
  const versioned = { ...secret, metadata: { ...secret.metadata, uid, resourceVersion } };
  return env.store.apply(versioned, { fieldManager, force: true, signal });
}

async function create(
  env: Environment,
  secret: CompiledSecret,
  gatewayId: string,
  signal: AbortSignal,
): Promise<CompiledSecret> {
  try {
    return await env.store.create(secret, { fieldManager, signal });
  } catch (error) {
    if (!isStoreError(error, 'AlreadyExists')) throw error;
    return await replaceUnreadable(env, secret, gatewayId, signal);
  }
}

/** What is there is unknown to us: somebody made it unreadable, or it is newer than what we have seen so far. */
async function replaceUnreadable(
  env: Environment,
  secret: CompiledSecret,
  gatewayId: string,
  signal: AbortSignal,
): Promise<CompiledSecret> {
  const { namespace = '', name } = secret.metadata;
  const found = await env.store.get<CompiledSecret>(coreKinds.Secret, { namespace, name }, { signal });
  const entry = found && compiledEntryOf(found, gatewayId);
  if (found === undefined || entry !== undefined) {
    // Never write over what we did not know when we decided: learn it and decide again.
    if (entry !== undefined) env.world.compiled.put(entry);
    throw new StoreError('Conflict', `Secret "${name}" was written by somebody else`);
  }
  const { uid = '', resourceVersion = '' } = found.metadata;
  return await update(env, secret, { uid, resourceVersion }, signal);
}

export async function removeOne(env: Environment, entry: CompiledEntry, signal: AbortSignal): Promise<void> {
  const { namespace, name, uid, resourceVersion } = entry;
  // With an ApiGateway its namespace goes, and with that our rights in it: there is nothing to do but to forget.
  if (env.world.apiGateways.get(entry.gateway) !== undefined) {
    await env.store.delete(coreKinds.Secret, { namespace, name }, { uid, resourceVersion, signal });
  }
  env.world.compiled.delete(namespace, name);
  env.metrics.compiledWritten(entry.kind, 'delete');
}
