import type { ApiService } from '#api/generated/apiservice.ts';
import type { Approval } from '#api/generated/approval.ts';
import type { Subscription } from '#api/generated/subscription.ts';
import type { SimpulKindName } from '#api/kinds.ts';
import type { KubeObject } from '#api/object.ts';
import { idOf } from '#api/object.ts';
import { refId } from '#operator/world/routes.ts';

/** One object that another names. */
export interface Reference {
  readonly kind: SimpulKindName;
  readonly id: string;
  /** Field that names it. */
  readonly field: string;
}

/** Everything of our kinds that `object` names, in the order of its fields. */
export function referencesOf(object: KubeObject): Reference[] {
  switch (object.kind) {
    case 'ApiService':
      return ofApiService(object as ApiService);
    case 'Subscription':
      return ofSubscription(object as Subscription);
    case 'Approval':
      return ofApproval(object as Approval);
    default:
      return [];
  }
}

function ofApiService(api: ApiService): Reference[] {
  const { gatewayRefs, authentication, deprecation } = api.spec;
  const successor = deprecation?.successorRef;
  return [
    ...gatewayRefs.map((ref, i): Reference => reference('ApiGateway', refId(ref, api), `spec.gatewayRefs[${i}]`)),
    ...(authentication.keyManagerRefs ?? []).map((ref, i) =>
      reference('KeyManager', refId(ref, api), `spec.authentication.keyManagerRefs[${i}]`),
    ),
    ...(successor ? [reference('ApiService', refId(successor, api), 'spec.deprecation.successorRef')] : []),
  ];
}

function ofSubscription(subscription: Subscription): Reference[] {
  return subscription.spec.apis.map((ref, i) => reference('ApiService', refId(ref, subscription), `spec.apis[${i}]`));
}

function ofApproval(approval: Approval): Reference[] {
  const { subscriptionRef, apiRef } = approval.spec;
  const api = reference('ApiService', idOf(approval.metadata.namespace ?? '', apiRef.name), 'spec.apiRef');
  if (subscriptionRef === undefined) return [api];
  return [api, reference('Subscription', refId(subscriptionRef, approval), 'spec.subscriptionRef')];
}

function reference(kind: SimpulKindName, id: string, field: string): Reference {
  return { kind, id, field };
}
