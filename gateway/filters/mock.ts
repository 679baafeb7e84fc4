import { fieldValue } from '../cache/fields.ts';
import { GatewayError } from '../errors.ts';
import type { Exchange } from '../exchange.ts';
import { type MockAnswer, MockAnswers, type Preference } from '../mocks/mock-answers.ts';
import type { DefinedEntry } from '../validation/definition-entry.ts';
import type { Filter } from './filter.ts';
import { relativePath } from './operation.ts';

/** Answers from the definition of the API, where it has no backend yet or the caller asks for it (RFC 7240). */
export function mock(): Filter {
  const answers = new WeakMap<DefinedEntry, MockAnswers>();
  const answersOf = (entry: DefinedEntry): MockAnswers => {
    let known = answers.get(entry);
    if (known === undefined) {
      const { operation, schemas } = entry.definition.describe(entry);
      known = new MockAnswers(operation, schemas);
      answers.set(entry, known);
    }
    return known;
  };
  return {
    name: 'mock',
    onRequest(exchange) {
      const when = exchange.api?.mock ?? null;
      if (when === null || exchange.upgrade !== '') return;
      const preference = preferenceOf(exchange);
      if (preference === null && when === 'Preferred') return;
      const wanted = preference ?? { code: '', example: '' };
      const found = answersOf(operationOf(exchange)).find(wanted, acceptor(exchange));
      if (found === undefined) throw noExample(wanted);
      exchange.mocked = true;
      exchange.reply = { status: found.status, headers: headersOf(found, preference), body: found.body };
    },
  };
}

/** Null: the caller says nothing about it. */
function preferenceOf({ rawHeaders }: Exchange): Preference | null {
  const text = fieldValue(rawHeaders, 'prefer');
  if (text === '') return null;
  const code = /(?:^|[,;\s])code\s*=\s*"?([1-5]\d\d)"?(?=$|[,;\s])/i.exec(text)?.[1] ?? '';
  const example = /(?:^|[,;\s])example\s*=\s*(?:"([^"]{1,200})"|([^\s",;]{1,200}))/i.exec(text);
  const name = example?.[1] ?? example?.[2] ?? '';
  return code === '' && name === '' ? null : { code, example: name };
}

function operationOf({ api, method, path }: Exchange): DefinedEntry {
  const definition = api?.definition?.slot.value ?? null;
  if (api === null || definition === null) {
    throw new GatewayError('GW_DEFINITION_MISSING', 'The definition of this API is not loaded yet: try again soon.');
  }
  const match = definition.match(method, relativePath(path, api.baseLength));
  if (match.found === 'operation') return match.operation;
  if (match.found === 'nothing') {
    throw new GatewayError('GW_OPERATION_NOT_FOUND', 'The definition of the API has no operation with this path.');
  }
  const allow = match.allow.join(', ');
  throw new GatewayError('GW_METHOD_NOT_ALLOWED', `This operation takes ${allow}.`, { headers: ['Allow', allow] });
}

function acceptor({ rawHeaders }: Exchange): (type: string) => boolean {
  const ranges = fieldValue(rawHeaders, 'accept')
    .split(',')
    .map((item) => (item.split(';')[0] ?? '').trim().toLowerCase());
  return (type) => ranges.includes(type) || ranges.includes(`${type.split('/')[0]}/*`);
}

function noExample({ code, example }: Preference): GatewayError {
  const asked = `${code === '' ? '' : ` with status ${code}`}${example === '' ? '' : ' and an example of this name'}`;
  return new GatewayError(
    'GW_MOCK_MISSING',
    `The definition of the API describes no answer${asked} that could be given.`,
  );
}

/** Never stored: what is asked for is in a field, and the backend will say something else. */
function headersOf({ type, source }: MockAnswer, preference: Preference | null): string[] {
  const headers = ['Cache-Control', 'no-store', 'Simpul-Mock', source];
  if (type !== '') headers.push('Content-Type', type);
  if (preference === null) return headers;
  const { code, example } = preference;
  const applied = [code === '' ? '' : `code=${code}`, example === '' ? '' : 'example'].filter((part) => part !== '');
  return [...headers, 'Preference-Applied', applied.join(', ')];
}
