import type { CompiledRedis } from '#api/compiled/contract.ts';
import type { ApiGateway, ApiGatewayRedis } from '#api/generated/apigateway.ts';
import { keyOf } from '#api/object.ts';
import type { MaterialRef } from '../world/materials.ts';
import { resolveMaterial, valueIn } from '../world/reference-problems.ts';
import { redisCaRefOf, redisCredentialRefOf, sentinelCredentialRefOf } from '../world/references.ts';
import type { World } from '../world/world.ts';
import type { Problem } from './outcome.ts';
import { parseDurationMs } from './quantity.ts';

/** Why `spec.redis` cannot be as it is, whatever it refers to. */
export function redisProblem({ spec: { redis } }: ApiGateway): Problem | undefined {
  if (redis === undefined) return undefined;
  const bad = addressesOf(redis).find(({ port }) => port < 1 || port > 65_535);
  if (bad !== undefined) {
    return { reason: 'InvalidValue', message: `spec.redis names the port ${bad.port}: ports go from 1 to 65535` };
  }
  const timeout = parseDurationMs(redis.timeout);
  if (timeout !== undefined && timeout >= 1 && timeout <= 1000) return undefined;
  return { reason: 'InvalidValue', message: `spec.redis.timeout "${redis.timeout}" must be between 1ms and 1s` };
}

/** Where the pods count together; undefined: each for itself. */
export function compileRedis(gateway: ApiGateway, world: World): CompiledRedis | Problem | undefined {
  const { redis, replicas, workers } = gateway.spec;
  if (redis === undefined) return undefined;
  const login = loginOf(world, 'spec.redis.credentialRef', redisCredentialRefOf(gateway));
  if ('reason' in login) return login;
  const sentinelLogin = loginOf(world, 'spec.redis.sentinel.credentialRef', sentinelCredentialRefOf(gateway));
  if ('reason' in sentinelLogin) return sentinelLogin;
  const tls = tlsOf(gateway, world);
  if ('reason' in tls) return tls;
  return {
    addresses: addressesOf(redis),
    ...(redis.sentinel === undefined ? {} : { sentinel: { masterName: redis.sentinel.masterName, ...sentinelLogin } }),
    ...tls,
    ...login,
    keyPrefix: redis.keyPrefix ?? `simpul:${keyOf(gateway)}:`,
    timeoutMs: parseDurationMs(redis.timeout) ?? 0,
    pods: Math.max(1, replicas) * workers,
  };
}

function addressesOf({ address, sentinel }: ApiGatewayRedis): CompiledRedis['addresses'] {
  return (address === undefined ? (sentinel?.addresses ?? []) : [address]).map((text) => {
    const colon = text.lastIndexOf(':');
    const host = text.slice(0, colon).replace(/^\[(.*)\]$/, '$1');
    return { host, port: Number(text.slice(colon + 1)) };
  });
}

function loginOf(
  world: World,
  field: string,
  ref: MaterialRef | undefined,
): Pick<CompiledRedis, 'username' | 'password'> | Problem {
  if (ref === undefined) return {};
  const material = resolveMaterial(world, field, ref);
  if ('reason' in material) return material;
  const password = valueIn(material, 'password', field, ref);
  if ('reason' in password) return password;
  const username = trimmed(material.text('username') ?? '');
  return { ...(username === '' ? {} : { username }), password: trimmed(password.text) };
}

function tlsOf(gateway: ApiGateway, world: World): Pick<CompiledRedis, 'tls'> | Problem {
  const tls = gateway.spec.redis?.tls;
  if (tls === undefined) return {};
  const serverName = tls.serverName === undefined ? {} : { serverName: tls.serverName };
  const ref = redisCaRefOf(gateway);
  if (ref === undefined) return { tls: serverName };
  const field = 'spec.redis.tls.caRef';
  const material = resolveMaterial(world, field, ref);
  if ('reason' in material) return material;
  const ca = valueIn(material, tls.caRef?.key ?? '', field, ref);
  return 'reason' in ca ? ca : { tls: { ca: ca.text, ...serverName } };
}

/** Without the line end that editors and `echo` leave behind. */
function trimmed(text: string): string {
  return text.replace(/\r?\n$/, '');
}
