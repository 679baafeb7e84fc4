import { GatewayError } from '../errors.ts';
import type { Filter } from './filter.ts';

/**
 * Blocked and retired APIs answer at once; deprecated ones say so in every answer (RFC 9745, RFC 8594). Drafts are
 * decided by `subscription`, which knows the caller.
 */
export function lifecycle(): Filter {
  return {
    name: 'lifecycle',
    onRequest({ api }) {
      if (api?.lifecycle.state === 'Blocked') {
        throw new GatewayError('GW_API_BLOCKED', `This API is blocked: ${api.lifecycle.reason}`);
      }
      if (api?.lifecycle.state === 'Retired') throw retired(api.lifecycle.successor);
    },
    onAnswer({ api, answerHeaders }) {
      if (api?.lifecycle.state !== 'Deprecated') return;
      const { deprecation, sunset, link } = api.lifecycle;
      answerHeaders.push('Deprecation', deprecation);
      if (sunset !== undefined) answerHeaders.push('Sunset', sunset);
      if (link !== undefined) answerHeaders.push('Link', link);
    },
  };
}

function retired(successor: string | undefined): GatewayError {
  if (successor === undefined) return new GatewayError('GW_API_RETIRED', 'This API is retired.');
  const headers = ['Link', `<${successor}>; rel="successor-version"`];
  return new GatewayError('GW_API_RETIRED', `This API is retired; its successor is ${successor}.`, { headers });
}
