import type { CompiledHeaderChange, CompiledRewrite } from '#api/compiled/contract.ts';
import type { ApiService } from '#api/generated/apiservice.ts';

type Backend = ApiService['spec']['backend'];
type Operation = NonNullable<ApiService['spec']['operations']>[number];
type Changes = { readonly set?: Readonly<Record<string, string>>; readonly remove?: readonly string[] };

/** What the whole API wants changed on the way to the backend and back. */
export function compileBackendChanges({ rewrite, responseHeaders }: Backend): {
  rewrite?: CompiledRewrite;
  responseHeaders?: CompiledHeaderChange;
} {
  return {
    ...(rewrite && { rewrite: { ...prefixOf(rewrite), ...queryOf(rewrite) } }),
    ...(responseHeaders && { responseHeaders: complete(responseHeaders) }),
  };
}

/** What one operation wants changed, with what it leaves to the whole API; nothing where it says nothing. */
export function compileOperationChanges(
  operation: Operation,
  backend: Backend,
): { rewrite?: CompiledRewrite; responseHeaders?: CompiledHeaderChange } {
  const { rewrite, responseHeaders } = operation;
  const template = rewrite?.path?.replaceFullPath;
  const path = template === undefined ? prefixOf(backend.rewrite) : { template };
  const query = rewrite?.query === undefined ? queryOf(backend.rewrite) : queryOf(rewrite);
  return {
    ...(rewrite && { rewrite: { ...path, ...query } }),
    ...(responseHeaders && { responseHeaders: merge(backend.responseHeaders, responseHeaders) }),
  };
}

function prefixOf(rewrite: Backend['rewrite']): Pick<CompiledRewrite, 'prefix'> {
  return rewrite?.path === undefined ? {} : { prefix: rewrite.path.replacePrefixMatch };
}

function queryOf(rewrite: { readonly query?: Changes } | undefined): Pick<CompiledRewrite, 'query'> {
  return rewrite?.query === undefined ? {} : { query: complete(rewrite.query) };
}

function complete({ set = {}, remove = [] }: Changes): CompiledHeaderChange {
  return { set, remove };
}

/** Where both speak of one field, `over` is followed. */
function merge(under: Changes = {}, over: Changes): CompiledHeaderChange {
  const kept = Object.entries(under.set ?? {}).filter(([name]) => over.remove?.includes(name) !== true);
  return {
    set: { ...Object.fromEntries(kept), ...over.set },
    remove: [...new Set([...(under.remove ?? []), ...(over.remove ?? [])])].sort(),
  };
}

/** What is wrong with the changes that an ApiService asks for. */
export function rewriteProblem({ spec }: ApiService): string | undefined {
  const problem = changesProblem('spec.backend', spec.backend);
  if (problem !== undefined) return problem;
  for (const [i, operation] of (spec.operations ?? []).entries()) {
    const field = `spec.operations[${i}]`;
    const found = changesProblem(field, operation) ?? placeholderProblem(field, operation);
    if (found !== undefined) return found;
  }
  return undefined;
}

interface Changing {
  readonly rewrite?: { readonly query?: Changes };
  readonly responseHeaders?: Changes;
}

/** Fields that frame an answer or that the gateway states itself. */
const reserved =
  /^(?:proxy-.*|simpul-.*|connection|content-length|date|keep-alive|te|trailer|transfer-encoding|upgrade|via|x-request-id)$/;

function changesProblem(field: string, { rewrite, responseHeaders }: Changing): string | undefined {
  const names = [...Object.keys(responseHeaders?.set ?? {}), ...(responseHeaders?.remove ?? [])];
  const bad = names.find((name) => !/^[a-z0-9-]{1,63}$/.test(name) || reserved.test(name));
  if (bad !== undefined) {
    return `${field}.responseHeaders names "${bad}": write a header field in lower case, and none that the gateway states itself`;
  }
  const isEmpty = Object.keys(rewrite?.query?.set ?? {}).some((name) => name === '' || name.length > 128);
  return isEmpty
    ? `${field}.rewrite.query.set has a parameter without a name, or one of more than 128 characters`
    : undefined;
}

function placeholderProblem(field: string, { path, rewrite }: Operation): string | undefined {
  const template = rewrite?.path?.replaceFullPath ?? '';
  const known = new Set(namesIn(path));
  const texts = { 'path.replaceFullPath': template, ...prefixed('query.set.', rewrite?.query?.set ?? {}) };
  for (const [where, text] of Object.entries(texts)) {
    const unknown = namesIn(text).find((name) => !known.has(name));
    if (unknown !== undefined) {
      return `${field}.rewrite.${where} names {${unknown}}, which "${path}" has not: use ${offer(known)}`;
    }
  }
  if (!template.endsWith('/*') || path.endsWith('/*')) return undefined;
  return `${field}.rewrite.path.replaceFullPath ends with /*, but "${path}" does not: end both with it, or neither`;
}

function namesIn(text: string): string[] {
  return [...text.matchAll(/\{([A-Za-z_][A-Za-z0-9_]*)\}/g)].map(([, name = '']) => name);
}

function prefixed(prefix: string, values: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [`${prefix}${name}`, value]));
}

function offer(known: ReadonlySet<string>): string {
  return known.size === 0 ? 'literal text only' : [...known].map((name) => `{${name}}`).join(', ');
}
