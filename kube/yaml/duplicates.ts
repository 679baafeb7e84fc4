import { keyOf } from '#api/object.ts';
import type { ManifestError } from './manifest-error.ts';
import type { Located } from './read-manifests.ts';

/** Objects that stand twice in all that was read: one error at each further place, naming the first one. */
export function findDuplicates(objects: readonly Located[]): ManifestError[] {
  const first = new Map<string, Located>();
  return objects.flatMap((located) => {
    const { object, file, line, column } = located;
    const group = object.apiVersion.includes('/') ? object.apiVersion.replace(/\/.*$/, '') : '';
    const id = `${group} ${object.kind} ${keyOf(object)}`;
    const other = first.get(id);
    if (other === undefined) {
      first.set(id, located);
      return [];
    }
    const message = `${object.kind} "${keyOf(object)}" stands already in ${other.file}:${other.line}: keep one of them, or rename one`;
    return [{ file, line, column, message }];
  });
}
