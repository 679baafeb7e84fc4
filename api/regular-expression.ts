import { RE2JS } from 're2js';

const compiled = new Map<string, RE2JS>();
const maxCompiled = 1_000;

/**
 * Whether `pattern` matches somewhere in `text`, in the dialect and with the linear time of Go's regexp package, which
 * the API server uses. JavaScript's own expressions backtrack, and differ in `\s` and `\b`.
 */
export function matchesPattern(pattern: string, text: string): boolean {
  return compile(pattern).test(text);
}

function compile(pattern: string): RE2JS {
  const known = compiled.get(pattern);
  if (known !== undefined) return known;
  const made = RE2JS.compile(pattern);
  if (compiled.size >= maxCompiled) compiled.clear();
  compiled.set(pattern, made);
  return made;
}
