import type { CompiledRewrite } from '#api/compiled/contract.ts';

/** What the backend is asked for instead of what the caller asked for, ready for use. */
export interface Rewrite {
  /** Path and query behind the endpoint's own path. `path`: normalised, without the base path; `query`: with its question mark, or empty. */
  target(path: string, query: string): string;
}

/** `operationPath`: of the operation whose segments the rewrite may name; the whole API has none. */
export function buildRewrite(compiled: CompiledRewrite | undefined, operationPath = '/'): Rewrite | null {
  if (compiled === undefined) return null;
  const path = pathMaker(compiled, operationPath);
  const query = compiled.query === undefined ? asItCame : queryMaker(compiled.query, operationPath);
  return {
    target: (came, cameQuery) => {
      const segments = came === '' ? rootSegments : came.split('/');
      return `${path(segments, came)}${query(cameQuery, segments)}`;
    },
  };
}

/** Why a rewrite cannot be built for an operation, or undefined. */
export function rewriteFault(compiled: CompiledRewrite | undefined, operationPath: string): string | undefined {
  const known = positionsOf(operationPath);
  const texts = [compiled?.template ?? '', ...Object.values(compiled?.query?.set ?? {})];
  const unknown = texts.flatMap((text) => namesIn(text)).find((name) => !known.has(name));
  if (unknown !== undefined) return `names {${unknown}}, which the path of the operation has not`;
  const takesRest = compiled?.template?.endsWith('/*') === true && !operationPath.endsWith('/*');
  return takesRest ? 'ends with /*, which the path of the operation does not' : undefined;
}

const rootSegments: readonly string[] = ['', ''];
const asItCame = (query: string): string => query;
const placeholder = /\{([A-Za-z_][A-Za-z0-9_]*)\}/g;

function namesIn(text: string): string[] {
  return [...text.matchAll(placeholder)].map(([, name = '']) => name);
}

/** Where each parameter stands among the segments that `split('/')` gives; the first is empty. */
function positionsOf(path: string): ReadonlyMap<string, number> {
  const named = path.split('/').map((segment, i): [string, number] => [segment, i]);
  const parameters = named.filter(([segment]) => segment.startsWith('{') && segment.endsWith('}'));
  return new Map(parameters.map(([segment, i]) => [segment.slice(1, -1), i]));
}

/** Literal text, or the position of a segment. */
type Part = string | number;

function partsOf(text: string, positions: ReadonlyMap<string, number>): Part[] {
  // A split by a pattern with a group gives text and names by turns.
  const pieces = text.split(placeholder);
  return pieces.map((piece, i) => (i % 2 === 0 ? piece : (positions.get(piece) ?? ''))).filter((part) => part !== '');
}

function join(parts: readonly Part[], segments: readonly string[], write: (segment: string) => string): string {
  let text = '';
  for (const part of parts) text += typeof part === 'string' ? part : write(segments[part] ?? '');
  return text;
}

type PathMaker = (segments: readonly string[], came: string) => string;

function pathMaker({ prefix, template }: CompiledRewrite, operationPath: string): PathMaker {
  if (template === undefined) {
    const before = prefix === undefined || prefix === '/' ? '' : prefix;
    return (_segments, came) => `${before}${came}`;
  }
  const takesRest = template.endsWith('/*');
  const parts = partsOf(takesRest ? template.slice(0, -2) : template, positionsOf(operationPath));
  if (!takesRest) return (segments) => join(parts, segments, asItCame);
  const restFrom = operationPath.split('/').length - 1;
  return (segments) => {
    const rest = segments.length > restFrom ? `/${segments.slice(restFrom).join('/')}` : '';
    return `${join(parts, segments, asItCame)}${rest}`;
  };
}

type QueryMaker = (query: string, segments: readonly string[]) => string;

function queryMaker({ set, remove }: NonNullable<CompiledRewrite['query']>, operationPath: string): QueryMaker {
  const positions = positionsOf(operationPath);
  const dropped = new Set([...Object.keys(set), ...remove]);
  const added = Object.entries(set).map(([name, value]) => ({
    name: `${encodeURIComponent(name)}=`,
    parts: partsOf(value, positions).map((part) => (typeof part === 'string' ? encodeURIComponent(part) : part)),
  }));
  return (query, segments) => {
    const pairs =
      query.length < 2
        ? []
        : query
            .slice(1)
            .split('&')
            .filter((pair) => !dropped.has(nameOf(pair)));
    for (const { name, parts } of added) pairs.push(`${name}${join(parts, segments, inQuery)}`);
    return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
  };
}

/** A segment of a normalised path may hold what means something else in a query. */
function inQuery(segment: string): string {
  return encodeURIComponent(decoded(segment));
}

function nameOf(pair: string): string {
  const end = pair.indexOf('=');
  return decoded((end < 0 ? pair : pair.slice(0, end)).replaceAll('+', ' '));
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
