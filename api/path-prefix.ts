/** Whether `path` lies under `prefix` by whole segments: `/a/b` under `/a`, not `/ab`. Allocates nothing: each call asks. */
export function isUnder(path: string, prefix: string): boolean {
  if (prefix === '/' || path === prefix) return true;
  return path.startsWith(prefix) && path[prefix.length] === '/';
}
