import type { CompiledGateway, CompiledLogging } from '#api/compiled/contract.ts';
import type { Observation } from '#api/conditions.ts';
import type { ApiGateway } from '#api/generated/apigateway.ts';
import type { ApiService } from '#api/generated/apiservice.ts';
import { keyOf } from '#api/object.ts';
import { enumerate, observe } from './outcome.ts';
import { parseBytes, parseShare } from './quantity.ts';

type Logging = NonNullable<ApiService['spec']['logging']>;

/** What is logged of one API's calls; nothing of it when its spec does not say. */
export function compileLogging(logging: Logging | undefined): { readonly logging?: CompiledLogging } {
  if (logging === undefined) return {};
  const { target, headers = [], mask = [] } = logging;
  return {
    logging: {
      target: target === 'Masked',
      headers: [...headers].sort(),
      ...compileBodies(logging),
      mask: [...mask].sort(),
    },
  };
}

function compileBodies({ bodies, sampleRate, maxBytes }: Logging): Pick<CompiledLogging, 'bodies'> {
  if (bodies !== 'Sampled') return {};
  return { bodies: { rate: parseShare(sampleRate) ?? 0, maxBytes: parseBytes(maxBytes) ?? 0 } };
}

export function compileGatewayLogging({ spec }: ApiGateway): Pick<CompiledGateway, 'logging'> {
  if (spec.logging === undefined) return {};
  const { bodies, mask = [] } = spec.logging;
  return { logging: { bodies: bodies === 'Sampled', mask: [...mask].sort() } };
}

/** Adds to what is warned of anyway that bodies are not logged where a gateway does not permit it: a type of condition stands once. */
export function withLoggingWarning(
  api: ApiService,
  gateways: readonly (ApiGateway | undefined)[],
  warnings: readonly Observation[],
): Observation[] {
  const silent = gateways.filter((gateway) => gateway !== undefined && gateway.spec.logging?.bodies !== 'Sampled');
  if (api.spec.logging?.bodies !== 'Sampled' || silent.length === 0) return [...warnings];
  const names = enumerate(silent.flatMap((gateway) => (gateway === undefined ? [] : keyOf(gateway))));
  const message = `spec.logging.bodies: ApiGateway ${names} permits no bodies in the log, so none are: the organiser sets its spec.logging.bodies to Sampled`;
  const [first] = warnings;
  if (first === undefined) return [observe(api, 'Warning', 'True', { reason: 'BodiesNotLogged', message })];
  return [{ ...first, message: `${first.message}. ${message}` }];
}
