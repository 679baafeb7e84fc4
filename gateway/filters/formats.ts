import { fieldValue, without } from '../cache/fields.ts';
import { GatewayError } from '../errors.ts';
import type { Exchange } from '../exchange.ts';
import { acceptedFormat, type Format } from '../mediation/formats.ts';
import { FormattingDownstream, varied } from '../mediation/formatting-downstream.ts';
import type { AnswerMetrics } from '../metrics/answer-metrics.ts';
import type { Filter } from './filter.ts';
import { PassingDownstream } from './passing-downstream.ts';

/** Gives JSON answers in the format that the caller asks for, by `?format=` or Accept. */
export function formats(metrics: AnswerMetrics): Filter {
  return {
    name: 'formats',
    onRequest(exchange) {
      const offered = exchange.api?.formats ?? null;
      if (offered === null || exchange.upgrade !== '') return;
      const format = takeNamed(exchange, offered) ?? acceptedFormat(acceptOf(exchange), offered) ?? offered[0];
      if (format === undefined || format === 'json') {
        exchange.downstream = new VaryingDownstream(exchange.downstream);
        return;
      }
      // The backend gives JSON, and in plain bytes.
      exchange.rawHeaders = [...without(exchange.rawHeaders, negotiated), 'Accept', 'application/json'];
      exchange.downstream = new FormattingDownstream(exchange, format, metrics);
    },
  };
}

const negotiated = new Set(['accept', 'accept-encoding']);

function acceptOf({ rawHeaders }: Exchange): string {
  return fieldValue(rawHeaders, 'accept');
}

/** The format of `?format=`, which ends here; undefined: the call names none. */
function takeNamed(exchange: Exchange, offered: readonly Format[]): Format | undefined {
  if (!exchange.query.includes('format=')) return undefined;
  const parts = exchange.query.slice(1).split('&');
  const named = parts.filter((part) => part.startsWith('format='));
  if (named.length === 0) return undefined;
  const format = offered.find((name) => named.every((part) => part === `format=${name}`));
  if (format === undefined) {
    throw new GatewayError('GW_FORMAT_NOT_OFFERED', `Ask for one of these formats: ${offered.join(', ')}.`);
  }
  const rest = parts.filter((part) => !part.startsWith('format='));
  exchange.query = rest.length === 0 ? '' : `?${rest.join('&')}`;
  return format;
}

/** Goes as it is, with the note that who accepts something else gets something else. */
class VaryingDownstream extends PassingDownstream {
  override writeHead(status: number, fields: readonly string[], bodyLength: number): void {
    this.next.writeHead(status, varied(fields), bodyLength);
  }
}
