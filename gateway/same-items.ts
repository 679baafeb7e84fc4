/** Do both hold the very same items, in the same order? */
export function sameItems<T>(items: readonly T[], others: readonly T[]): boolean {
  if (items.length !== others.length) return false;
  for (let i = 0; i < items.length; i++) if (items[i] !== others[i]) return false;
  return true;
}
