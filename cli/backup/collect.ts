import type { Subscription } from '#api/generated/subscription.ts';
import type { Tenant } from '#api/generated/tenant.ts';
import { coreKinds, simpulKinds } from '#api/kinds.ts';
import { idOf, keyOf } from '#api/object.ts';
import { PolicyWatch } from '#operator/feed/policy-watch.ts';
import { apiKeySecretType } from '#operator/world/key-secret.ts';
import { secretTypes } from '#operator/world/materials.ts';
import { referencesOf } from '#operator/world/references.ts';
import { keyCredentials, secretNameOf } from '#operator/world/world.ts';
import type { ClusterObjects } from './cluster-objects.ts';
import { inParallel } from './in-parallel.ts';
import { byRestoreOrder, identityOf, type Stored } from './stored.ts';

export interface Scope {
  /** Namespace of the operator. */
  readonly installation: string;
  /** Leaves out Tenants and ApiGateways of other classes, and what lies in their namespaces; absent: takes all. */
  readonly className?: string;
}

export interface Collected {
  /** In the order in which they are written back. */
  readonly objects: readonly Stored[];
  /** What is not in the backup, and why, one sentence each. */
  readonly notes: readonly string[];
}

/** Types of Secrets that are ours wherever they lie. */
const ownSecretTypes = [
  apiKeySecretType,
  'simpul.id/token-keys',
  ...secretTypes.filter((type) => type.startsWith('simpul.id/')),
];

/** The Secret under which the keys of callers are hashed. */
export const pepperName = 'simpul-pepper';

/** Reads everything that makes an installation what it is. What the operator makes again by itself is not in it. */
export async function collect(cluster: ClusterObjects, scope: Scope): Promise<Collected> {
  return await new Collection(cluster, scope).run();
}

class Collection {
  readonly #cluster: ClusterObjects;
  readonly #scope: Scope;
  readonly #objects = new Map<string, Stored>();
  readonly #notes: string[] = [];

  constructor(cluster: ClusterObjects, scope: Scope) {
    this.#cluster = cluster;
    this.#scope = scope;
  }

