import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { GrantedRole, PolicyRule } from './granted-roles.ts';

/**
 * Compares what one user did, by the API server's audit log, with what it may do.
 *
 *   audit event ──refused by RBAC?── yes ─▶ missing
 *        │ no
 *        ├─refused by a policy?── yes ─▶ refused
 *        ▼ no
 *   cell (role, verb, resource, name) ─▶ used      all cells of the roles − used = unused
 *
 * Which role allowed a request stands in the event itself. Two rights are asked for without a request of their own, and
 * are told by their effect: server-side apply of a new object (201) used `create`; a RoleBinding written used `bind` on
 * its role, which the event tells only when it is logged at level Request.
 */
export interface AuditComparison {
  /** Requests that RBAC refused: `patch simpul.id/tenants/status "banten"`, sorted, each once. */
  readonly missing: readonly string[];
  /** Granted and never used: `ClusterRole simpul-operator: delete /namespaces`, in the order of the rules. */
  readonly unused: readonly string[];
  /** Requests that a ValidatingAdmissionPolicy refused, with the policy's name; RBAC would have let them pass. */
  readonly refused: readonly string[];
}

/** `username` as the API server knows it: `system:serviceaccount:simpul-system:simpul-operator`. */
export async function compareAuditWithRules(
  auditLogFile: string,
  roles: readonly GrantedRole[],
  username: string,
): Promise<AuditComparison> {
  const missing = new Set<string>();
  const refused = new Set<string>();
  const used = new Set<string>();
  for await (const event of eventsOf(auditLogFile, username)) {
    const lacking = lackingRight(event);
    const policy = refusingPolicy(event);
    if (lacking !== undefined) missing.add(lacking);
    else if (policy !== undefined) refused.add(`${describe(event, event.verb)}: ${policy}`);
    else for (const cell of usedBy(event)) used.add(cell);
  }
  const unused = roles.flatMap(cellsOf).filter((cell) => !used.has(cell));
  return { missing: [...missing].sort(), refused: [...refused].sort(), unused };
}

/** The part of an `audit.k8s.io/v1` Event that matters here. */
interface AuditEvent {
  readonly verb: string;
  readonly requestURI: string;
  readonly user: { readonly username: string };
  readonly objectRef?: {
    readonly apiGroup?: string;
    readonly resource?: string;
    readonly subresource?: string;
    readonly namespace?: string;
    readonly name?: string;
  };
  readonly responseStatus?: { readonly code?: number; readonly message?: string };
  readonly requestObject?: { readonly roleRef?: { readonly kind: string; readonly name: string } };
  readonly annotations?: Readonly<Record<string, string>>;
}

async function* eventsOf(file: string, username: string): AsyncGenerator<AuditEvent> {
  const quoted = JSON.stringify(username);
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })) {
    if (!line.includes(quoted)) continue; // parsing costs most, and most lines are of others
    const event = JSON.parse(line) as AuditEvent;
    if (event.user.username === username) yield event;
  }
}

/** What RBAC refused: the request itself, or one of the two rights that it asked for on the way. */
function lackingRight(event: AuditEvent): string | undefined {
  if (event.annotations?.['authorization.k8s.io/decision'] === 'forbid') return describe(event, event.verb);
  if (event.responseStatus?.code !== 403) return undefined;
  const message = event.responseStatus.message ?? '';
  if (message.includes('attempting to grant RBAC permissions')) {
    return `bind rbac.authorization.k8s.io/clusterroles "${event.requestObject?.roleRef?.name ?? 'unknown'}"`;
  }
  if (event.verb === 'patch' && message.includes('cannot create resource')) return describe(event, 'create');
  return undefined;
}

function refusingPolicy(event: AuditEvent): string | undefined {
  const { code, message } = event.responseStatus ?? {};
  if (code === undefined || code < 400) return undefined;
  return /ValidatingAdmissionPolicy '([^']+)'/.exec(message ?? '')?.[1];
}

/** Keys of the cells that one request used; a right counts also when the request failed for another reason. */
function usedBy(event: AuditEvent): string[] {
  const role = /of (Cluster)?Role "([^"]+)"/.exec(event.annotations?.['authorization.k8s.io/reason'] ?? '');
  if (role === null || event.objectRef === undefined) return [];
  const owner = `${role[1] ?? ''}Role ${role[2]}`;
  const isCreation = event.verb === 'patch' && event.responseStatus?.code === 201;
  const verbs = isCreation ? ['patch', 'create'] : [event.verb];
  const { name } = event.objectRef;
  // A rule that lists names is met by its name, one that lists none by any.
  const cells = verbs.flatMap((verb) => [
    keyOf({ owner, verb, resource: resourceOf(event) }),
    ...(name === undefined ? [] : [keyOf({ owner, verb, resource: resourceOf(event), name })]),
  ]);
  return [...cells, ...boundBy(event, owner)];
}

/** `bind` is used by a RoleBinding that was written; it is granted beside the right to write it, by the same role. */
function boundBy(event: AuditEvent, owner: string): string[] {
  const { roleRef } = event.requestObject ?? {};
  const isWritten = (event.responseStatus?.code ?? 500) < 300 && event.objectRef?.resource === 'rolebindings';
  if (roleRef === undefined || !isWritten) return [];
  const resource = `rbac.authorization.k8s.io/${roleRef.kind.toLowerCase()}s`;
  return [keyOf({ owner, verb: 'bind', resource, name: roleRef.name })];
}

interface Cell {
  /** `ClusterRole simpul-operator`. */
  readonly owner: string;
  readonly verb: string;
  readonly resource: string;
  readonly name?: string;
}

/** Every single right of a role: rules multiplied out. */
function cellsOf(role: GrantedRole): string[] {
  const owner = `${role.kind} ${role.name}`;
  return role.rules.flatMap((rule) =>
    rule.apiGroups.flatMap((group) =>
      rule.resources.flatMap((resource) =>
        rule.verbs.flatMap((verb) =>
          namesOf(rule).map((name) => keyOf({ owner, verb, resource: `${group}/${resource}`, ...name })),
        ),
      ),
    ),
  );
}

function namesOf({ resourceNames }: PolicyRule): { readonly name?: string }[] {
  return resourceNames === undefined ? [{}] : resourceNames.map((name) => ({ name }));
}

function keyOf({ owner, verb, resource, name }: Cell): string {
  return `${owner}: ${verb} ${resource}${name === undefined ? '' : ` "${name}"`}`;
}

function resourceOf({ objectRef: { apiGroup = '', resource = '', subresource } = {} }: AuditEvent): string {
  return `${apiGroup}/${resource}${subresource === undefined ? '' : `/${subresource}`}`;
}

function describe(event: AuditEvent, verb: string): string {
  if (event.objectRef?.resource === undefined) return `${verb} ${event.requestURI}`;
  const { namespace, name, resource } = event.objectRef;
  const called = name === undefined ? '' : ` "${name}"`;
  const isOutside = namespace === undefined || resource === 'namespaces'; // a Namespace counts as within itself
  return `${verb} ${resourceOf(event)}${called}${isOutside ? '' : ` in ${namespace}`}`;
}
