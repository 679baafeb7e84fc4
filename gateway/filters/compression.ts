import { fieldValue } from '../cache/fields.ts';
import { negotiate } from '../compression/accept-encoding.ts';
import { CompressingDownstream, type CompressionHost } from '../compression/compressing-downstream.ts';
import type { AnswerMetrics } from '../metrics/answer-metrics.ts';
import type { Filter } from './filter.ts';

/** Compresses answers for whoever accepts it, where the API says so. Bodies of requests go on as they came. */
export function compression(metrics: AnswerMetrics): Filter {
  const host: CompressionHost = { metrics, compressors: 0 };
  return {
    name: 'compression',
    onRequest(exchange) {
      const policy = exchange.api?.compression ?? null;
      if (policy === null || exchange.upgrade !== '') return;
      const encoding = negotiate(fieldValue(exchange.rawHeaders, 'accept-encoding'), policy.encodings);
      exchange.downstream = new CompressingDownstream(exchange, policy, encoding, host);
    },
  };
}
