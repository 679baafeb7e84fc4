/**
 * Negative when `a` is older than `b`, positive when newer, 0 when equal. Versions are decimal numbers without leading
 * zeros that may outgrow a double; Kubernetes promises that order since 1.35, and etcd has always kept it.
 */
export function compareVersions(a: string, b: string): number {
  if (a.length !== b.length) return a.length - b.length;
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
