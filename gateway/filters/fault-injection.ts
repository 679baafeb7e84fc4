import { setTimeout as wait } from 'node:timers/promises';
import { GatewayError } from '../errors.ts';
import type { Exchange } from '../exchange.ts';
import type { PolicyMetrics } from '../metrics/policy-metrics.ts';
import type { FaultInjectionEntry } from '../snapshot/model.ts';
import { fieldOf } from './client-address.ts';
import type { Filter } from './filter.ts';

/** Most calls that are held up at one time; more pass at once. */
const maxDelayed = 1000;

/** A drill: calls are held up or refused on purpose, until it is over. `chance`: 0 to 1. */
export function faultInjection(metrics: PolicyMetrics, chance: () => number): Filter {
  let delayed = 0;
  const delay = async (exchange: Exchange, entry: FaultInjectionEntry): Promise<void> => {
    delayed++;
    await wait(entry.delayMs);
    delayed--;
    if (!exchange.finished) refuse(entry);
  };
  const inject = (exchange: Exchange, entry: FaultInjectionEntry): void | Promise<void> => {
    const isDelayed = entry.delayMs > 0 && delayed < maxDelayed;
    if (!isDelayed && entry.status === null) return undefined;
    exchange.drill = describe(isDelayed, entry.status !== null);
    metrics.countInjected(exchange);
    return isDelayed ? delay(exchange, entry) : refuse(entry);
  };
  return {
    name: 'fault-injection',
    onRequest(exchange) {
      const entry = exchange.api?.faultInjection ?? null;
      if (entry === null || !concerns(exchange, entry) || chance() >= entry.share) return undefined;
      return inject(exchange, entry);
    },
  };
}

function describe(isDelayed: boolean, isAborted: boolean): 'delay' | 'abort' | 'delay+abort' {
  if (!isDelayed) return 'abort';
  return isAborted ? 'delay+abort' : 'delay';
}

function concerns(exchange: Exchange, { until, subscriptions, header }: FaultInjectionEntry): boolean {
  if (exchange.time >= until) return false;
  if (subscriptions.size > 0 && !subscriptions.has(exchange.subscription?.id ?? '')) return false;
  return header === null || fieldOf(exchange, header.name) === header.value;
}

function refuse({ status, untilText }: FaultInjectionEntry): void {
  if (status === null) return;
  const detail = `This is a drill: the owner of the API has some calls refused on purpose until ${untilText}.`;
  throw new GatewayError('GW_FAULT_INJECTED', detail, { status });
}
