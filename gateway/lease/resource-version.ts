/** Is `a` an older state than `b`? Versions are decimal numbers that may not fit into a double. */
export function isOlder(a: string, b: string): boolean {
  return a.length === b.length ? a < b : a.length < b.length;
}
