import { GatewayError } from '../errors.ts';
import type { Exchange } from '../exchange.ts';
import { isNamed } from '../http1/write-head.ts';
import type { CorsPolicy, PreflightQuestion } from './cors-policy.ts';
import type { Filter } from './filter.ts';
import { PassingDownstream } from './passing-downstream.ts';

/**
 * What scripts of other sites may do (Fetch standard, 3.3). Answers preflights by itself: browsers send them without a
 * credential, and they are no calls of the API. Every answer says whether the script may read it, refusals too; what
 * the backend says about it is taken out.
 */
export function cors(): Filter {
  return {
    name: 'cors',
    onRequest(exchange) {
      const policy = exchange.api?.cors ?? null;
      if (policy === null) return;
      const question = exchange.method === 'OPTIONS' ? preflightOf(exchange) : null;
      if (question === null) exchange.downstream = new WithoutCors(exchange.downstream);
      else answerPreflight(exchange, policy, question);
    },
    onAnswer(exchange) {
      const policy = exchange.api?.cors ?? null;
      if (policy === null || saysAll(exchange)) return;
      policy.addTo(exchange.answerHeaders, fieldOf(exchange, 'origin'));
    },
  };
}

/** Is it the answer to a preflight, which says everything by itself? */
function saysAll({ reply }: Exchange): boolean {
  return reply?.headers[1] === preflightVary[1];
}

/** Null: it is an OPTIONS request like others. */
function preflightOf(exchange: Exchange): PreflightQuestion | null {
  const origin = fieldOf(exchange, 'origin');
  const method = fieldOf(exchange, 'access-control-request-method');
  if (origin === '' || method === '') return null;
  return { origin, method, headers: fieldOf(exchange, 'access-control-request-headers') };
}

const preflightVary = ['Vary', 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers'];

function answerPreflight(exchange: Exchange, policy: CorsPolicy, question: PreflightQuestion): void {
  const refusal = policy.refusalOf(question);
  if (refusal !== undefined) {
    throw new GatewayError('GW_CORS_REFUSED', `A script of this origin may not make this call: ${refusal}.`);
  }
  exchange.reply = { status: 204, headers: [...preflightVary, ...policy.granted(question.origin)], body: '' };
}

/** The field's only value; empty: there is none, or more than one, which browsers do not send. */
function fieldOf({ rawHeaders }: Exchange, name: string): string {
  let found = '';
  for (let i = 0; i < rawHeaders.length; i += 2) {
    if (!isNamed(rawHeaders[i] ?? '', name)) continue;
    if (found !== '') return '';
    found = rawHeaders[i + 1] ?? '';
  }
  return found;
}

const backendFields = 'access-control-';

/** Takes out what the backend says about scripts: two answers to one question, and browsers believe neither. */
class WithoutCors extends PassingDownstream {
  override writeHead(status: number, fields: readonly string[], bodyLength: number): void {
    const kept: string[] = [];
    for (let i = 0; i < fields.length; i += 2) {
      const name = fields[i] ?? '';
      const isOurs = name.slice(0, backendFields.length).toLowerCase() === backendFields;
      if (!isOurs) kept.push(name, fields[i + 1] ?? '');
    }
    this.next.writeHead(status, kept, bodyLength);
  }
}
