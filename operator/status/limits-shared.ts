import type { Observation } from '#api/conditions.ts';
import type { ApiGateway } from '#api/generated/apigateway.ts';
import { observe, type Problem } from '../translate/outcome.ts';
import type { GatewayPod } from '../world/fleet.ts';

/** Whether the pods of a fleet count limits together; `pods`: those that live. */
export function limitsShared(gateway: ApiGateway, pods: readonly GatewayPod[]): Observation {
  const { status, because } = judge(gateway, pods);
  return observe(gateway, 'LimitsShared', status, because);
}

interface Judgement {
  readonly status: Observation['status'];
  readonly because: Problem;
}

function judge(gateway: ApiGateway, pods: readonly GatewayPod[]): Judgement {
  if (gateway.spec.redis === undefined) {
    const who = gateway.spec.workers > 1 ? 'worker of each gateway pod' : 'gateway pod';
    const message = `Each ${who} counts limits for itself, so callers get up to as many times a limit as there are of them, and usage only for its own life: give spec.redis`;
    return { status: 'False', because: { reason: 'CountsLocally', message } };
  }
  const telling = pods.filter(({ limits }) => limits !== undefined);
  if (telling.length === 0) {
    return { status: 'Unknown', because: { reason: 'NoGateways', message: 'No gateway pod says how it counts yet' } };
  }
  const down = telling.filter(({ limits }) => limits === 'Down' || limits === 'Local');
  const [first] = down;
  if (first !== undefined) {
    const message = `${down.length} of ${telling.length} gateway pods allow only their share of the limits, because Redis cannot be used: ${first.limitsReason || 'not asked yet'}`;
    return { status: 'False', because: { reason: 'RedisUnavailable', message } };
  }
  if (telling.some(({ limits }) => limits === 'VolatileRedis')) {
    const message =
      'All gateway pods count together, but a restart of Redis forgets Day and Month, and usage: set appendonly yes and maxmemory-policy noeviction';
    return { status: 'True', because: { reason: 'VolatileRedis', message } };
  }
  return { status: 'True', because: { reason: 'LimitsShared', message: 'All gateway pods count limits together' } };
}
