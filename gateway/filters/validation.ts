import type { ValidationMode } from '#api/compiled/contract.ts';
import { GatewayError } from '../errors.ts';
import type { Exchange } from '../exchange.ts';
import type { GatewayMetrics } from '../metrics/gateway-metrics.ts';
import type { DefinitionUse } from '../snapshot/model.ts';
import { headerOf, readPath, sourceOf } from '../validation/call-source.ts';
import type { DefinedEntry, DefinitionRoom } from '../validation/definition-entry.ts';
import { mediaTypeOf } from '../validation/media-types.ts';
import type { OperationCheck, Violation } from '../validation/operation-check.ts';
import { AnswerCheck } from './answer-check.ts';
import { bodyLimitOf, bodyTooLarge } from './body-limit.ts';
import type { Filter } from './filter.ts';
import { relativePath } from './operation.ts';
import { readWholeBody } from './whole-body.ts';

/** Bytes of a body that is checked: beyond that it would hold up other calls. */
export const mostCheckedBytes = 4 * 1024 * 1024;

/** Compares calls and answers with the definition of the API. */
export function validation(room: DefinitionRoom, metrics: GatewayMetrics): Filter {
  return {
    name: 'validation',
    onRequest(exchange) {
      const use = exchange.api?.definition ?? null;
      if (use === null || (use.requests === 'None' && use.responses === 'None')) return undefined;
      return new CallCheck(exchange, use, metrics).run(room);
    },
  };
}

/** One call: finds its operation, checks it, and stands in front of its answer. */
class CallCheck {
  readonly #exchange: Exchange;
  readonly #use: DefinitionUse;
  readonly #metrics: GatewayMetrics;

  constructor(exchange: Exchange, use: DefinitionUse, metrics: GatewayMetrics) {
    this.#exchange = exchange;
    this.#use = use;
    this.#metrics = metrics;
  }

  run(room: DefinitionRoom): void | Promise<void> {
    const entry = this.#find();
    if (entry === undefined) return undefined;
    const check = entry.check ?? room.compile(entry);
    const { requests, responses } = this.#use;
    const exchange = this.#exchange;
    if (responses !== 'None' && exchange.upgrade === '') {
      exchange.downstream = new AnswerCheck(exchange, check, { mode: responses, metrics: this.#metrics });
    }
    return requests === 'None' ? undefined : this.#checkRequest(entry, check);
  }

  #find(): DefinedEntry | undefined {
    const { api, method, path } = this.#exchange;
    const definition = this.#use.slot.value;
    if (definition === null) {
      throw new GatewayError('GW_DEFINITION_MISSING', 'The definition of this API is not loaded yet: try again soon.');
    }
    const match = definition.match(method, relativePath(path, api?.baseLength ?? 0));
    if (match.found === 'operation') return match.operation;
    const rule = match.found === 'path' ? 'method is not in the definition' : 'path is not in the definition';
    if (!this.#blames(rule)) return undefined;
    if (match.found === 'nothing') {
      throw new GatewayError('GW_OPERATION_NOT_FOUND', 'The definition of the API has no operation with this path.');
    }
    const allow = match.allow.join(', ');
    throw new GatewayError('GW_METHOD_NOT_ALLOWED', `This operation takes ${allow}.`, { headers: ['Allow', allow] });
  }

  /** Notes that the request breaks a rule. True: it is to be refused. */
  #blames(rule: string): boolean {
    if (this.#use.requests === 'None') return false;
    if (this.#exchange.brokenRule === '') this.#exchange.brokenRule = `request: ${rule}`;
    this.#metrics.countInvalid(this.#exchange.api?.id ?? '', 'request');
    return this.#use.requests === 'Enforce';
  }

  #checkRequest(entry: DefinedEntry, check: OperationCheck): void | Promise<void> {
    const exchange = this.#exchange;
    const found = check.hasParameters ? this.#checkParameters(entry, check) : [];
    const type = mediaTypeOf(headerOf(exchange.rawHeaders, 'content-type'));
    const expectation = check.bodyExpectation(type, exchange.bodyLength !== 0);
    if (expectation === 'unknown type') return this.#refuseType(check, found);
    if (expectation === 'unwanted') found.push(ofBody('this operation takes no body'));
    if (expectation === 'missing') found.push(ofBody('a body is required'));
    if (expectation !== 'read' || exchange.upgrade !== '') return this.#conclude(found);
    if (!isPlain(exchange)) return this.#refuseType(check, found);
    return this.#readAndCheck(check, type, found);
  }

  #checkParameters(entry: DefinedEntry, check: OperationCheck): Violation[] {
    const { path, api } = this.#exchange;
    const source = sourceOf(this.#exchange, readPath(entry.path, relativePath(path, api?.baseLength ?? 0)));
    if (source !== undefined) return check.checkParameters(source);
    return [{ at: { parameter: 'query' }, message: 'has an escape that is not UTF-8', rule: 'query' }];
  }

  async #readAndCheck(check: OperationCheck, type: string, found: Violation[]): Promise<void> {
    const exchange = this.#exchange;
    const most = Math.min(bodyLimitOf(exchange), mostCheckedBytes);
    const isTooLong = exchange.bodyLength > most;
    if (this.#use.requests === 'Report' && (isTooLong || exchange.bodyLength < 0)) {
      // Whether it is right is worth less than that it passes as it came.
      this.#metrics.countUnchecked(exchange.api?.id ?? '', 'request');
      this.#conclude(found);
      return;
    }
    if (isTooLong) throw bodyTooLarge(most);
    const body = await readWholeBody(exchange, most);
    this.#conclude([...found, ...check.checkRequestBody(type, body)]);
  }

  #refuseType(check: OperationCheck, found: readonly Violation[]): void {
    if (!this.#blames('body media type')) return;
    if (found.length > 0) this.#refuse(found);
    const types = check.requestTypes.slice(0, 10).join(', ');
    const detail = `Send a body of one of these media types, in UTF-8 and without Content-Encoding: ${types}.`;
    throw new GatewayError('GW_MEDIA_TYPE_NOT_SUPPORTED', detail, { headers: ['Accept', types] });
  }

  #conclude(found: readonly Violation[]): void {
    const [first] = found;
    if (first !== undefined && this.#blames(first.rule)) this.#refuse(found);
  }

  #refuse(found: readonly Violation[]): never {
    const errors = found.slice(0, 10).map(({ at, message }) => ({ ...at, message }));
    throw new GatewayError('GW_REQUEST_INVALID', 'The request breaks the definition of the API; errors says where.', {
      members: { errors },
    });
  }
}

function ofBody(message: string): Violation {
  return { at: { pointer: '' }, message, rule: 'body' };
}

/** Is the body UTF-8 as it stands, so that it can be read? */
function isPlain(exchange: Exchange): boolean {
  const encoding = headerOf(exchange.rawHeaders, 'content-encoding') ?? '';
  const charset = /;\s*charset\s*=\s*"?([^\s;"]*)/i.exec(headerOf(exchange.rawHeaders, 'content-type') ?? '')?.[1];
  return /^(identity)?$/i.test(encoding) && (charset === undefined || /^(utf-8|us-ascii)$/i.test(charset));
}

/** What both directions need of a mode. */
export type ActiveMode = Exclude<ValidationMode, 'None'>;
