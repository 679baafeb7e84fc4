import type { ResourceKind } from '#api/kinds.ts';
import type { KubeObject } from '#api/object.ts';
import type { ReflectorHandler } from '#kube/reflector.ts';

interface PolicyObject extends KubeObject {
  spec?: { failurePolicy?: string; validationActions?: readonly string[] };
}

/**
 * Follows the admission policy without which anybody who may write an Approval could decide: it is in force while the
 * policy refuses on failure and its binding denies.
 */
export class PolicyWatch {
  readonly name: string;
  readonly #found = new Map<string, PolicyObject>();
  readonly #onChange: (since: string | undefined) => void;
  #since: string | undefined;

  /** `prefix`: of the installation. `onChange` hears since when the policy is in force (RFC 3339), or undefined once it is not. */
  constructor(prefix: string, onChange: (since: string | undefined) => void) {
    this.name = `${prefix}-approvals`;
    this.#onChange = onChange;
  }

  handlerFor(kind: ResourceKind): ReflectorHandler<PolicyObject> {
    const set = (object: PolicyObject | undefined): void => {
      if (object === undefined) this.#found.delete(kind.kind);
      else this.#found.set(kind.kind, object);
      this.#report();
    };
    return {
      replace: (items) => set(items[0]),
      upsert: set,
      remove: () => set(undefined),
    };
  }

  #report(): void {
    const since = this.#inForceSince();
    if (since === this.#since) return;
    this.#since = since;
    this.#onChange(since);
  }

  #inForceSince(): string | undefined {
    const policy = this.#found.get('ValidatingAdmissionPolicy');
    const binding = this.#found.get('ValidatingAdmissionPolicyBinding');
    const refuses = policy !== undefined && policy.spec?.failurePolicy !== 'Ignore';
    const denies = binding?.spec?.validationActions?.includes('Deny') === true;
    if (!refuses || !denies) return undefined;
    const times = [policy, binding].map((object) => object.metadata.creationTimestamp ?? '');
    return times.sort().at(-1);
  }
}
