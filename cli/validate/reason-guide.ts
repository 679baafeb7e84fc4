import type { Reason } from '#api/conditions.ts';

interface Guide {
  /** Where in the object it is, when the message does not begin with a field. */
  readonly field?: string;
  /**
   * Something outside of these files decides, or a person: to be told, no error. `error` is what the files alone prove.
   */
  readonly severity: 'error' | 'note';
}

const error = (field?: string): Guide => ({ severity: 'error', ...(field === undefined ? {} : { field }) });
const note = (field?: string): Guide => ({ severity: 'note', ...(field === undefined ? {} : { field }) });

/** What a reason means for files that lie on a disk. Reasons that only a running system gives are not listed. */
const guides: Partial<Record<Reason, Guide>> = {
  TenantNotFound: note('metadata.namespace'),
  TenantNotAllowed: error('spec.gatewayRefs'),
  NamespaceReserved: error('spec.namespace'),
  NamespaceNotOwned: error('spec.namespace'),
  NamespaceInUse: error('spec.namespace'),
  ClaimConflict: error('spec'),
  HostNotClaimed: error('spec.hosts'),
  PathNotClaimed: error('spec.basePath'),
  RouteConflict: error('spec.basePath'),
  NotVisible: error('spec.apis'),
  ApiNotPublished: error('spec.apis'),
  ApiDeprecated: error('spec.apis'),
  ApiRetired: error('spec.apis'),
  InvalidValue: error('spec'),
  InvalidExpression: error('spec.limits'),
  BackendNotAllowed: error('spec.backend.endpoints'),
  SelfReference: error('spec.deprecation.successorRef'),
  NameTooLong: error('metadata.name'),
  GatewayNotFound: note('spec.gatewayRefs'),
  KeyManagerNotFound: note('spec.authentication.keyManagerRefs'),
  ApiNotFound: note('spec.apiRef'),
  SubscriptionNotFound: note('spec.subscriptionRef'),
  PlanNotFound: error('spec.apis'),
  PlanRequired: error('spec.apis'),
  SecretNotFound: note('spec.credentials'),
  SecretNotAllowed: error('spec.credentials'),
  SecretKeyMissing: error('spec.credentials'),
  InvalidSecret: error('spec'),
  InvalidCertificate: error('spec'),
  ConfigMapNotFound: note('spec'),
  ConfigMapKeyMissing: error('spec'),
  DefinitionNotFetched: note('spec.definition.openApi.url'),
  SecretConflict: error('spec.credentials'),
  WeakCredential: error('spec.credentials'),
  CredentialInUse: error('spec.credentials'),
  PendingApproval: note('spec'),
  Rejected: note('spec'),
  PlainTextIssuer: note('spec.oidc'),
  CeilingApplied: note('spec'),
  FaultInjectionActive: note('spec.faultInjection'),
  FaultInjectionOver: note('spec.faultInjection'),
  VolatileQuota: note('spec'),
  CountsLocally: note('spec.redis'),
};

/** Where to point at and how grave it is. A field that the message itself names at its beginning goes first. */
export function guideFor(reason: string, message: string): Guide & { readonly field: string } {
  const guide = (guides as Readonly<Record<string, Guide | undefined>>)[reason] ?? error();
  const named = /^spec[\w.[\]-]*/.exec(message)?.[0];
  return { ...guide, field: named ?? guide.field ?? '' };
}
