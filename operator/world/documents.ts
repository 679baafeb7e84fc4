import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { CompiledDefinition } from '#api/compiled/definition.ts';
import type { ApiService } from '#api/generated/apiservice.ts';
import type { DefinitionVerdict } from '#api/openapi/read-definition.ts';

/** A document at a URL, told from all that may ever stand there by its SHA-256 (hex). */
export interface PinnedUrl {
  readonly url: string;
  readonly sha256: string;
}

/** `spec.definition.openApi.url` with its `sha256`. */
export function pinnedUrlOf({ spec }: Pick<ApiService, 'spec'>): PinnedUrl | undefined {
  const { url, sha256 } = spec.definition?.openApi ?? {};
  return url === undefined || sha256 === undefined ? undefined : { url, sha256 };
}

/** Under what ApiServices that name it are filed. */
export function documentKeysOf(api: Pick<ApiService, 'spec'>): string[] {
  const pinned = pinnedUrlOf(api);
  return pinned === undefined ? [] : [documentKey(pinned)];
}

/** The same bytes at another URL are another document: who only knows a digest does not get what it stands for. */
export function documentKey({ url, sha256 }: PinnedUrl): string {
  return `${sha256} ${url}`;
}

/** Why there is none yet: the sentence for the status. */
export interface DocumentFault {
  readonly fault: string;
}

/** A definition is kept deflated: there may be one for each of ten thousand APIs. */
type Known = { readonly deflated: Buffer } | Extract<DefinitionVerdict, { ok: false }> | DocumentFault;

/** What is known of documents at URLs. One that has been read never changes. */
export class Documents {
  readonly #known = new Map<string, Known>();

  /** Undefined: nothing is known yet. */
  find(pinned: PinnedUrl): DefinitionVerdict | DocumentFault | undefined {
    const known = this.#known.get(documentKey(pinned));
    if (known === undefined || !('deflated' in known)) return known;
    return { ok: true, definition: JSON.parse(inflateRawSync(known.deflated).toString()) as CompiledDefinition };
  }

  /** Whether nothing is known, or only what went wrong. */
  isWanted(pinned: PinnedUrl): boolean {
    const known = this.#known.get(documentKey(pinned));
    return known === undefined || 'fault' in known;
  }

  put(pinned: PinnedUrl, verdict: DefinitionVerdict): void {
    const known = verdict.ok ? { deflated: deflateRawSync(JSON.stringify(verdict.definition)) } : verdict;
    this.#known.set(documentKey(pinned), known);
  }

  fail(pinned: PinnedUrl, fault: string): void {
    this.#known.set(documentKey(pinned), { fault });
  }

  /** Lets go of all that `isUsed` denies, by {@link documentKey}. */
  forget(isUsed: (key: string) => boolean): void {
    for (const key of this.#known.keys()) if (!isUsed(key)) this.#known.delete(key);
  }
}
