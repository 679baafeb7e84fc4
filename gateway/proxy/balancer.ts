import type { CompiledHashing, CompiledLoadBalancing } from '#api/compiled/traffic.ts';
import type { Exchange } from '../exchange.ts';
import type { Endpoint } from './endpoint.ts';
import { callKey, hashText, mixToUnit } from './hash.ts';

/** A number from 0 up to, and not including, 1. */
export type Random = () => number;

/** Chooses one of `candidates`, which are all endpoints (the very list) or what is left of them; never empty. */
export type Balancer = (candidates: readonly Endpoint[], exchange: Exchange) => Endpoint;

export function buildBalancer(
  all: readonly Endpoint[],
  loadBalancing: CompiledLoadBalancing | undefined,
  random: Random,
): Balancer {
  const [only] = all;
  if (all.length === 1 && only !== undefined) return () => only;
  switch (loadBalancing?.type) {
    case 'LeastRequest':
      return leastRequest(random);
    case 'ConsistentHash':
      return consistentHash(loadBalancing);
    default:
      return roundRobin(all, random);
  }
}

/** Each in turn by weight. While some are left out, the others are drawn by weight: so nobody inherits a whole share. */
function roundRobin(all: readonly Endpoint[], random: Random): Balancer {
  const round = dealRound(
    all,
    all.map(({ weight }) => weight),
  );
  let next = 0;
  return (candidates) => {
    if (candidates !== all) return draw(candidates, random, null);
    const endpoint = round[next] ?? draw(candidates, random, null);
    next = next + 1 >= round.length ? 0 : next + 1;
    return endpoint;
  };
}

/**
 * Power of two choices: draws two by weight and takes the one with fewer calls under way for its weight. Close to the
 * best of all, without all gateways running to the same endpoint (Mitzenmacher 2001).
 */
function leastRequest(random: Random): Balancer {
  return (candidates) => {
    const first = draw(candidates, random, null);
    if (candidates.length === 1) return first;
    const second = draw(candidates, random, first);
    return second.state.inFlight * first.weight < first.state.inFlight * second.weight ? second : first;
  };
}

/** How much more than its share an endpoint takes before its keys go to their next choice. */
const loadFactor = 1.25;

/**
 * Rendezvous hashing by weight (Thaler, Ravishankar 1998): every key ranks the endpoints, and goes to the first that has
 * not more than {@link loadFactor} of its share of calls under way (bounded loads; Mirrokni and others 2016). When an
 * endpoint comes or goes, only its own keys move.
 */
function consistentHash(by: CompiledHashing): Balancer {
  return (candidates, exchange) => {
    const key = hashText(callKey(exchange, by));
    let inFlight = 1;
    let weight = 0;
    for (const endpoint of candidates) {
      inFlight += endpoint.state.inFlight;
      weight += endpoint.weight;
    }
    const room = (loadFactor * inFlight) / weight;
    // There is always one below its share; the first is there for the compiler.
    return firstChoice(candidates, key, room) ?? (candidates[0] as Endpoint);
  };
}

/** `room`: calls that an endpoint may have under way for each of its weight. */
function firstChoice(candidates: readonly Endpoint[], key: number, room: number): Endpoint | undefined {
  let best: Endpoint | undefined;
  let bestScore = 0;
  for (const endpoint of candidates) {
    if (endpoint.state.inFlight >= Math.ceil(room * endpoint.weight)) continue;
    const score = -endpoint.weight / Math.log(mixToUnit(key, endpoint.seed));
    if (score <= bestScore) continue;
    best = endpoint;
    bestScore = score;
  }
  return best;
}

/** One of `candidates` by weight, but not `except` unless it is the only one. */
function draw(candidates: readonly Endpoint[], random: Random, except: Endpoint | null): Endpoint {
  let total = except === null ? 0 : -except.weight;
  for (const { weight } of candidates) total += weight;
  let left = random() * total;
  let drawn: Endpoint | undefined;
  for (const endpoint of candidates) {
    if (endpoint === except) continue;
    drawn = endpoint;
    left -= endpoint.weight;
    if (left < 0) break;
  }
  return drawn ?? (candidates[0] as Endpoint);
}

/** Smooth weighted round robin, dealt once: weights 3 and 1 give a a b a. */
export function dealRound<T>(items: readonly T[], weights: readonly number[]): readonly T[] {
  const divisor = weights.reduce(greatestCommonDivisor, 0) || 1;
  const steps = weights.map((weight) => weight / divisor);
  const total = steps.reduce((sum, step) => sum + step, 0);
  const current = steps.map(() => 0);
  const round: T[] = [];
  while (round.length < total) {
    for (const [index, step] of steps.entries()) current[index] = (current[index] ?? 0) + step;
    const best = current.indexOf(Math.max(...current));
    const item = items[best];
    if (item === undefined) break;
    round.push(item);
    current[best] = (current[best] ?? 0) - total;
  }
  return round;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
