import type { SimpulKindName } from '#api/kinds.ts';
import type { Result } from '../runtime/controller.ts';
import { apiGatewayController } from './api-gateway/controller.ts';
import { apiServiceController } from './api-service/controller.ts';
import { approvalController } from './approval/controller.ts';
import type { Environment } from './environment.ts';
import { keyManagerController } from './key-manager/controller.ts';
import { reconcile } from './reconciler.ts';
import { subscriptionController } from './subscription/controller.ts';
import { tenantController } from './tenant/controller.ts';

/** Reconciles one object of a kind. */
export type Reconcile = (env: Environment, id: string, signal: AbortSignal) => Promise<Result>;

/**
 * All kinds in the order in which a new leader looks at them for the first time. Each finds decided what it refers to:
 * a Tenant's claims before the ApiServices that need them, ApiServices before the Subscriptions to them.
 */
export const controllers: readonly { readonly kind: SimpulKindName; readonly reconcile: Reconcile }[] = [
  { kind: 'ApiGateway', reconcile: (env, id, signal) => reconcile(apiGatewayController, env, id, signal) },
  { kind: 'Tenant', reconcile: (env, id, signal) => reconcile(tenantController, env, id, signal) },
  { kind: 'KeyManager', reconcile: (env, id, signal) => reconcile(keyManagerController, env, id, signal) },
  { kind: 'Approval', reconcile: (env, id, signal) => reconcile(approvalController, env, id, signal) },
  { kind: 'ApiService', reconcile: (env, id, signal) => reconcile(apiServiceController, env, id, signal) },
  { kind: 'Subscription', reconcile: (env, id, signal) => reconcile(subscriptionController, env, id, signal) },
];
