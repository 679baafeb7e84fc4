import { coreKinds, type ResourceKind } from '#api/kinds.ts';
import { checkLabelName, checkPathSegmentName, checkServiceName, checkSubdomainName } from '#kube/schema/names.ts';
import { type ObjectSchema, withMetadata } from '#kube/schema/object-schema.ts';
import type { StructuralSchema } from '#kube/schema/structural-schema.ts';

/**
 * What the store knows about Kubernetes' own kinds: enough to merge them as the API server does and to refuse unknown
 * fields where we know them all. Where a part is open (`anything`), its fields are kept and merged one by one.
 */

const text: StructuralSchema = { type: 'string' };
const flag: StructuralSchema = { type: 'boolean' };
const whole: StructuralSchema = { type: 'integer' };
const intOrText: StructuralSchema = { 'x-kubernetes-int-or-string': true };
const anything: StructuralSchema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
const textMap: StructuralSchema = { type: 'object', additionalProperties: text };

function object(properties: Record<string, StructuralSchema>, required: readonly string[] = []): StructuralSchema {
  return { type: 'object', properties, ...(required.length === 0 ? {} : { required }) };
}

/** An object of which only the fields with merge rules are listed. */
function open(properties: Record<string, StructuralSchema>): StructuralSchema {
  return { type: 'object', properties, 'x-kubernetes-preserve-unknown-fields': true };
}

function listOf(items: StructuralSchema): StructuralSchema {
  return { type: 'array', items, 'x-kubernetes-list-type': 'atomic' };
}

function keyed(keys: readonly string[], items: StructuralSchema): StructuralSchema {
  return { type: 'array', items, 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': keys };
}

function atomic(schema: StructuralSchema): StructuralSchema {
  return { ...schema, 'x-kubernetes-map-type': 'atomic' };
}

const conditions = keyed(['type'], open({ type: text }));
const reference = { apiVersion: text, kind: text, name: text, namespace: text, uid: text };
const objectReference = atomic(object({ ...reference, resourceVersion: text, fieldPath: text }));
const labelSelector = atomic(anything);

const namespace = object({
  spec: object({ finalizers: listOf(text) }),
  status: object({ phase: text, conditions }),
});

const secret = object({
  data: textMap,
  stringData: textMap,
  type: text,
  immutable: flag,
});

const configMap = object({ data: textMap, binaryData: textMap, immutable: flag });

const lease = object({
  spec: object({
    holderIdentity: text,
    leaseDurationSeconds: { type: 'integer', minimum: 1 },
    acquireTime: text,
    renewTime: text,
    leaseTransitions: { type: 'integer', minimum: 0 },
    strategy: text,
    preferredHolder: text,
  }),
});

const event = object({
  action: text,
  deprecatedCount: whole,
  deprecatedFirstTimestamp: { ...text, nullable: true },
  deprecatedLastTimestamp: { ...text, nullable: true },
  deprecatedSource: object({ component: text, host: text }),
  eventTime: { ...text, nullable: true },
  note: text,
  reason: text,
  regarding: objectReference,
  related: objectReference,
  reportingController: text,
  reportingInstance: text,
  series: object({ count: whole, lastObservedTime: text }),
  type: text,
});

const policyRule = object({
  apiGroups: listOf(text),
  nonResourceURLs: listOf(text),
  resourceNames: listOf(text),
  resources: listOf(text),
  verbs: listOf(text),
});

const roleBinding = object(
  {
    roleRef: atomic(object({ apiGroup: text, kind: text, name: text }, ['kind', 'name'])),
    subjects: listOf(atomic(object({ apiGroup: text, kind: text, name: text, namespace: text }, ['kind', 'name']))),
  },
  ['roleRef'],
);

const serviceAccount = object({
  automountServiceAccountToken: flag,
  imagePullSecrets: listOf(atomic(object({ name: text }))),
  secrets: keyed(['name'], objectReference),
});

const servicePort = object({
  name: text,
  protocol: { ...text, default: 'TCP' },
  appProtocol: text,
  port: { type: 'integer', minimum: 1, maximum: 65535 },
  targetPort: intOrText,
  nodePort: whole,
});

const service = object({
  spec: open({ ports: keyed(['port', 'protocol'], servicePort), selector: atomic(textMap) }),
  status: anything,
});

const container = open({
  name: text,
  env: keyed(['name'], open({ name: text })),
  ports: keyed(['containerPort', 'protocol'], open({ protocol: { ...text, default: 'TCP' } })),
  volumeMounts: keyed(['mountPath'], open({ mountPath: text })),
});

const podSpec = open({
  containers: keyed(['name'], container),
  initContainers: keyed(['name'], container),
  volumes: keyed(['name'], open({ name: text })),
  imagePullSecrets: keyed(['name'], object({ name: text })),
  topologySpreadConstraints: keyed(['topologyKey', 'whenUnsatisfiable'], anything),
  tolerations: listOf(anything),
  nodeSelector: atomic(textMap),
});

const deployment = object({
  spec: open({ selector: labelSelector, template: withMetadata(object({ spec: podSpec })) }),
  status: open({ conditions }),
});

const admissionPolicy = object({ spec: open({}), status: open({ conditions }) });

/** Schemas of all kinds in `coreKinds`. */
export const coreSchemas: readonly ObjectSchema[] = [
  core(coreKinds.Namespace, namespace, { statusSubresource: true, checkName: checkLabelName }),
  core(coreKinds.Secret, secret),
  core(coreKinds.ConfigMap, configMap),
  core(coreKinds.Service, service, { statusSubresource: true, checkName: checkServiceName }),
  core(coreKinds.ServiceAccount, serviceAccount),
  core(coreKinds.Event, event),
  core(coreKinds.Lease, lease),
  core(coreKinds.Deployment, deployment, { statusSubresource: true, countsGeneration: true }),
  core(coreKinds.Role, object({ rules: listOf(policyRule) }), { checkName: checkPathSegmentName }),
  core(coreKinds.RoleBinding, roleBinding, { checkName: checkPathSegmentName }),
  core(coreKinds.ValidatingAdmissionPolicy, admissionPolicy, { statusSubresource: true, countsGeneration: true }),
  core(coreKinds.ValidatingAdmissionPolicyBinding, object({ spec: open({}) }), { countsGeneration: true }),
  core(coreKinds.CustomResourceDefinition, object({ spec: open({}), status: open({ conditions }) }), {
    statusSubresource: true,
    countsGeneration: true,
  }),
];

function core(kind: ResourceKind, schema: StructuralSchema, traits: Partial<ObjectSchema> = {}): ObjectSchema {
  const usual = { statusSubresource: false, countsGeneration: false, checkName: checkSubdomainName };
  return { ...usual, ...traits, kind, schema: withMetadata(schema) };
}
