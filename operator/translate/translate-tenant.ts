import { contractVersion } from '#api/compiled/base.ts';
import type { Compiled, CompiledTenant } from '#api/compiled/contract.ts';
import type { Tenant, TenantStatus } from '#api/generated/tenant.ts';
import { isUnder } from '#api/path-prefix.ts';
import type { AcceptedTenant, World } from '../world/world.ts';
import { compileMaintenance, maintenanceProblem } from './answers.ts';
import { compileLimits, expressionProblem } from './limits.ts';
import type { CompiledPlan, Outcome, Problem } from './outcome.ts';
import { enumerate, firstProblem, verdict } from './outcome.ts';
import { byPrecedence } from './precedence.ts';
import { scopeProblem } from './settings.ts';

export interface TenantOutcome extends Outcome<Pick<TenantStatus, 'namespace'>> {
  /** What the Tenant may have from now on: what it asks for, or what it had while its spec is refused. */
  readonly held: AcceptedTenant | undefined;
  /** Whether its spec is accepted: only then its children follow it. */
  readonly valid: boolean;
}

/** Label by which a namespace says whose it is. */
export const tenantLabel = 'simpul.id/tenant';

/**
 * Decides what a Tenant may have. While its spec is refused it keeps the claims that it had; its ceilings and its
 * suspension apply all the same, because an organiser who suspends must not be stopped by a mistake elsewhere.
 */
export function translateTenant(tenant: Tenant, world: World): TenantOutcome {
  const wanted = wantedBy(tenant);
  const problem = firstProblem(checks, { tenant, wanted, world });
  const before = world.acceptedTenant(tenant.metadata.name);
  const held = problem === undefined ? wanted : before;
  return {
    observations: [verdict(tenant, 'Accepted', problem)],
    compiled: planFor(tenant, world, held),
    status: held === undefined ? {} : { namespace: held.namespace },
    held,
    valid: problem === undefined,
  };
}

function wantedBy(tenant: Tenant): AcceptedTenant {
  return {
    name: tenant.metadata.name,
    namespace: tenant.spec.namespace ?? tenant.metadata.name,
    hosts: tenant.spec.hosts ?? [],
    paths: tenant.spec.paths ?? [],
  };
}

interface Candidate {
  readonly tenant: Tenant;
  readonly wanted: AcceptedTenant;
  readonly world: World;
}

type Check = (candidate: Candidate) => Problem | undefined;

/** Evaluated in order; the first problem is reported. */
const checks: readonly Check[] = [
  namespaceMustFit,
  namespaceMustNotBeReserved,
  namespaceMustStay,
  namespaceMustBeFree,
  namespaceMustBeOurs,
  claimsMustBeFree,
  expressionsMustCompile,
  settingsMustBeSensible,
  ({ tenant }) => maintenanceProblem(tenant.spec.maintenance),
];

function settingsMustBeSensible({ tenant }: Candidate): Problem | undefined {
  const message = scopeProblem(tenant.spec);
  return message === undefined ? undefined : { reason: 'InvalidValue', message };
}

function namespaceMustFit({ wanted }: Candidate): Problem | undefined {
  if (wanted.namespace.length <= 63 && !wanted.namespace.includes('.')) return undefined;
  return {
    reason: 'NameTooLong',
    message: `The Tenant's name cannot be a namespace's name (at most 63 characters, no dots): give spec.namespace`,
  };
}

const reservedNamespaces = new Set(['default', 'openshift']);
const reservedPrefixes = ['kube-', 'openshift-'];

function namespaceMustNotBeReserved({ wanted, world }: Candidate): Problem | undefined {
  const name = wanted.namespace;
  const installation = world.settings.installationNamespace;
  const reserved =
    reservedNamespaces.has(name) || name === installation || reservedPrefixes.some((prefix) => name.startsWith(prefix));
  const compiled = world.namespaces.get(name)?.metadata.labels?.[compiledForLabel] !== undefined;
  if (!reserved && !compiled) return undefined;
  return {
    reason: 'NamespaceReserved',
    message: `Namespace "${name}" is reserved for the cluster or the installation: choose another in spec.namespace`,
  };
}

/** Label of a compiled namespace; its value names the ApiGateway. */
export const compiledForLabel = 'simpul.id/compiled-for';

function namespaceMustStay({ tenant, wanted }: Candidate): Problem | undefined {
  const held = tenant.status?.namespace;
  if (held === undefined || held === wanted.namespace) return undefined;
  return {
    reason: 'NamespaceChanged',
    message: `This Tenant has namespace "${held}": put it back into spec.namespace, or create another Tenant for "${wanted.namespace}"`,
  };
}

