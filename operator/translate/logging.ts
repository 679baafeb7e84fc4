import type { CompiledGateway, CompiledLogging } from '#api/compiled/contract.ts';
import type { ApiGateway } from '#api/generated/apigateway.ts';
import type { ApiService } from '#api/generated/apiservice.ts';
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
