/** A Kubernetes condition as our kinds carry it; a list of them is keyed by `type` and sorted by it. */
export interface Condition {
  readonly type: string;
  readonly status: ConditionStatus;
  readonly reason: string;
  readonly message: string;
  /** RFC 3339, UTC, whole seconds; moves only when `status` moves. */
  readonly lastTransitionTime: string;
  /** Generation of the spec that was observed. */
  readonly observedGeneration: number;
}

export type ConditionStatus = 'True' | 'False' | 'Unknown';

/** The condition of `type`, when there is one: of our kinds, or of any other that follows the same convention. */
export function conditionOf<C extends { readonly type: string }>(
  conditions: readonly C[] | undefined,
  type: string,
): C | undefined {
  return conditions?.find((condition) => condition.type === type);
}

/** A condition before it is merged: what is observed, without when. */
export type Observation = Omit<Condition, 'lastTransitionTime'>;

/**
 * Every condition type with its meaning, polarity and when it is present. `docs/conditions.md` is generated from here.
 * Abnormal-true conditions exist only while something is wrong.
 */
export const conditionTypes = {
  Ready:
    'Sums up the others: True when all that the object asks for is in force. Always present after the first visit.',
  Accepted: 'The spec is valid and its owner may have what it asks for. While False, the last good state serves on.',
  ResolvedRefs: 'Everything that the spec refers to exists and may be used.',
  Approved: 'Owners have agreed where agreement is needed: to a Subscription, or to publishing an ApiService.',
  Programmed:
    'Every gateway that was ready has acknowledged this generation. Sticky: a gateway that joins later never clears it.',
  LimitsShared:
    'All pods of an ApiGateway count limits together, in Redis. While False each allows its share, or counts for itself. Does not affect Ready.',
  StateRolledBack:
    'Abnormal-true: etcd was restored to an older state. What was revoked in the 24 hours before stays refused until spec.stateConfirmedAt of the ApiGateway says that the state may count.',
  Autoscaled: 'The load decides how many pods an ApiGateway has. Only with spec.autoscaling. Does not affect Ready.',
  Exposed:
    'A controller of the cluster brings callers from outside to an ApiGateway. Only with spec.expose. Does not affect Ready.',
  Warning: 'Abnormal-true: it works, but not as somebody might expect; the message says how. Does not affect Ready.',
  ReconcileFailed: 'Abnormal-true: the operator could not finish and tries again by itself; its log has the cause.',
} as const;

export type ConditionType = keyof typeof conditionTypes;

