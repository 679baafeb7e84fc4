import type { Compiled } from '#api/compiled/contract.ts';
import type { Refusal } from '#api/compiled/lease.ts';
import {
  type CompiledSecret,
  compiledAnnotations,
  compiledDataKey,
  compiledName,
  compiledTextOf,
  contentHashOf,
} from '#api/compiled/secret.ts';
import { validateCompiled } from '#api/compiled/validate.ts';
import type { LoadedObject, Snapshot } from './snapshot.ts';

/**
 * Turns compiled Secrets into what the snapshot serves, one at a time.
 *
 *   Secret ──▶ same content as before? ── yes ──▶ nothing to do
 *                  │ no
 *                  ▼
 *              decode, validate ── bad ──▶ refused: reported, and its last good version serves on
 *                  │ good
 *                  ▼
 *              snapshot.load ──▶ takes the place of the version before
 */
export class Loader {
  readonly #snapshot: Snapshot;
  readonly #loaded = new Map<string, Loaded>();
  readonly #refusals = new Map<string, Refusal>();

  constructor(snapshot: Snapshot) {
    this.#snapshot = snapshot;
  }

  get loadedCount(): number {
    return this.#loaded.size;
  }

  /** What is refused now, by name of the Secret, sorted. */
  refusals(): readonly Refusal[] {
    return [...this.#refusals.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  get refusedCount(): number {
    return this.#refusals.size;
  }

  /** What a Secret is worth on its own; one whose content is held already is not looked at again. */
  judge(secret: CompiledSecret): JudgedSecret {
    const { name, resourceVersion } = secret.metadata;
    const hash = hashOf(secret);
    return { name, hash, resourceVersion, verdict: this.#isHeld(name, hash) ? null : verdictOn(secret) };
  }

  #isHeld(name: string, hash: string): boolean {
    if (this.#loaded.get(name)?.hash === hash) return true;
    const refusal = this.#refusals.get(name);
    return refusal !== undefined && refusal.hash === hash.slice(0, 16);
  }

  /** True when what is served or refused may have changed. */
  upsert({ name, hash, resourceVersion, verdict }: JudgedSecret): boolean {
    const version = Number(resourceVersion);
    const before = this.#loaded.get(name);
    if (before?.hash === hash) {
      before.version = version;
      return this.#refusals.delete(name);
    }
    if (verdict === null) return false;
    const reason = verdict.ok ? this.#snapshot.faultOf(verdict.compiled) : verdict.reason;
    if (!verdict.ok || reason !== undefined) {
      this.#refusals.set(name, { name, hash: hash.slice(0, 16), reason: reason ?? '' });
      return true;
    }
    this.#refusals.delete(name);
    this.#loaded.set(name, { hash, version, object: this.#snapshot.load(verdict.compiled, before?.object) });
    return true;
  }

  /**
   * Whether a complete list is of another history than the one that is served up to `version`: it has an object that is not
   * newer than that, and was not so in ours. It tells also when etcd, restored to an older state, has counted beyond `version`.
   */
  contradicts(list: readonly JudgedSecret[], version: string): boolean {
    const known = Number(version);
    return list.some(({ name, resourceVersion }) => {
      const at = Number(resourceVersion);
      return at <= known && !this.#refusals.has(name) && this.#loaded.get(name)?.version !== at;
    });
  }

  /** The list that is loaded next is of an older state. */
  rollBack(): void {
    this.#snapshot.rollBack();
  }

  /** It is loaded. */
  endRollback(): void {
    this.#snapshot.endRollback();
  }

  remove(name: string): void {
    this.#refusals.delete(name);
    const before = this.#loaded.get(name);
    if (before === undefined) return;
    this.#loaded.delete(name);
    before.object.unload();
  }

  /** Names of everything held, loaded or refused: what a complete list is compared with. */
  names(): Set<string> {
    return new Set([...this.#loaded.keys(), ...this.#refusals.keys()]);
  }
}

/** A compiled Secret as far as it can be judged without any other. */
export interface JudgedSecret {
  readonly name: string;
  /** Of the content, hex. */
  readonly hash: string;
  readonly resourceVersion: string | undefined;
  /** Null: this content is held, or refused, already. */
  readonly verdict: Verdict | null;
}

type Verdict = { readonly ok: true; readonly compiled: Compiled } | { readonly ok: false; readonly reason: string };

function verdictOn(secret: CompiledSecret): Verdict {
  const parsed = parse(secret);
  if (!parsed.ok) return parsed;
  const verdict = validateCompiled(parsed.value);
  if (!verdict.ok) return verdict;
  const { compiled } = verdict;
  // Two Secrets that claim to be one object would overwrite each other.
  if (compiledName(compiled.kind, compiled.id) === secret.metadata.name) return verdict;
  return { ok: false, reason: 'the name of the Secret is not the one that belongs to its object' };
}

interface Loaded {
  /** Of the content, hex. */
  readonly hash: string;
  /** resourceVersion at which it had this content; NaN: not known. */
  version: number;
  readonly object: LoadedObject;
}

function parse(secret: CompiledSecret): { ok: true; value: unknown } | { ok: false; reason: string } {
  const text = compiledTextOf(secret);
  if (!text.ok) return text;
  try {
    return { ok: true, value: JSON.parse(text.json) as unknown };
  } catch {
    // The parser's message quotes the text, which may be secret.
    return { ok: false, reason: 'its data is not JSON' };
  }
}

/** The hash that the operator states; one that is missing or malformed is computed. */
function hashOf(secret: CompiledSecret): string {
  const stated = secret.metadata.annotations?.[compiledAnnotations.contentHash] ?? '';
  return /^[0-9a-f]{64}$/.test(stated) ? stated : contentHashOf(secret.data?.[compiledDataKey] ?? '');
}
