import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { SimpulKindName } from '#api/kinds.ts';
import type { KubeObject } from '#api/object.ts';
import type { Wake } from './dependents.ts';

/** Types of Secrets that a spec may refer to; callers' API keys are apart (`key-secret.ts`). */
export const secretTypes = [
  'simpul.id/backend-credential',
  'simpul.id/signing-secret',
  'kubernetes.io/basic-auth',
  'kubernetes.io/tls',
] as const;
export type SecretType = (typeof secretTypes)[number];

/** A Secret or ConfigMap that a spec names; `types`: those of which the Secret may be. */
export type MaterialRef =
  | {
      readonly kind: 'Secret';
      readonly namespace: string;
      readonly name: string;
      readonly types: readonly SecretType[];
    }
  | { readonly kind: 'ConfigMap'; readonly namespace: string; readonly name: string };

/** Kinds that the organiser and others keep outside of Tenants' namespaces too, with what they refer to. */
export const mayLieAnywhere: ReadonlySet<SimpulKindName> = new Set(['ApiGateway', 'KeyManager']);

/** What one watch follows: a ConfigMap by name, or a Secret by name and one type, so that no other is ever sent to us. */
export interface MaterialSource {
  readonly kind: 'Secret' | 'ConfigMap';
  readonly namespace: string;
  readonly name: string;
  /** Empty for a ConfigMap. */
  readonly type: SecretType | '';
}

/** What is known of a source. `owned`: a Subscription owns the Secret. `unreadable`: the operator has no right to it. */
export type MaterialState = Material | 'absent' | 'owned' | 'unreadable';

/** The answer to a reference. `notSynced`: nobody knows yet; whoever asked is woken once it is known. */
export type Finding =
  | { readonly state: 'found'; readonly material: Material }
  | { readonly state: 'missing' | 'owned' | 'unreadable' | 'notSynced' };

/** A Secret or ConfigMap as the API server sends it. */
export interface Holder extends KubeObject {
  readonly type?: string;
  readonly data?: Readonly<Record<string, string>>;
  readonly binaryData?: Readonly<Record<string, string>>;
}

/** From here on a value is kept deflated: definitions of APIs shrink to a tenth. */
const deflateFrom = 4096;

/** The values of a Secret or ConfigMap. They show in no log, message or JSON: whoever needs one asks for it by key. */
export class Material {
  readonly resourceVersion: string;
  readonly type: SecretType | '';
  readonly #values: ReadonlyMap<string, Buffer>;
  readonly #deflated: ReadonlySet<string>;