/** Every reason with its meaning and what helps. One vocabulary for all kinds; a reason is never reused for something else. */
export const reasons = {
  // Good, or on the way.
  Succeeded: 'All checks passed.',
  Accepted: 'The spec is valid.',
  ResolvedRefs: 'All references are resolved.',
  Approved: 'Agreed to, or no agreement is needed.',
  Programmed: 'Every gateway that was ready serves it.',
  LimitsShared: 'All gateway pods count limits together, and a restart of Redis forgets nothing.',
  Autoscaled: 'The number of pods follows all that spec.autoscaling names.',
  Exposed: 'A controller has taken up what spec.expose made; the message says where callers come in.',
  Progressing: 'The operator has seen it and is at work.',
  Pending: 'Gateways have not acknowledged yet; the message counts them.',
  // Waiting for somebody.
  NoGateways: 'No gateway pod is ready, so nobody can serve it. Look at the ApiGateway and its pods.',
  PendingApproval: 'The owner has not decided yet. An Approval in the namespace of the ApiService unlocks it.',
  Rejected: 'The owner said no. The Approval holds the reason.',
  PolicyMissing:
    'An admission policy of the installation is not there, or does not deny; the message names it. Install it. An Approval that was written meanwhile does not count: create it again.',
  StateRolledBack:
    'Gateway pods saw that etcd was restored to an older state. Revoke again what must stay revoked, then set spec.stateConfirmedAt to the time that the message names.',
  // Who may.
  TenantNotFound: 'The namespace belongs to no accepted Tenant. Create the Tenant, or use its namespace.',
  TenantNotAllowed: 'The referenced side does not admit this Tenant. Ask its owner.',
  NamespaceReserved: 'The namespace is reserved for the cluster or the installation. Choose another.',
  NamespaceNotOwned:
    'The namespace exists without the label simpul.id/tenant of this Tenant. Its owner adds the label, or the Tenant takes another.',
  NamespaceInUse: 'Another Tenant has this namespace.',
  NamespaceChanged: 'A Tenant keeps its namespace for life. Put the old one back, or create another Tenant.',
  ClaimConflict: 'Another Tenant has an overlapping claim on a host or path. Agree with it, or claim something else.',
  HostNotClaimed: 'The Tenant does not claim a host that the ApiService names.',
  PathNotClaimed: 'The Tenant does not claim the base path, which a host-less ApiService needs.',
  RouteConflict: 'Another ApiService answers on the same host and base path. Choose another, or remove that one.',
  NotVisible: 'The ApiService is not visible to this Tenant. Ask its owner.',
  ApiNotPublished: 'The ApiService is a Draft: only Subscriptions of its own namespace may call it.',
  ApiDeprecated: 'The ApiService is deprecated and takes no new Subscriptions. Use its successor.',
  ApiRetired: 'The ApiService is retired. Use its successor.',
  // What is wrong.
  InvalidDefinition: 'The OpenAPI document cannot be used; the message says where and why.',
  DefinitionTooLarge: 'The definition does not fit into one compiled object. Split it into several APIs.',
  InvalidValue: 'A value is not what the field needs; the message says which and why.',
  InvalidExpression: 'An expression cannot be compiled; the message says at which character and why.',
  BackendNotAllowed:
    'A backend address is one that the gateway refuses to reach. Use another, or have backendAccess allow it.',
  SelfReference: 'The object refers to itself.',
  NameTooLong: 'A name that has to be made from this one would be too long. Use a shorter one.',
  GatewayNotFound: 'No such ApiGateway.',
  KeyManagerNotFound: 'No such KeyManager.',
  ApiNotFound: 'No such ApiService.',
  SubscriptionNotFound: 'No such Subscription.',
  PlanNotFound: 'The ApiService has no such plan.',
  PlanRequired: 'The ApiService has plans, and the Subscription names none.',
  SecretNotFound: 'No such Secret.',
  SecretNotAllowed: 'The Secret has another type, or a Subscription owns it.',
  SecretKeyMissing: 'The Secret lacks the key that is named.',
  InvalidSecret: 'The content of the Secret is not what it must be; the message says what is wrong, never a value.',
  InvalidCertificate:
    'A certificate or key cannot be used: it is no PEM, or the key belongs to another certificate; the message says which.',
  CertificateExpiring:
    'A certificate of a listener expires within 21 days; the message names its Secret. Write a new one into it.',
  CertificateExpired:
    'A certificate of a listener has expired, so callers refuse it; the message names its Secret. Write a new one into it.',
  CertManagerMissing:
    'A listener asks cert-manager for its certificate, and the cluster has no cert-manager. Install it, or remove `tls.issue` and write the Secret yourself.',
  ImageNotPulled:
    'Nodes cannot get the image of gateway pods; the message says which, and what the runtime says. Pods that run serve on.',
  ConfigMapNotFound: 'No such ConfigMap.',
  ConfigMapKeyMissing: 'The ConfigMap lacks the key that is named.',
  DefinitionNotFetched:
    'The operator does not have the document at `spec.definition.openApi.url` yet; the message says what it found there. It tries again.',
  ReferenceNotReadable:
    'The operator cannot read Secrets and ConfigMaps in that namespace. An administrator binds the ClusterRole simpul-operator-references to it there.',
  SecretConflict:
    'A Secret of the name that is needed exists and belongs to somebody else. Rename the credential, or remove the Secret.',
  WeakCredential: 'A brought key has fewer than 32 printable characters, or fewer than 10 distinct ones.',
  CredentialInUse: 'Another credential has the same key already and keeps it.',
  RefusedByGateway: 'A gateway could not load it; its last good version serves on. This is a defect: report it.',
  FaultInjectionActive: 'A drill is on: calls are held up or refused on purpose; the message says until when.',
  FaultInjectionOver: 'A drill has ended and nothing of it holds any more: remove `spec.faultInjection`.',
  CeilingApplied:
    'A value is above a ceiling of the Tenant or the ApiGateway and is cut to it; the message says which.',
  BodiesNotLogged: 'The ApiService asks for bodies in the log, and an ApiGateway does not permit it.',
  VolatileQuota:
    'A Day or Month limit counts in the memory of each gateway pod, so a restart forgets it. Give the ApiGateway a Redis.',
  VolatileRedis:
    'Redis counts, but keeps nothing over a restart, or may evict: set `appendonly yes` and `maxmemory-policy noeviction`.',
  CountsLocally:
    'The ApiGateway has no Redis, so each of its pods counts limits and usage for itself, and a restart forgets both.',
  RedisUnavailable: 'Pods cannot use Redis and allow only their share of the limits; the message says why.',
  MetricUnavailable:
    'The cluster does not measure what spec.autoscaling names, so the number of pods does not follow it; the message says what is missing. Or there is no cluster (`simpul dev`).',
  ExposureUnavailable:
    'The cluster does not know the kind that spec.expose names: install what brings it, or choose another. Or there is no cluster (`simpul dev`).',
  ExposurePending:
    'No controller has taken up what spec.expose made. Is there one for the class, Gateway or router that it names?',
  ExposureRefused: 'The controller refuses what spec.expose made; the message is its own.',
  PlainTextIssuer:
    'A provider is called by plain http, so whoever can change what is on the way can make tokens good. Use https.',
  ReconcileFailed: 'Something outside failed; the operator tries again.',
} as const satisfies Record<string, string>;

export type Reason = keyof typeof reasons;
