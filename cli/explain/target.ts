import { crds } from '#api/generated/crds.ts';
import { group, type SimpulKindName, simpulKinds } from '#api/kinds.ts';
import { CliError, exitCodes } from '../errors.ts';
import { closest } from '../manifests/closest.ts';

/** What a user wants explained. */
export interface Target {
  readonly kind: SimpulKindName;
  /** Undefined: where the source looks by itself. */
  readonly namespace: string | undefined;
  readonly name: string;
}

/** Reads `KIND/NAME` or `KIND/NAMESPACE/NAME`; the kind in any form that kubectl takes. */
export function parseTarget(text: string): Target {
  const [word = '', ...rest] = text.split('/');
  const [first, second, ...more] = rest;
  if (first === undefined || first === '' || more.length > 0 || second === '') {
    throw usage(`"${text}" is not KIND/NAME or KIND/NAMESPACE/NAME, such as apiservice/situs`);
  }
  const kind = kindNamed(word);
  if (second === undefined) return { kind, namespace: undefined, name: first };
  if (!simpulKinds[kind].namespaced) throw usage(`a ${kind} lies in no namespace: write ${word}/${second}`);
  return { kind, namespace: first, name: second };
}

function kindNamed(word: string): SimpulKindName {
  const wanted = word.toLowerCase().replace(new RegExp(`\\.${group.replace('.', '\\.')}$`), '');
  const kind = names.get(wanted);
  if (kind !== undefined) return kind;
  const meant = closest(wanted, names.keys());
  const all = Object.keys(simpulKinds).join(', ');
  throw usage(`there is no kind "${word}"${meant === undefined ? '' : `, did you mean "${meant}"?`} (kinds: ${all})`);
}

/** Kind, singular, plural and short names, in lower case. */
const names = new Map<string, SimpulKindName>(
  crds.flatMap(({ spec: { names: given } }) => {
    const kind = Object.keys(simpulKinds).find((name) => name === given.kind) as SimpulKindName;
    return [given.singular, given.plural, ...(given.shortNames ?? [])].map((name): [string, SimpulKindName] => [
      name,
      kind,
    ]);
  }),
);

function usage(message: string): CliError {
  return new CliError('CLI_ARGUMENT', message, { exitCode: exitCodes.usage });
}
