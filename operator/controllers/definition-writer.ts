import type { CompiledKind } from '#api/compiled/contract.ts';
import type { CompiledDefinition } from '#api/compiled/definition.ts';
import type { Target } from '../status/programmed.ts';
import type { CompiledPlan } from '../translate/outcome.ts';
import type { CompiledEntry } from '../world/compiled-index.ts';
import type { Wake } from '../world/dependents.ts';
import { type CompiledResult, removeOne, writeCompiled, writeOne } from './compiled-writer.ts';
import type { Environment } from './environment.ts';

interface Content {
  readonly compiled: CompiledPlan;
  readonly definition?: CompiledDefinition | undefined;
}

/**
 * {@link writeCompiled} with the definition that the objects refer to, which is written before them and shared by all
 * whose documents say the same. What nobody refers to any more is swept by its gateway's reconcile.
 */
export async function writeWithDefinition(
  env: Environment,
  source: { readonly kind: CompiledKind; readonly id: string },
  { compiled, definition }: Content,
  signal: AbortSignal,
): Promise<CompiledResult> {
  const before = [...env.world.compiled.of(source.kind, source.id).values()];
  const claim = claimDefinition(env, compiled, definition);
  try {
    const needed = await claim.write(signal);
    const { targets, complete } = await writeCompiled(env, source, compiled, signal);
    return { targets: targets.map((target) => withNeed(target, needed.get(target.gateway))), complete };
  } finally {
    claim.release();
    env.wake(gatewaysThatMaySweep(env, source, before));
  }
}

interface Claim {
  /** By gateway. */
  readonly write: (signal: AbortSignal) => Promise<ReadonlyMap<string, CompiledEntry>>;
  readonly release: () => void;
}

function claimDefinition(env: Environment, plan: CompiledPlan, definition: CompiledDefinition | undefined): Claim {
  if (definition === undefined) return { write: async () => new Map(), release: () => undefined };
  const gateways = gatewaysThatUse(plan, definition);
  const releases = gateways.map((gateway) => env.definitions.hold(keyOf(gateway, definition.id)));
  const write = async (signal: AbortSignal): Promise<ReadonlyMap<string, CompiledEntry>> => {
    const written = new Map<string, CompiledEntry>();
    for (const gateway of gateways) {
      const entry = await ensure(env, gateway, definition, signal);
      if (entry !== undefined) written.set(gateway, entry);
    }
    return written;
  };
  return {
    write,
    release: () => {
      for (const release of releases) release();
    },
  };
}

function gatewaysThatUse(plan: CompiledPlan, { id }: CompiledDefinition): string[] {
  return [...plan].flatMap(([gateway, compiled]) => {
    const isUser = compiled !== 'keep' && compiled.kind === 'ApiService' && compiled.definition?.id === id;
    return isUser ? [gateway] : [];
  });
}

function keyOf(gateway: string, definition: string): string {
  return `${gateway} ${definition}`;
}

function ensure(
  env: Environment,
  gateway: string,
  definition: CompiledDefinition,
  signal: AbortSignal,
): Promise<CompiledEntry | undefined> {
  return env.definitions.alone(keyOf(gateway, definition.id), () => {
    const entry = env.world.compiled.of('Definition', definition.id).get(gateway);
    return writeOne(env, gateway, { compiled: definition, entry }, signal);
  });
}

function withNeed(target: Target, need: CompiledEntry | undefined): Target {
  return need === undefined ? target : { ...target, needs: { name: need.name, contentHash: need.contentHash } };
}

/** Gateways where the source does not refer any more to what it referred to. */
function gatewaysThatMaySweep(
  env: Environment,
  { kind, id }: { readonly kind: CompiledKind; readonly id: string },
  before: readonly CompiledEntry[],
): Wake[] {
  const now = env.world.compiled.of(kind, id);
  const left = before.filter(({ gateway, definition }) => {
    return definition !== undefined && now.get(gateway)?.definition !== definition;
  });
  return left.map(({ gateway }) => ({ kind: 'ApiGateway', id: gateway }));
}

/** Removes the definitions of a gateway that no API refers to. */
export async function sweepDefinitions(env: Environment, gateway: string, signal: AbortSignal): Promise<void> {
  const entries = [...env.world.compiled.values()].filter((entry) => entry.gateway === gateway);
  for (const entry of entries) {
    if (entry.kind !== 'Definition') continue;
    const key = keyOf(gateway, entry.source);
    await env.definitions.alone(key, async () => {
      const current = env.world.compiled.of('Definition', entry.source).get(gateway);
      if (current === undefined || env.definitions.isHeld(key) || isReferredTo(env, current)) return;
      await removeOne(env, current, signal);
    });
  }
}

function isReferredTo({ world }: Environment, { gateway, source }: CompiledEntry): boolean {
  for (const entry of world.compiled.values()) {
    if (entry.gateway === gateway && entry.definition === source) return true;
  }
  return false;
}
