import type { KubeObject } from '#api/object.ts';
import { type Located, type Manifests, readManifests } from '#kube/yaml/read-manifests.ts';
import type { Finding } from '../manifests/finding.ts';
import { at, describe } from '../manifests/judge.ts';
import type { FileContent } from './folder-watcher.ts';

/** What all files together ask for. */
export interface Wanted {
  /** By identity (`apiVersion Kind namespace/name`). */
  readonly objects: ReadonlyMap<string, Located>;
  readonly problems: readonly Finding[];
  /** Whether every file could be read: only then is what is missing really gone. */
  readonly complete: boolean;
}

/**
 * Remembers for each file what it asked for when it was last free of errors. A file with an error changes nothing; of one
 * object in two files the one that had it keeps it.
 */
export class FileSet {
  #lastGood = new Map<string, readonly Located[]>();
  #owners = new Map<string, string>();
  readonly #parsed = new Map<string, { readonly text: string; readonly manifests: Manifests }>();

  update(files: readonly FileContent[]): Wanted {
    const problems: Finding[] = [];
    const lastGood = new Map<string, readonly Located[]>();
    let complete = true;
    for (const content of files) {
      const { objects, errors } = this.#parse(content);
      const known = errors.length === 0 ? objects : this.#lastGood.get(content.file);
      if (known !== undefined) lastGood.set(content.file, known);
      complete &&= errors.length === 0;
      problems.push(...errors.map((error): Finding => ({ ...error, severity: 'error', object: '', field: '' })));
    }
    this.#lastGood = lastGood;
    for (const file of this.#parsed.keys())
      if (!files.some((content) => content.file === file)) this.#parsed.delete(file);
    const objects = this.#assign(problems);
    return { objects, problems, complete };
  }

  /** One file changes at a time; all others are as they were read before. */
  #parse(content: FileContent): Manifests {
    if (content.problem !== undefined) return { objects: [], errors: [content.problem] };
    const { file, text } = content;
    const known = this.#parsed.get(file);
    if (known?.text === text) return known.manifests;
    const manifests = readManifests(text, file);
    this.#parsed.set(file, { text, manifests });
    return manifests;
  }

  /** Gives every object to one file. */
  #assign(problems: Finding[]): Map<string, Located> {
    const claims = new Map<string, Located[]>();
    for (const located of [...this.#lastGood.values()].flat()) {
      const identity = identityOf(located.object);
      claims.set(identity, [...(claims.get(identity) ?? []), located]);
    }
    const objects = new Map<string, Located>();
    for (const [identity, candidates] of claims) {
      const winner = candidates.find(({ file }) => file === this.#owners.get(identity)) ?? candidates[0];
      if (winner === undefined) continue;
      objects.set(identity, winner);
      problems.push(...candidates.filter((other) => other !== winner).map((other) => doubled(other, winner)));
    }
    this.#owners = new Map([...objects].map(([identity, { file }]) => [identity, file]));
    return objects;
  }
}

/** `apiVersion Kind namespace/name`. */
export function identityOf(object: KubeObject): string {
  return `${object.apiVersion} ${describe(object)}`;
}

function doubled(other: Located, winner: Located): Finding {
  const message = `the same object is in ${winner.file}:${winner.line}, and that one counts: remove one of them`;
  return { ...at(other, 'metadata.name'), field: '', message };
}
