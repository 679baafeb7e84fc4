import { hash } from 'node:crypto';
import { CallClient, type CallFacts, CallRequest } from '#api/call-expression.ts';
import type { Exchange } from '../exchange.ts';
import { fieldOf } from '../filters/client-address.ts';
import type { LimitKeys } from './limiter.ts';

/** What a call is counted by, and what expressions see of it. One instance serves one call after the other. */
export class CallKeys implements LimitKeys {
  #exchange: Exchange;
  #facts: CallFacts | null = null;

  constructor(exchange: Exchange) {
    this.#exchange = exchange;
  }

  /** From here on it is about `exchange`. */
  turnTo(exchange: Exchange): void {
    this.#exchange = exchange;
    this.#facts = null;
  }

  get subscription(): string {
    return this.#exchange.subscription?.id ?? '';
  }

  get application(): string {
    return this.#exchange.subscription?.application ?? '';
  }

  get clientIp(): string {
    return this.#exchange.client.limitKey;
  }

  header(name: string): string {
    return bounded(fieldOf(this.#exchange, name));
  }

  claim(name: string): string {
    const { claims } = this.#exchange;
    const value = claims !== null && Object.hasOwn(claims, name) ? claims[name] : undefined;
    const isText = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
    return isText ? bounded(String(value)) : '';
  }

  facts(): CallFacts {
    this.#facts ??= factsOf(this.#exchange);
    return this.#facts;
  }
}

function factsOf(exchange: Exchange): CallFacts {
  return {
    request: new CallRequest(exchange, exchange.rawHeaders, exchange.query),
    client: new CallClient(exchange.client.address),
    api: exchange.api?.id ?? '',
    plan: exchange.plan?.name ?? '',
    subscription: exchange.subscription?.id ?? '',
    claims: exchange.claims ?? {},
  };
}

const longestKey = 64;

/** Callers choose these values: a long one is kept as its digest. */
function bounded(value: string): string {
  return value.length <= longestKey ? value : hash('sha256', value, 'base64url');
}
