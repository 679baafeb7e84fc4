import type { CompiledTokenEndpoint } from '#api/compiled/key-manager.ts';
import type { KeyManager } from '#api/generated/keymanager.ts';
import { keyOf } from '#api/object.ts';
import type { World } from '../world/world.ts';
import type { Problem } from './outcome.ts';
import { byPrecedence } from './precedence.ts';
import { parseDurationMs } from './quantity.ts';

type Endpoint = NonNullable<KeyManager['spec']['tokenEndpoint']>;

const lifetimeMs = { least: 60_000, most: 3_600_000 };

/** Whether it has keys of its own: only the organiser answers under addresses of the gateways. */
export function ownsTokenEndpoint({ metadata, spec }: KeyManager, world: World): boolean {
  return spec.tokenEndpoint !== undefined && metadata.namespace === world.settings.installationNamespace;
}

/** Whether place, address and life of tokens can be used. */
export function tokenEndpointProblem(keyManager: KeyManager, world: World): Problem | undefined {
  const { tokenEndpoint } = keyManager.spec;
  if (tokenEndpoint === undefined) return undefined;
  if (!ownsTokenEndpoint(keyManager, world)) {
    const message = `A KeyManager of type TokenEndpoint answers under addresses of the gateways, so it lives in the namespace of the installation, "${world.settings.installationNamespace}": move it there`;
    return { reason: 'InvalidValue', message };
  }
  return addressProblem(keyManager, tokenEndpoint, world) ?? lifetimeProblem(tokenEndpoint);
}

function addressProblem(keyManager: KeyManager, { issuer }: Endpoint, world: World): Problem | undefined {
  if (!URL.canParse(issuer)) return { reason: 'InvalidValue', message: 'spec.tokenEndpoint.issuer is no URL' };
  const twin = [...world.keyManagers.values()].find(
    (other) =>
      other.spec.tokenEndpoint?.issuer === issuer &&
      keyOf(other) !== keyOf(keyManager) &&
      ownsTokenEndpoint(other, world) &&
      byPrecedence(other, keyManager) < 0,
  );
  if (twin === undefined) return undefined;
  const message = `spec.tokenEndpoint.issuer is that of KeyManager "${keyOf(twin)}": choose a path of its own`;
  return { reason: 'InvalidValue', message };
}

function lifetimeProblem({ tokenLifetime }: Endpoint): Problem | undefined {
  const ms = parseDurationMs(tokenLifetime) ?? 0;
  if (ms >= lifetimeMs.least && ms <= lifetimeMs.most) return undefined;
  const message = `spec.tokenEndpoint.tokenLifetime "${tokenLifetime}" must be a duration between 1m and 1h, such as 5m`;
  return { reason: 'InvalidValue', message };
}

export function compileTokenEndpoint(
  keyManager: KeyManager,
  { issuer, tokenLifetime }: Endpoint,
  world: World,
): Omit<CompiledTokenEndpoint, 'contract' | 'kind' | 'id'> {
  const keys = world.signingKeys.get(keyOf(keyManager)) ?? [];
  return { type: 'TokenEndpoint', issuer, lifetimeMs: parseDurationMs(tokenLifetime) ?? 0, keys };
}
