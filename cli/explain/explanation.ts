import { type Condition, reasons } from '#api/conditions.ts';
import type { ApiGateway } from '#api/generated/apigateway.ts';
import type { ApiService } from '#api/generated/apiservice.ts';
import type { Approval } from '#api/generated/approval.ts';
import type { Subscription } from '#api/generated/subscription.ts';
import type { Tenant } from '#api/generated/tenant.ts';
import type { SimpulKindName } from '#api/kinds.ts';
import { idOf, keyOf } from '#api/object.ts';
import { refId } from '#operator/world/routes.ts';
import { currentReady, type Observed } from '../dev/observed.ts';
import { describe } from '../manifests/judge.ts';
import { referencesOf } from './references.ts';

/** Everything that there is, by kind and id. */
export type Inventory = ReadonlyMap<SimpulKindName, ReadonlyMap<string, Observed>>;

/** How one object stands, as text: conditions, what they mean, what it refers to, who waits, what to do. */
export function explain(object: Observed, inventory: Inventory): string {
  const parts = [headline(object), section('Conditions', conditionLines(object))];
  parts.push(section('Refers to', referenceLines(object, inventory)));
  parts.push(section('Requests', requestLines(object)));
  parts.push(section('Approvals', approvalLines(object, inventory)));
  parts.push(section('Gateways', gatewayLines(object, inventory)));
  parts.push(section('What to do', todoLines(object, inventory)));
  return parts.filter((part) => part !== '').join('\n\n');
}

function section(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : [`${title}:`, ...lines.map((line) => `  ${line}`)].join('\n');
}

function headline(object: Observed): string {
  const ready = currentReady(object);
  if (ready?.status === 'True') return `${describe(object)} is ready.`;
  if (ready === undefined) return `${describe(object)}: the operator has not looked at this version of it yet.`;
  const word = ready.status === 'False' ? 'is not ready' : 'is not ready yet';
  return `${describe(object)} ${word}: ${ready.reason}.\n${ready.message}`;
}

function conditionLines({ status, metadata }: Observed): string[] {
  return (status?.conditions ?? []).flatMap((condition) => {
    const { type, status: value, reason, message, lastTransitionTime, observedGeneration } = condition;
    const stale = observedGeneration < (metadata.generation ?? 0) ? ' (of an older version of the spec)' : '';
    const line = `${type}=${value} since ${lastTransitionTime}: ${reason}${stale}`;
    return isGood(condition) ? [line] : [line, `  ${message}`, `  ${reason} means: ${meaningOf(reason)}`];
  });
}

function isGood({ type, status }: Condition): boolean {
  const abnormalTrue = type === 'Warning' || type === 'ReconcileFailed';
  return status === (abnormalTrue ? 'False' : 'True');
}

function meaningOf(reason: string): string {
  return (reasons as Readonly<Record<string, string>>)[reason] ?? 'Nothing more is known about it.';
}

function referenceLines(object: Observed, inventory: Inventory): string[] {
  return referencesOf(object).map(({ kind, id, field }) => {
    return `${kind} ${id} (${field}): ${standingOf(inventory.get(kind)?.get(id))}`;
  });
}

function standingOf(object: Observed | undefined): string {
  if (object === undefined) return 'does not exist, or you may not see it';
  const ready = currentReady(object);
  if (ready?.status === 'True') return 'ready';
  return ready === undefined ? 'not looked at yet' : `not ready: ${ready.reason}: ${ready.message}`;
}

function requestLines(object: Observed): string[] {
  if (object.kind !== 'Subscription') return [];
  const { apis = [], credentials = [] } = (object as Subscription).status ?? {};
  return [
    ...apis.map(({ namespace, name, plan, state, message }) => {
      return line(
        `ApiService ${idOf(namespace, name)}${plan === undefined ? '' : `, plan ${plan}`}: ${state}`,
        message,
      );
    }),
    ...credentials.map(({ name, secretName, state, message }) => {
      return line(`credential ${name} (Secret ${secretName}): ${state}`, message);
    }),
  ];
}

function line(head: string, message: string | undefined): string {
  return message === undefined ? head : `${head}: ${message}`;
}

/** Decisions that speak of this object; for an ApiService also the requests that wait for its owner. */
function approvalLines(object: Observed, inventory: Inventory): string[] {
  const approvals = ofKind<Approval>('Approval', inventory).filter((approval) => isAbout(approval, object));
  const decided = approvals.map((approval) => {
    const { decision, reason, subscriptionRef } = approval.spec;
    const what = subscriptionRef === undefined ? 'publishing' : `Subscription ${refId(subscriptionRef, approval)}`;
    const why = reason === undefined ? '' : ` (${reason})`;
    return `${keyOf(approval)}: ${decision} ${what}${why}: ${standingOf(approval)}`;
  });
  return [...decided, ...waitingFor(object, inventory)];
}

