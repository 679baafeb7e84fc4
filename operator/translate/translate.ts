import type { Compiled } from '#api/compiled/contract.ts';
import type { Observation } from '#api/conditions.ts';
import type { KubeObject } from '#api/object.ts';
import { idOf, keyOf } from '#api/object.ts';
import { apiKeyDataKey, hashApiKey } from '../world/key-secret.ts';
import { routesOf } from '../world/routes.ts';
import type { World, WorldSettings } from '../world/world.ts';
import type { Resources } from './gather-world.ts';
import { gatherWorld } from './gather-world.ts';
import type { Outcome } from './outcome.ts';
import { byPrecedence } from './precedence.ts';
import { translateApiGateway } from './translate-api-gateway.ts';
import { translateApiService } from './translate-api-service.ts';
import { translateApproval } from './translate-approval.ts';
import { translateKeyManager } from './translate-key-manager.ts';
import { translateSubscription } from './translate-subscription.ts';
import { translateTenant } from './translate-tenant.ts';

export interface TranslationSettings extends WorldSettings {
  /** RFC 3339: the moment at which everything is decided. */
  readonly now: string;
  /** Since when the admission policy for Approvals is in force; empty: always; undefined: it is not installed. */
  readonly approvalPolicySince: string | undefined;
}

/** What became of all resources. Keys are sorted, so equal resources give equal bytes. */
export interface Translation {
  /** By id of the ApiGateway, then by `<Kind> <id>`. `keep`: what is served stays, because the spec is wrong. */
  readonly compiled: Readonly<Record<string, Readonly<Record<string, Compiled | 'keep'>>>>;
  /** By `<Kind> <id>`. */
  readonly statuses: Readonly<Record<string, TranslatedStatus>>;
}

/** What can be said without gateways: every condition but Programmed, and Ready, which waits for it. */
export interface TranslatedStatus {
  readonly conditions: readonly Observation[];
  readonly [field: string]: unknown;
}

/**
 * The whole-world form of the translation: decides everything at once, as the controllers do one by one. It serves the
 * command line and the golden files. Pure: never throws on user input and mutates nothing. Keys that the operator would
 * generate are taken as generated.
 */
export function translateAll(resources: Resources, settings: TranslationSettings): Translation {
  const world = gatherWorld(resources, settings);
  world.approvalPolicySince = settings.approvalPolicySince;
  const ledger = new Ledger(world);
  for (const tenant of [...world.tenants.values()].sort(byPrecedence)) {
    const outcome = translateTenant(tenant, world);
    if (outcome.held !== undefined) world.acceptTenant(outcome.held);
    ledger.enter(tenant, outcome);
  }
  for (const gateway of world.apiGateways.values()) ledger.enter(gateway, translateApiGateway(gateway, world));
  for (const manager of world.keyManagers.values()) ledger.enter(manager, translateKeyManager(manager, world));
  for (const approval of world.approvals.values()) ledger.enter(approval, translateApproval(approval, world));
  translateApiServices(world, settings.now, ledger);
  generateKeys(world, settings.now);
  for (const subscription of [...world.subscriptions.values()].sort(byPrecedence)) {
    const outcome = translateSubscription(subscription, world, settings.now);
    world.keys.hold(keyOf(subscription), outcome.keys);
    ledger.enter(subscription, outcome);
  }
  return ledger.close();
}

/** Until nobody lets go of a route any more that somebody else waits for. */
function translateApiServices(world: World, now: string, ledger: Ledger): void {
  const apis = [...world.apiServices.values()].sort(byPrecedence);
  let moved = true;
  for (let round = 0; moved && round <= apis.length; round++) {
    moved = false;
    for (const api of apis) {
      const id = keyOf(api);
      const outcome = translateApiService(api, world, now);
      const before = world.routes.heldBy(id).length;
      const freed = world.routes.hold(id, outcome.accepted ? routesOf(api) : world.compiledRoutesOf(id));
      moved ||= freed.length > 0 || world.routes.heldBy(id).length !== before;
      ledger.enter(api, outcome);
    }
  }
}

/** Puts in what the operator would generate: the hash of something that is too weak to be taken as a key. */
function generateKeys(world: World, now: string): void {
  const pepper = Buffer.from(world.settings.pepper, 'base64');
  for (const subscription of world.subscriptions.values()) {
    const { namespace = '', uid = '' } = subscription.metadata;
    for (const { secretName } of translateSubscription(subscription, world, now).missingSecrets) {
      world.keySecrets.put({
        metadata: { namespace, name: secretName, resourceVersion: '0' },
        ownerUid: uid,
        keys: [{ name: apiKeyDataKey, hash: hashApiKey(idOf(namespace, secretName), pepper), weak: false }],
      });
    }
  }
}

/** Collects outcomes and puts them into order. The last entry for an object counts. */
class Ledger {
  readonly #world: World;
  readonly #outcomes = new Map<string, { readonly object: KubeObject; readonly outcome: Outcome }>();

  constructor(world: World) {
    this.#world = world;
  }

  enter(object: KubeObject, outcome: Outcome): void {
    this.#outcomes.set(nameOf(object), { object, outcome });
  }

  close(): Translation {
    const compiled: Record<string, Record<string, Compiled | 'keep'>> = {};
    const statuses: Record<string, TranslatedStatus> = {};
    for (const [name, { object, outcome }] of [...this.#outcomes].sort(byName)) {
      const conditions = [...outcome.observations].sort((a, b) => (a.type < b.type ? -1 : 1));
      statuses[name] = { ...outcome.status, conditions };
      for (const [gateway, content] of outcome.compiled) {
        if (content === 'keep' && !this.#serves(gateway, object)) continue;
        compiled[gateway] = { ...compiled[gateway], [name]: content, ...sharedBy(content, outcome) };
      }
    }
    return { compiled: Object.fromEntries(Object.entries(compiled).sort(byName)), statuses };
  }

  #serves(gateway: string, object: KubeObject): boolean {
    return [...this.#world.compiled.values()].some((entry) => {
      return entry.gateway === gateway && entry.kind === object.kind && entry.source === keyOf(object);
    });
  }
}

/** The definition that an object refers to, which gateways get beside it. */
function sharedBy(content: Compiled | 'keep', { definition }: Outcome): Record<string, Compiled> {
  const refers = content !== 'keep' && content.kind === 'ApiService' && content.definition !== undefined;
  return refers && definition !== undefined ? { [`Definition ${definition.id}`]: definition } : {};
}

/** `<Kind> <id>`: how an object is called in a {@link Translation}. */
export function nameOf(object: KubeObject): string {
  return `${object.kind} ${keyOf(object)}`;
}

function byName(a: readonly [string, unknown], b: readonly [string, unknown]): number {
  return a[0] < b[0] ? -1 : 1;
}