  constructor(holder: Holder, { kind, type }: MaterialSource) {
    this.resourceVersion = holder.metadata.resourceVersion ?? '0';
    this.type = type;
    const deflated = new Set<string>();
    this.#values = new Map(
      valuesOf(holder, kind).map(([key, value]) => {
        if (value.length < deflateFrom) return [key, value];
        deflated.add(key);
        return [key, deflateRawSync(value)];
      }),
    );
    this.#deflated = deflated;
  }

  get keys(): readonly string[] {
    return [...this.#values.keys()].sort();
  }

  /** The value as UTF-8 text; undefined when there is no such key. */
  text(key: string): string | undefined {
    const value = this.#values.get(key);
    return value && (this.#deflated.has(key) ? inflateRawSync(value) : value).toString('utf8');
  }

  toJSON(): string {
    return '[redacted]';
  }
}

function valuesOf({ data = {}, binaryData = {} }: Holder, kind: MaterialSource['kind']): [string, Buffer][] {
  const read = (values: Readonly<Record<string, string>>, encoding: BufferEncoding) =>
    Object.entries(values).map(([key, value]): [string, Buffer] => [key, Buffer.from(value, encoding)]);
  if (kind === 'Secret') return read(data, 'base64');
  return [...read(data, 'utf8'), ...read(binaryData, 'base64')];
}

/** What a source is known as once it is there: its values, or why they are not taken. */
export function materialOf(holder: Holder, source: MaterialSource): MaterialState {
  const isOwned = holder.metadata.ownerReferences?.some(({ kind }) => kind === 'Subscription') ?? false;
  return source.kind === 'Secret' && isOwned ? 'owned' : new Material(holder, source);
}

/** Text that identifies a source. */
export function sourceId({ kind, namespace, name, type }: MaterialSource): string {
  return `${kind} ${namespace}/${name} ${type}`;
}

export function sourcesOf(ref: MaterialRef): MaterialSource[] {
  const { kind, namespace, name } = ref;
  if (ref.kind === 'ConfigMap') return [{ kind, namespace, name, type: '' }];
  return ref.types.map((type) => ({ kind, namespace, name, type }));
}

/**
 * Secrets and ConfigMaps that specs refer to: who refers to which, and what is known of them. Only these are read at
 * all, and each change wakes exactly those that refer to it.
 */
export class Materials {
  readonly #references = new Map<string, readonly MaterialRef[]>();
  readonly #users = new Map<string, Map<string, Wake>>();
  readonly #states = new Map<string, MaterialState>();
  #isComplete = false;

  /**
   * `user` refers to `refs` from now on, and to nothing else. Returns the sources that it refers to no more or did not
   * before: whoever follows them looks at these again.
   */
  refer(user: Wake, refs: readonly MaterialRef[]): MaterialSource[] {
    const id = userId(user);
    const before = (this.#references.get(id) ?? []).flatMap(sourcesOf);
    if (refs.length === 0) this.#references.delete(id);
    else this.#references.set(id, refs);
    const after = refs.flatMap(sourcesOf);
    const kept = new Set(after.map(sourceId));
    const gone = before.filter((source) => !kept.has(sourceId(source)));
    const known = new Set(before.map(sourceId));
    const added = after.filter((source) => !known.has(sourceId(source)));
    for (const source of gone) this.#removeUser(sourceId(source), id);
    for (const source of added) this.#addUser(sourceId(source), user);
    return [...gone, ...added];
  }

  usersOf(source: MaterialSource): Wake[] {
    return [...(this.#users.get(sourceId(source))?.values() ?? [])];
  }

  /** Takes what is known of a source. Returns whether that is something else than before. */
  put(source: MaterialSource, state: MaterialState): boolean {
    const id = sourceId(source);
    const before = this.#states.get(id);
    this.#states.set(id, state);
    return !isSame(before, state);
  }

  /** Nothing is known of a source any more. */
  forget(source: MaterialSource): void {
    this.#states.delete(sourceId(source));
  }

  /** Undefined: not known yet. */
  stateOf(source: MaterialSource): MaterialState | undefined {
    return this.#states.get(sourceId(source)) ?? (this.#isComplete ? 'absent' : undefined);
  }

  /** What is not here does not exist: for worlds that are made of files. */
  assumeComplete(): void {
    this.#isComplete = true;
  }

  find(ref: MaterialRef): Finding {
    const states = sourcesOf(ref).map((source) => this.stateOf(source));
    const material = states.find((state) => state instanceof Material);
    if (material !== undefined) return { state: 'found', material };
    if (states.includes(undefined)) return { state: 'notSynced' };
    if (states.includes('unreadable')) return { state: 'unreadable' };
    return { state: states.includes('owned') ? 'owned' : 'missing' };
  }

  /** Whether everything that an object refers to is known, be it absent. */
  isSettledFor(user: Wake): boolean {
    const refs = this.#references.get(userId(user)) ?? [];
    return refs.every((ref) => this.find(ref).state !== 'notSynced');
  }

  #addUser(source: string, user: Wake): void {
    const users = this.#users.get(source) ?? new Map<string, Wake>();
    this.#users.set(source, users.set(userId(user), user));
  }

  #removeUser(source: string, user: string): void {
    const users = this.#users.get(source);
    users?.delete(user);
    if (users?.size === 0) this.#users.delete(source);
  }
}

function userId({ kind, id }: Wake): string {
  return `${kind} ${id}`;
}

function isSame(before: MaterialState | undefined, after: MaterialState): boolean {
  if (!(before instanceof Material) || !(after instanceof Material)) return before === after;
  return before.resourceVersion === after.resourceVersion;
}