function isAbout(approval: Approval, object: Observed): boolean {
  const { subscriptionRef, apiRef } = approval.spec;
  const id = keyOf(object);
  if (object.kind === 'ApiService') return idOf(approval.metadata.namespace ?? '', apiRef.name) === id;
  return object.kind === 'Subscription' && subscriptionRef !== undefined && refId(subscriptionRef, approval) === id;
}

function waitingFor(object: Observed, inventory: Inventory): string[] {
  if (object.kind !== 'ApiService') return [];
  return ofKind<Subscription>('Subscription', inventory).flatMap((subscription) =>
    (subscription.status?.apis ?? [])
      .filter(({ namespace, name, state }) => state === 'PendingApproval' && idOf(namespace, name) === keyOf(object))
      .map(({ plan }) => `Subscription ${keyOf(subscription)} waits for a decision on plan ${plan}`),
  );
}

function gatewayLines(object: Observed, inventory: Inventory): string[] {
  if (object.kind === 'ApiGateway') {
    const { compiledNamespace = 'none yet', readyGateways = 0 } = (object as ApiGateway).status ?? {};
    return [`${readyGateways} pods are ready; compiled objects lie in namespace ${compiledNamespace}`];
  }
  if (object.kind !== 'ApiService') return [];
  const late = ((object as ApiService).status?.gateways ?? []).map(
    ({ gateway, acknowledged, expected, laggards = [] }) => {
      const names = laggards.length === 0 ? '' : `, not yet: ${laggards.join(', ')}`;
      return `${gateway}: ${acknowledged} of ${expected} pods serve it${names}`;
    },
  );
  const fleets = (object as ApiService).spec.gatewayRefs.flatMap((ref) => {
    const gateway = inventory.get('ApiGateway')?.get(refId(ref, object)) as ApiGateway | undefined;
    return gateway === undefined ? [] : [`${keyOf(gateway)}: ${gateway.status?.readyGateways ?? 0} pods are ready`];
  });
  return late.length > 0 ? late : fleets;
}

/** The next step, and who takes it. */
function todoLines(object: Observed, inventory: Inventory): string[] {
  const ready = currentReady(object);
  if (ready?.status === 'True') return [];
  if (ready === undefined)
    return ['Wait a moment. If this stays, the operator does not run: look at its pods and its log.'];
  const culprits = referencesOf(object).filter(({ kind, id }) => {
    const found = inventory.get(kind)?.get(id);
    return found !== undefined && currentReady(found)?.status !== 'True';
  });
  return [
    meaningOf(ready.reason),
    ...owners(object, ready.reason, inventory),
    ...(ready.reason === 'PendingApproval' ? approvalToWrite(object) : []),
    ...culprits.map(({ kind, id }) => `Look at what it needs: simpul explain ${kind.toLowerCase()}/${id}`),
  ];
}

/** Whose decision it is, in the words of the Tenant that owns the namespace. */
function owners(object: Observed, reason: string, inventory: Inventory): string[] {
  if (reason !== 'PendingApproval' && reason !== 'Rejected' && reason !== 'NotVisible') return [];
  const namespaces = new Set(
    object.kind === 'Subscription'
      ? ((object as Subscription).status?.apis ?? [])
          .filter(({ state }) => state !== 'Active')
          .map(({ namespace }) => namespace)
      : [object.metadata.namespace ?? ''],
  );
  return ofKind<Tenant>('Tenant', inventory)
    .filter(({ status }) => namespaces.has(status?.namespace ?? ''))
    .map(({ metadata, spec }) => {
      const approvers = (spec.members ?? []).filter(({ role }) => role === 'Approver' || role === 'Admin');
      const people = approvers.map(({ kind, name }) => `${kind} ${name}`).join(', ');
      return `Tenant ${metadata.name} (${spec.displayName}) decides${people === '' ? '' : `: ${people}`}.`;
    });
}

/** The Approval that would unlock it, ready to apply by somebody who may. */
function approvalToWrite(object: Observed): string[] {
  const subscription = object as Subscription;
  const [pending] =
    object.kind === 'Subscription'
      ? (subscription.status?.apis ?? []).filter(({ state }) => state === 'PendingApproval')
      : [{ namespace: object.metadata.namespace ?? '', name: object.metadata.name, plan: undefined }];
  if (pending === undefined) return [];
  const { namespace, name: me } = object.metadata;
  const ref = object.kind === 'Subscription' ? [`  subscriptionRef: { name: ${me}, namespace: ${namespace} }`] : [];
  return [
    'An Approval like this one unlocks it:',
    '',
    'apiVersion: simpul.id/v1alpha1',
    'kind: Approval',
    `metadata: { name: ${`${me}-${pending.name}`.slice(0, 253)}, namespace: ${pending.namespace} }`,
    'spec:',
    ...ref,
    `  apiRef: { name: ${pending.name} }`,
    ...(pending.plan === undefined ? [] : [`  plan: ${pending.plan}`]),
    '  decision: Approved',
  ];
}

function ofKind<T extends Observed>(kind: SimpulKindName & T['kind'], inventory: Inventory): T[] {
  return [...(inventory.get(kind)?.values() ?? [])] as T[];
}