function namespaceMustBeFree({ tenant, wanted, world }: Candidate): Problem | undefined {
  const owner = world.tenantOf(wanted.namespace);
  const other = owner?.name ?? firstClaimant(wanted.namespace, world)?.metadata.name;
  if (other === undefined || other === tenant.metadata.name) return undefined;
  return { reason: 'NamespaceInUse', message: `Namespace "${wanted.namespace}" belongs to Tenant "${other}"` };
}

function firstClaimant(namespace: string, world: World): Tenant | undefined {
  const label = world.namespaces.get(namespace)?.metadata.labels?.[tenantLabel];
  const claimants = [...world.tenants.by('namespace', namespace)].flatMap((id) => world.tenants.get(id) ?? []);
  return claimants.find((claimant) => claimant.metadata.name === label) ?? claimants.sort(byPrecedence)[0];
}

function namespaceMustBeOurs({ tenant, wanted, world }: Candidate): Problem | undefined {
  const namespace = world.namespaces.get(wanted.namespace);
  if (namespace === undefined || namespace.metadata.labels?.[tenantLabel] === tenant.metadata.name) return undefined;
  return {
    reason: 'NamespaceNotOwned',
    message: `Namespace "${wanted.namespace}" exists without the label ${tenantLabel}=${tenant.metadata.name}: have its owner add the label, or choose another in spec.namespace`,
  };
}

function expressionsMustCompile({ tenant }: Candidate): Problem | undefined {
  return expressionProblem({ 'spec.limits': tenant.spec.limits });
}

function claimsMustBeFree({ tenant, wanted, world }: Candidate): Problem | undefined {
  for (const other of world.acceptedTenants()) {
    if (other.name === wanted.name) continue;
    const claim = overlapOf(wanted, other);
    if (claim !== undefined) return conflict(claim, other.name);
  }
  const news = newClaims(wanted, world.acceptedTenant(wanted.name));
  for (const rival of world.tenants.values()) {
    const claim = overlapOf(news, wantedBy(rival));
    if (claim !== undefined && isEarlierRival(rival, tenant, world)) return conflict(claim, rival.metadata.name);
  }
  return undefined;
}

/** What a Tenant does not have yet: only that may go to somebody who comes first. */
function newClaims(wanted: AcceptedTenant, held: AcceptedTenant | undefined): AcceptedTenant {
  const { hosts = [], paths = [] } = held ?? {};
  return {
    ...wanted,
    hosts: wanted.hosts.filter((host) => !hosts.includes(host)),
    paths: wanted.paths.filter((path) => !paths.some((mine) => isUnder(path, mine))),
  };
}

/**
 * A Tenant that has nothing yet, comes first, and is not refused itself, for another reason or because what it wants is
 * another's already: it is about to get what it wants.
 */
function isEarlierRival(rival: Tenant, tenant: Tenant, world: World): boolean {
  if (rival === tenant || rival.metadata.name === tenant.metadata.name) return false;
  if (world.acceptedTenant(rival.metadata.name) !== undefined || rival.metadata.deletionTimestamp) return false;
  if (byPrecedence(rival, tenant) > 0) return false;
  const wanted = wantedBy(rival);
  const taken = [...world.acceptedTenants()].some((other) => overlapOf(wanted, other) !== undefined);
  const others = checks.filter((check) => check !== claimsMustBeFree);
  return !taken && firstProblem(others, { tenant: rival, wanted, world }) === undefined;
}

function overlapOf(a: AcceptedTenant, b: AcceptedTenant): string | undefined {
  const host = a.hosts.find((name) => b.hosts.includes(name));
  if (host !== undefined) return `host "${host}"`;
  const path = a.paths.find((mine) => b.paths.some((theirs) => isUnder(mine, theirs) || isUnder(theirs, mine)));
  return path === undefined ? undefined : `path "${path}"`;
}

function conflict(claim: string, owner: string): Problem {
  return {
    reason: 'ClaimConflict',
    message: `The claim on ${claim} overlaps with one of Tenant ${enumerate([owner])}, which keeps it: claim something else, or agree with it`,
  };
}

/** Every gateway learns of every Tenant: as provider, as consumer, and as the owner of hosts. */
function planFor(tenant: Tenant, world: World, held: AcceptedTenant | undefined): CompiledPlan {
  const compiled = held === undefined ? 'keep' : compileTenant(tenant, held);
  return new Map<string, Compiled | 'keep'>([...world.apiGateways.ids()].map((gateway) => [gateway, compiled]));
}

function compileTenant(tenant: Tenant, held: AcceptedTenant): CompiledTenant {
  return {
    contract: contractVersion,
    kind: 'Tenant',
    id: tenant.metadata.name,
    hosts: [...held.hosts].sort(),
    paths: [...held.paths].sort(),
    suspended: tenant.spec.suspended,
    limits: compileLimits(tenant.spec.limits, 'Total'),
    ...(tenant.spec.maintenance && { maintenance: compileMaintenance(tenant.spec.maintenance) }),
  };
}
