import { canonicalJson, contentHashOf } from '#api/compiled/secret.ts';
import type { Condition } from '#api/conditions.ts';
import type { ResourceKind } from '#api/kinds.ts';
import { apiVersionOf, coreKinds, kindOf, simpulKinds } from '#api/kinds.ts';
import type { KubeObject, ObjectMeta } from '#api/object.ts';
import { keyOf } from '#api/object.ts';
import { CliError } from '../errors.ts';

/** Who wrote which fields; `kube/` drops it elsewhere, but an object that comes back without it belongs to whoever restored it. */
export interface ManagedFields {
  readonly manager?: string;
  readonly subresource?: string;
  readonly [field: string]: unknown;
}

/** An object exactly as the API server has it. */
export interface Stored extends KubeObject {
  readonly metadata: ObjectMeta & { readonly managedFields?: readonly ManagedFields[] };
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly status?: StoredStatus;
  readonly type?: string;
  readonly data?: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

export interface StoredStatus {
  readonly acceptedAt?: string;
  readonly conditions?: readonly Condition[];
  readonly [field: string]: unknown;
}

/**
 * Kinds in a backup, in the order in which they are written back: owners before what they own, and whatever is referred
 * to before what refers to it.
 */
const ranks: readonly ResourceKind[] = [
  simpulKinds.Tenant,
  coreKinds.Namespace,
  coreKinds.RoleBinding,
  coreKinds.ConfigMap,
  simpulKinds.ApiGateway,
  simpulKinds.KeyManager,
  simpulKinds.ApiService,
  simpulKinds.Subscription,
  coreKinds.Secret,
  simpulKinds.Approval,
];

/** SHA-256 of what an object says, hex: everything but metadata and status. Equal before and after a restore. */
export function checksumOf({ metadata: _metadata, status: _status, ...content }: Stored): string {
  return contentHashOf(canonicalJson(content));
}

/** `ApiService banten/situs`: also for messages. */
export function identityOf(object: Stored): string {
  return `${object.kind} ${keyOf(object)}`;
}

/** How the API server addresses a kind of {@link ranks}. */
export function addressOf(object: Stored): ResourceKind {
  const kind = kindOf(object);
  if (kind !== undefined && ranks.includes(kind)) return kind;
  throw new CliError('CLI_BACKUP', `a backup holds no ${object.kind} of ${object.apiVersion}`);
}

export function rankOf(object: Stored): number {
  return ranks.findIndex((kind) => kind.kind === object.kind && apiVersionOf(kind) === object.apiVersion);
}

/** Those that come first get first what only one may have. */
export function byRestoreOrder(a: Stored, b: Stored): number {
  return (
    rankOf(a) - rankOf(b) ||
    compare(a.status?.acceptedAt ?? '~', b.status?.acceptedAt ?? '~') ||
    compare(a.metadata.creationTimestamp ?? '~', b.metadata.creationTimestamp ?? '~') ||
    compare(keyOf(a), keyOf(b))
  );
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
