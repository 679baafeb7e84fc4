import type { Compiled } from '#api/compiled/contract.ts';
import { buildCompiledSecret } from '#api/compiled/secret.ts';
import type { ApiGateway } from '#api/generated/apigateway.ts';
import type { ApiService } from '#api/generated/apiservice.ts';
import type { Approval } from '#api/generated/approval.ts';
import type { KeyManager } from '#api/generated/keymanager.ts';
import type { Subscription } from '#api/generated/subscription.ts';
import type { Tenant } from '#api/generated/tenant.ts';
import { apiVersion } from '#api/kinds.ts';
import type { KubeObject } from '#api/object.ts';
import { keyOf } from '#api/object.ts';
import { compiledEntryOf } from '../world/compiled-index.ts';
import type { Secret } from '../world/key-secret.ts';
import { apiKeySecretType, keySecretOf } from '../world/key-secret.ts';
import { type Holder, type MaterialSource, materialOf, secretTypes } from '../world/materials.ts';
import type { WorldSettings } from '../world/world.ts';
import { World } from '../world/world.ts';

/** Everything that a whole-world translation starts from. */
export interface Resources {
  /** Valid objects as they are stored: with defaults, Secrets with `data`. Other kinds than ours, Namespace, Secret and ConfigMap are ignored. */
  readonly objects: readonly KubeObject[];
  /** What gateways serve already: its owner keeps routes, claims and keys. Default: nothing. */
  readonly served?: readonly Served[];
}

/** One compiled object that one gateway has. */
export interface Served {
  /** Id of the ApiGateway. */
  readonly gateway: string;
  readonly compiled: Compiled;
}

/** Builds a world of `resources`, in which nothing has been decided but what is served already. */
export function gatherWorld({ objects, served = [] }: Resources, settings: WorldSettings): World {
  const world = new World(settings);
  for (const object of objects) put(world, identified(object));
  world.materials.assumeComplete();
  for (const [index, { gateway, compiled }] of served.entries()) {
    const secret = buildCompiledSecret(compiled, `compiled for ${gateway}`);
    const entry = compiledEntryOf(
      { ...secret, metadata: { ...secret.metadata, resourceVersion: `${index + 1}` } },
      gateway,
    );
    if (entry !== undefined) world.compiled.put(entry);
  }
  world.takeOver();
  return world;
}

/** What comes from a file has never been stored: stand-ins, so that the same files give the same result. */
function identified(object: KubeObject): KubeObject {
  const standIns = { uid: `${object.kind} ${keyOf(object)}`, generation: 1, creationTimestamp: '1970-01-01T00:00:00Z' };
  return { ...object, metadata: { ...standIns, ...object.metadata } };
}

function put(world: World, object: KubeObject): void {
  if (object.apiVersion === 'v1') putCore(world, object);
  else if (object.apiVersion === apiVersion) putOwn(world, object);
}

function putCore(world: World, object: KubeObject): void {
  if (object.kind === 'Namespace') world.namespaces.put(object);
  if (object.kind === 'ConfigMap') putMaterial(world, object, '');
  if (object.kind !== 'Secret') return;
  const secret: Secret = object;
  const type = secretTypes.find((known) => known === secret.type);
  if (type !== undefined) putMaterial(world, object, type);
  if (secret.type !== apiKeySecretType) return;
  world.keySecrets.put(keySecretOf(secret, Buffer.from(world.settings.pepper, 'base64')));
}

function putMaterial({ materials }: World, holder: Holder, type: MaterialSource['type']): void {
  const { namespace = '', name } = holder.metadata;
  const source: MaterialSource = { kind: type === '' ? 'ConfigMap' : 'Secret', namespace, name, type };
  materials.put(source, materialOf(holder, source));
}

/** The schema has said that an object of a kind is one; the compiler cannot know. */
function putOwn(world: World, object: KubeObject): void {
  switch (object.kind) {
    case 'Tenant':
      if (isOurs(object as Tenant, world)) world.tenants.put(object as Tenant);
      break;
    case 'ApiGateway':
      if (isOurs(object as ApiGateway, world)) world.apiGateways.put(object as ApiGateway);
      break;
    case 'KeyManager':
      world.keyManagers.put(object as KeyManager);
      break;
    case 'ApiService':
      world.apiServices.put(object as ApiService);
      break;
    case 'Subscription':
      world.subscriptions.put(object as Subscription);
      break;
    case 'Approval':
      world.approvals.put(object as Approval);
      break;
  }
}

/** Tenants and ApiGateways of other classes belong to other installations. */
function isOurs(object: Tenant | ApiGateway, world: World): boolean {
  return object.spec.className === world.settings.className;
}
