import { apiVersionOf, coreKinds, type ResourceKind } from '#api/kinds.ts';
import type { KubeObject } from '#api/object.ts';
import { dropManagedFields } from './managed-fields.ts';
import { protobufType, readSecretPage, readStatus } from './protobuf/messages.ts';
import { errorFromAnswer } from './status-error.ts';
import type { ListPage } from './store.ts';
import { StoreError } from './store-error.ts';
import type { Answer } from './transport.ts';

/** Lists of Secrets are the long ones. JSON is taken from a server that knows nothing else. */
export function listTypesOf(kind: ResourceKind): string {
  return kind === coreKinds.Secret ? `${protobufType}, application/json` : 'application/json';
}

/** One page of a list. Throws the StoreError that the answer stands for. */
export function readPage<T extends KubeObject>(kind: ResourceKind, answer: Answer): ListPage<T> {
  if (isProtobuf(answer)) {
    throwUnlessOk(answer);
    return readSecretPage<T>(answer.body);
  }
  const page = pageOf(kind, readJson<WireList<T>>(answer));
  return { ...page, size: { bytes: answer.body.length, objects: page.items.length } };
}

/** Throws the StoreError that the answer stands for. */
export function readJson<T>(answer: Answer): T {
  throwUnlessOk(answer);
  try {
    return JSON.parse(answer.body.toString()) as T;
  } catch (error) {
    throw new StoreError('Unreachable', 'the answer is not JSON', { status: answer.status, cause: error });
  }
}

export function throwUnlessOk(answer: Answer): void {
  if (answer.status >= 200 && answer.status < 300) return;
  throw errorFromAnswer(answer.status, textOf(answer), answer.retryAfterMs);
}

/** The body as text; a `Status` in protobuf as the JSON that it would be. */
export function textOf(answer: Answer): string {
  if (!isProtobuf(answer)) return answer.body.toString();
  return JSON.stringify(readStatus(answer.body));
}

function isProtobuf({ contentType }: Answer): boolean {
  return contentType.startsWith(protobufType);
}

interface WireList<T> {
  readonly items?: readonly T[] | null;
  readonly metadata: { readonly resourceVersion?: string; readonly continue?: string };
}

/** Items of a list carry no kind of their own in the core group: they get it here, so that all objects look alike. */
function pageOf<T extends KubeObject>(kind: ResourceKind, list: WireList<T>): ListPage<T> {
  const apiVersion = apiVersionOf(kind);
  const items = (list.items ?? []).map((item) =>
    dropManagedFields(item.kind === undefined ? { ...item, apiVersion, kind: kind.kind } : item),
  );
  const { resourceVersion = '', continue: next } = list.metadata;
  return next === undefined || next === '' ? { items, resourceVersion } : { items, resourceVersion, continue: next };
}
