import type { SpanContext, TraceState } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { describeError } from '#api/errors.ts';
import type { SpanSink } from './span-queue.ts';
import type { SpanRecord } from './spans.ts';

export interface OtlpOptions {
  /** Base URL; `/v1/traces` is joined to it. */
  readonly endpoint: string;
  /** What the spans are of: `service.name` and the like. */
  readonly resource: Readonly<Record<string, string>>;
}

const timeoutMs = 10_000;

/** Sends spans by OTLP over HTTP, as protobuf, compressed; answers that ask for it are tried again. Loads OpenTelemetry when it is called. */
export async function openOtlpSink({ endpoint, resource }: OtlpOptions): Promise<SpanSink> {
  const [{ OTLPTraceExporter }, { CompressionAlgorithm }, { resourceFromAttributes }, api] = await Promise.all([
    import('@opentelemetry/exporter-trace-otlp-proto'),
    import('@opentelemetry/otlp-exporter-base'),
    import('@opentelemetry/resources'),
    import('@opentelemetry/api'),
  ]);
  const url = `${endpoint.replace(/\/+$/, '')}/v1/traces`;
  const exporter = new OTLPTraceExporter({ url, timeoutMillis: timeoutMs, compression: CompressionAlgorithm.GZIP });
  const common = { resource: resourceFromAttributes(resource), instrumentationScope: { name: 'simpul.id/gateway' } };
  return {
    send: (spans) =>
      new Promise((resolve) => {
        const readable = spans.map((span) => readableSpan(span, { ...common, api }));
        exporter.export(readable, ({ error }) => resolve(error === undefined ? undefined : describeError(error)));
      }),
    close: () => exporter.shutdown(),
  };
}

type Common = Pick<ReadableSpan, 'resource' | 'instrumentationScope'> & {
  readonly api: typeof import('@opentelemetry/api');
};

function readableSpan(span: SpanRecord, { api, ...common }: Common): ReadableSpan {
  const traceState = span.state === '' ? undefined : api.createTraceState(span.state);
  const contextOf = (spanId: string, isRemote: boolean): SpanContext => ({
    ...{ traceId: span.traceId, spanId, isRemote, traceFlags: api.TraceFlags.SAMPLED },
    ...(traceState === undefined ? {} : { traceState: traceState satisfies TraceState }),
  });
  return {
    name: span.name,
    kind: span.kind === 'server' ? api.SpanKind.SERVER : api.SpanKind.CLIENT,
    spanContext: () => contextOf(span.id, false),
    ...(span.parentId === '' ? {} : { parentSpanContext: contextOf(span.parentId, span.parentIsRemote) }),
    startTime: highResolution(span.start),
    endTime: highResolution(span.end),
    duration: highResolution(span.end - span.start),
    status: { code: span.failed ? api.SpanStatusCode.ERROR : api.SpanStatusCode.UNSET },
    attributes: span.attributes,
    links: [],
    events: [],
    ended: true,
    ...{ droppedAttributesCount: 0, droppedEventsCount: 0, droppedLinksCount: 0 },
    ...common,
  };
}

/** Seconds and nanoseconds. */
function highResolution(ms: number): [number, number] {
  const seconds = Math.floor(ms / 1000);
  return [seconds, Math.round((ms - seconds * 1000) * 1_000_000)];
}
