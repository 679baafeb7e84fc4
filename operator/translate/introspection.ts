import type { CompiledIntrospection } from '#api/compiled/key-manager.ts';
import type { KeyManager } from '#api/generated/keymanager.ts';
import type { Material } from '../world/materials.ts';
import { resolveMaterial } from '../world/reference-problems.ts';
import { introspectionCredentialRefOf } from '../world/references.ts';
import type { World } from '../world/world.ts';
import type { Problem } from './outcome.ts';
import { parseDurationMs } from './quantity.ts';

type Introspection = NonNullable<KeyManager['spec']['introspection']>;

const longestCacheMs = 3_600_000;
const longestTimeoutMs = 10_000;
const field = 'spec.introspection.credentialRef';

/** Whether times and address can be used. */
export function introspectionProblem(introspection: Introspection | undefined): Problem | undefined {
  if (introspection === undefined) return undefined;
  const { url, cacheTtl, timeout } = introspection;
  if (!URL.canParse(url)) return invalid('spec.introspection.url is no URL that can be called');
  if ((parseDurationMs(cacheTtl) ?? Number.POSITIVE_INFINITY) > longestCacheMs) {
    return invalid(`spec.introspection.cacheTtl "${cacheTtl}" must be a duration of at most 1h, such as 30s`);
  }
  const timeoutMs = parseDurationMs(timeout) ?? 0;
  if (timeoutMs >= 1 && timeoutMs <= longestTimeoutMs) return undefined;
  return invalid(`spec.introspection.timeout "${timeout}" must be a duration between 1ms and 10s, such as 3s`);
}

function invalid(message: string): Problem {
  return { reason: 'InvalidValue', message };
}

/** What gateways need to ask, or why the Secret does not say it. */
export function compileIntrospection(
  keyManager: KeyManager,
  introspection: Introspection,
  world: World,
): Omit<CompiledIntrospection, 'contract' | 'kind' | 'id'> | Problem {
  const ref = introspectionCredentialRefOf(keyManager);
  const material = ref && resolveMaterial(world, field, ref);
  if (material === undefined) return { reason: 'SecretNotFound', message: `${field} names no Secret` };
  if ('reason' in material) return material;
  const authorization = authorizationOf(material);
  if (authorization === undefined) {
    const message = `${field}: Secret "${introspection.credentialRef.name}" holds no credential that can be sent: give username and password, or token`;
    return { reason: 'InvalidSecret', message };
  }
  const { url, audiences, applicationClaim, scopesClaim, cacheTtl, timeout, forwardToken } = introspection;
  return {
    type: 'Introspection',
    url,
    secretHeaders: { authorization },
    ...(audiences === undefined ? {} : { audiences: [...audiences].sort() }),
    ...(applicationClaim === undefined ? {} : { applicationClaim }),
    ...(scopesClaim === undefined ? {} : { scopesClaim }),
    cacheMs: parseDurationMs(cacheTtl) ?? 0,
    timeoutMs: parseDurationMs(timeout) ?? 0,
    forwardToken,
  };
}

function authorizationOf(material: Material): string | undefined {
  const [username = '', password = '', token = ''] = ['username', 'password', 'token'].map((key) =>
    textOf(material, key),
  );
  if (username !== '' && password !== '' && token === '') return basicOfClient(username, password);
  return username === '' && password === '' && /^[!-~]+$/.test(token) ? `Bearer ${token}` : undefined;
}

/** Authorization of a client: id and secret are encoded before they become Basic (RFC 6749, 2.3.1). */
export function basicOfClient(id: string, secret: string): string {
  return `Basic ${Buffer.from(`${formEncoded(id)}:${formEncoded(secret)}`).toString('base64')}`;
}

function formEncoded(text: string): string {
  return new URLSearchParams({ v: text }).toString().slice(2);
}

/** Without the line end that editors and `echo` leave behind. */
function textOf(material: Material, key: string): string {
  return (material.text(key) ?? '').replace(/\r?\n$/, '');
}