  async run(): Promise<Collected> {
    const own = await this.#ownObjects();
    for (const object of own) {
      this.#take(object);
      this.#noteIfRefused(object);
    }
    // After the objects that refer to them: whatever one of these names is there, or was never.
    const namespaces = new Set(own.flatMap(namespacesOf));
    await inParallel(namespaces, async (name) => void (await this.#takeNamed('Namespace', { namespace: '', name })));
    await this.#takeSecretsOfOurTypes(new Set([...namespaces, this.#scope.installation]));
    await this.#takeNamed('Secret', { namespace: this.#scope.installation, name: pepperName });
    await inParallel(own, (object) => this.#takeReferences(object));
    await this.#takeBindings(namespaces);
    return { objects: [...this.#objects.values()].sort(byRestoreOrder), notes: this.#notes.sort() };
  }

  async #ownObjects(): Promise<Stored[]> {
    const lists = await Promise.all(Object.values(simpulKinds).map((kind) => this.#cluster.list(kind)));
    const all = lists.flat();
    const tenants = all.filter(({ kind }) => kind === 'Tenant');
    const foreign = new Set(tenants.filter((tenant) => this.#isForeign(tenant)).flatMap(namespacesOf));
    for (const tenant of tenants.filter((one) => !this.#isForeign(one))) foreign.delete(namespacesOf(tenant)[0] ?? '');
    return all.filter((object) => {
      if (this.#isForeign(object) || foreign.has(object.metadata.namespace ?? '')) return false;
      return this.#isStaying(object);
    });
  }

  #isForeign({ kind, spec }: Stored): boolean {
    const { className } = this.#scope;
    const hasClass = kind === 'Tenant' || kind === 'ApiGateway';
    return className !== undefined && hasClass && spec?.['className'] !== className;
  }

  #isStaying(object: Stored): boolean {
    if (object.metadata.deletionTimestamp === undefined) return true;
    this.#notes.push(`${identityOf(object)} is being deleted and left out`);
    return false;
  }

  /** What is served of it is its last good version, which stands in no object. */
  #noteIfRefused(object: Stored): void {
    const { acceptedAt, conditions = [] } = object.status ?? {};
    const accepted = conditions.find(({ type }) => type === 'Accepted');
    if (acceptedAt === undefined || accepted?.status !== 'False') return;
    this.#notes.push(
      `${identityOf(object)} is refused now (${accepted.reason}): its last good version is in no backup`,
    );
  }

  #take(object: Stored): void {
    if (object.metadata.deletionTimestamp !== undefined) return;
    this.#objects.set(identityOf(object), object);
  }

  async #takeSecretsOfOurTypes(namespaces: ReadonlySet<string>): Promise<void> {
    for (const type of ownSecretTypes) {
      for (const secret of await this.#cluster.list(coreKinds.Secret, { fieldSelector: `type=${type}` })) {
        if (namespaces.has(secret.metadata.namespace ?? '')) this.#take(secret);
      }
    }
  }

  async #takeReferences(object: Stored): Promise<void> {
    const keys = object.kind === 'Subscription' ? keySecretsOf(object as unknown as Subscription) : [];
    for (const ref of [...referencesOf(object), ...keys]) {
      const types: readonly string[] | undefined = ref.kind === 'Secret' ? ref.types : undefined;
      if (await this.#takeNamed(ref.kind, ref, types)) continue;
      const what = types === undefined ? '' : ` of type ${types.join(' or ')}`;
      const id = idOf(ref.namespace, ref.name);
      this.#notes.push(`${identityOf(object)} refers to ${ref.kind} ${id}${what}, which does not exist`);
    }
  }

  /** Takes one object; false when it does not exist. A Secret of another type is none that a spec may refer to. */
  async #takeNamed(
    kind: 'Namespace' | 'Secret' | 'ConfigMap',
    key: { readonly namespace: string; readonly name: string },
    types?: readonly string[],
  ): Promise<boolean> {
    if (this.#objects.has(`${kind} ${idOf(key.namespace, key.name)}`)) return true;
    const found = await this.#cluster.get(coreKinds[kind], key);
    if (found === undefined || types?.includes(found.type ?? '') === false) return false;
    this.#take(found);
    return true;
  }

  /** Those by which an administrator lets the operator read what ApiGateways elsewhere refer to. */
  async #takeBindings(namespaces: ReadonlySet<string>): Promise<void> {
    for (const binding of await this.#cluster.list(coreKinds.RoleBinding)) {
      const { name = '' } = (binding['roleRef'] ?? {}) as { readonly name?: string };
      const { namespace = '' } = binding.metadata;
      if (namespace === this.#scope.installation || !namespaces.has(namespace)) continue;
      if (name.endsWith('-operator-references')) this.#take(binding);
    }
  }
}

/** Namespaces that an object needs: its own, and the one that a Tenant has. */
function namespacesOf(object: Stored): string[] {
  if (object.kind !== 'Tenant') return object.metadata.namespace === undefined ? [] : [object.metadata.namespace];
  const { spec, status, metadata } = object as unknown as Tenant;
  return [status?.namespace ?? spec.namespace ?? metadata.name];
}

function keySecretsOf(subscription: Subscription): KeySecretRef[] {
  const { namespace = '' } = subscription.metadata;
  return keyCredentials(subscription).map((credential) => {
    const name = secretNameOf(subscription, credential);
    return { kind: 'Secret', namespace, name, types: [apiKeySecretType] };
  });
}

interface KeySecretRef {
  readonly kind: 'Secret';
  readonly namespace: string;
  readonly name: string;
  readonly types: readonly string[];
}

/** Since when the policies are in force that let only approvers write Approvals; undefined: they are not. */
export async function approvalPolicySince(cluster: ClusterObjects): Promise<string | undefined> {
  const { ValidatingAdmissionPolicy: policyKind, ValidatingAdmissionPolicyBinding: bindingKind } = coreKinds;
  const [policies, bindings] = await Promise.all([cluster.list(policyKind), cluster.list(bindingKind)]);
  const sinces: string[] = [];
  for (const policy of policies.filter(({ metadata }) => metadata.name.endsWith('-approvals'))) {
    const watch = new PolicyWatch(policy.metadata.name.replace(/-approvals$/, ''), (since) => {
      if (since !== undefined) sinces.push(since);
    });
    watch.handlerFor(policyKind).upsert(policy);
    for (const binding of bindings.filter((one) => keyOf(one) === watch.name)) {
      watch.handlerFor(bindingKind).upsert(binding);
    }
  }
  // Where there are several, the youngest: nothing may count here that does not count there.
  return sinces.sort().at(-1);
}
