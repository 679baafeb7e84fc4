import { GenerateError } from './generate-error.ts';

const prefix = '{{ include "simpul.clusterPrefix" . }}';

/** Names of cluster-scoped objects, which several installations of a cluster must not share. */
const clusterScoped = [
  'ClusterRole',
  'ClusterRoleBinding',
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionPolicyBinding',
];

/**
 * A file of `manifests/base/rights` as a template of the chart: its namespace is the release's, and what is
 * cluster-scoped is named after the release. ServiceAccounts, Roles and the Lease lie in the release's namespace, so
 * their names stay. The text is kept, with its comments.
 */
export function rightsTemplate(text: string, file: string): string {
  if (text.includes('{{')) throw new GenerateError(`${file}: "{{" would be read by Helm`);
  return text
    .split(/^---\n/m)
    .map(documentTemplate)
    .join('---\n');
}

function documentTemplate(document: string): string {
  const kind = /^kind: (\w+)$/m.exec(document)?.[1] ?? '';
  const named = clusterScoped.includes(kind) ? document.replace(/^( {2}name: )simpul-/m, `$1${prefix}-`) : document;
  const scoped = named
    .replaceAll(`${prefix}-class-simpul`, 'simpul-class-{{ include "simpul.className" . }}')
    .replaceAll('namespace: simpul-system', 'namespace: {{ .Release.Namespace }}')
    .replaceAll('serviceaccount:simpul-system:', 'serviceaccount:{{ .Release.Namespace }}:')
    .replaceAll('kind: ClusterRole, name: simpul-', `kind: ClusterRole, name: ${prefix}-`)
    .replaceAll('policyName: simpul-', `policyName: ${prefix}-`)
    .replaceAll(/variables\.role(\.startsWith\(| == )'simpul-/g, `variables.role$1'${prefix}-`);
  return withLabels(kind === 'ClusterRole' ? withRoleNames(scoped) : scoped);
}

/** Rules of a ClusterRole that name other ClusterRoles and policies. */
function withRoleNames(document: string): string {
  return document
    .replaceAll(/^( {6}- )simpul-/gm, `$1${prefix}-`)
    .replaceAll('resourceNames: [simpul-approvals]', `resourceNames: [${prefix}-approvals]`);
}

function withLabels(document: string): string {
  const labels = '{{- include "simpul.labels" . | nindent 4 }}';
  return document
    .replaceAll('labels: { app.kubernetes.io/part-of: simpul }', `labels:\n    ${labels}`)
    .replaceAll(/^ {4}app\.kubernetes\.io\/part-of: simpul$/gm, `    ${labels}`);
}
