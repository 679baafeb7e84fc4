import type { Condition } from '#api/conditions.ts';
import type { KubeObject } from '#api/object.ts';

interface WithStatus extends KubeObject {
  readonly status?: { readonly conditions?: readonly Condition[] };
}

/**
 * Keeps of an object what decisions need, and one copy of what thousands of objects share: namespaces, times, whole
 * conditions. Annotations go (kubectl leaves whole copies of objects there). At 50,000 Subscriptions this halves what
 * the world costs.
 */
export class LeanObjects {
  readonly #texts = new Pool<string>();
  readonly #conditions = new Pool<Condition>();

  lean<T extends KubeObject>(object: T): T {
    const { annotations: _, ...metadata } = object.metadata;
    const shared = {
      ...object,
      apiVersion: this.#share(object.apiVersion),
      kind: this.#share(object.kind),
      metadata: {
        ...metadata,
        ...(metadata.namespace === undefined ? {} : { namespace: this.#share(metadata.namespace) }),
        ...(metadata.creationTimestamp === undefined
          ? {}
          : { creationTimestamp: this.#share(metadata.creationTimestamp) }),
      },
    };
    return this.#leanStatus(shared);
  }

  #leanStatus<T extends WithStatus>(object: T): T {
    const conditions = object.status?.conditions;
    if (conditions === undefined) return object;
    return { ...object, status: { ...object.status, conditions: conditions.map((c) => this.#leanCondition(c)) } };
  }

  /** What became true of many objects within a second is one condition. */
  #leanCondition({ type, status, reason, message, lastTransitionTime, observedGeneration }: Condition): Condition {
    const key = `${type} ${status} ${reason} ${lastTransitionTime} ${observedGeneration} ${message}`; // only messages have spaces
    return this.#conditions.share(key, () => ({
      type: this.#share(type),
      status,
      reason: this.#share(reason),
      message: this.#share(message),
      lastTransitionTime: this.#share(lastTransitionTime),
      observedGeneration,
    }));
  }

  #share(text: string): string {
    return this.#texts.share(text, () => text);
  }
}

/** Bounds what is remembered for sharing; what is in use lives on in its objects. */
const maxRemembered = 20_000;

/** One copy of each of what comes again and again. */
class Pool<T> {
  readonly #known = new Map<string, T>();

  share(key: string, make: () => T): T {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    if (this.#known.size >= maxRemembered) this.#known.clear();
    const made = make();
    this.#known.set(key, made);
    return made;
  }
}
