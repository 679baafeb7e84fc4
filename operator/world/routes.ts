import type { ApiService } from '#api/generated/apiservice.ts';
import type { ObjectMeta } from '#api/object.ts';
import { idOf } from '#api/object.ts';

/** A reference as users write it: an empty namespace is the referring object's own. */
export interface Ref {
  readonly name: string;
  readonly namespace: string;
}

/** Id of what `ref` names, seen from `from`. */
export function refId(ref: Ref, from: { readonly metadata: ObjectMeta }): string {
  return idOf(ref.namespace === '' ? (from.metadata.namespace ?? '') : ref.namespace, ref.name);
}

/**
 * What an ApiService asks for on its gateways, one entry for each gateway and host: `<gateway id> <host> <base path>`.
 * Host-less ones carry an empty host. Two ApiServices with one entry in common cannot both be served.
 */
export function routesOf(api: ApiService): string[] {
  const hosts = api.spec.hosts === undefined || api.spec.hosts.length === 0 ? [''] : api.spec.hosts;
  return api.spec.gatewayRefs.flatMap((ref) => hosts.map((host) => `${refId(ref, api)} ${host} ${api.spec.basePath}`));
}
