import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aGateway, anApi, aTenant } from '#gateway/testing/compiled.ts';
import { aBackend, backendAt } from '#gateway/testing/test-backend.ts';
import { aRunningGateway, call, type TestGateway } from '#gateway/testing/test-gateway.ts';
import { startJaeger } from '#tools/jaeger/jaeger.ts';
import { eventually } from '../standalone/simpul.ts';

interface JaegerSpan {
  readonly spanID: string;
  readonly operationName: string;
  readonly references: readonly { readonly refType: string; readonly spanID: string }[];
  readonly duration: number;
  readonly tags: readonly { readonly key: string; readonly value: unknown }[];
  readonly processID: string;
}

interface JaegerTrace {
  readonly spans: readonly JaegerSpan[];
  readonly processes: Readonly<Record<string, { readonly serviceName: string }>>;
}

/** The trace as Jaeger gives it to its own pages, once it has so many spans. */
function traceOf(api: string, id: string, spans: number): Promise<JaegerTrace> {
  return eventually(`Jaeger has ${spans} spans of ${id}`, async () => {
    const response = await fetch(`${api}/api/traces/${id}`);
    if (!response.ok) return undefined;
    const { data } = (await response.json()) as { data: JaegerTrace[] };
    return data[0] !== undefined && data[0].spans.length >= spans ? data[0] : undefined;
  });
}

function tagsOf({ tags }: JaegerSpan): Record<string, unknown> {
  return Object.fromEntries(tags.map(({ key, value }) => [key, value]));
}

function parentOf({ references }: JaegerSpan): string | undefined {
  return references.find(({ refType }) => refType === 'CHILD_OF')?.spanID;
}

/** Each span is a child of the one before it; by their times alone two may stand in either order. */
function fromParentToChild(spans: readonly JaegerSpan[]): JaegerSpan[] {
  const ids = new Set(spans.map(({ spanID }) => spanID));
  const chain = spans.filter((span) => !ids.has(parentOf(span) ?? ''));
  for (const parent of chain) chain.push(...spans.filter((span) => parentOf(span) === parent.spanID));
  return chain;
}

async function sends({ gateway }: TestGateway): Promise<boolean> {
  return /^simpul_gateway_spans_sent_total [1-9]/m.test(await gateway.metrics.registry.metrics());
}

const base = '/banten/situs/v1';
const operations = [{ path: '/nik/{nik}', methods: [], limits: [] }];

test('a call through two gateways is one trace, whose spans tell whose time it was', async () => {
  await using jaeger = await startJaeger();
  await using backend = await aBackend((_request, response) => {
    setTimeout(() => response.writeHead(503).end(), 100);
  });
  const { endpoint } = jaeger;
  // The inner gateway would trace nothing by itself: its trusted parent decides.
  const trusting = aGateway({
    id: 'simpul-system/inner',
    tracing: { endpoint, rate: 0 },
    trustedProxies: ['127.0.0.1/32'],
  });
  await using inner = await aRunningGateway([
    trusting,
    aTenant(),
    anApi({ backend: backendAt(backend.url), operations }),
  ]);
  const tracing = aGateway({ tracing: { endpoint, rate: 1 } });
  const outerBackend = backendAt(`http://127.0.0.1:${inner.port}${base}`);
  await using outer = await aRunningGateway([tracing, aTenant(), anApi({ backend: outerBackend, operations })]);
  const read = (id: string) =>
    call(outer.port, `${base}/nik/rahasia?npwp=rahasia`, {
      headers: { traceparent: `00-${id}-${'b'.repeat(16)}-00`, tracestate: 'lain=1' },
    });
  // The first calls come before OpenTelemetry is loaded.
  await eventually('both gateways send spans', async () => {
    await read('c'.repeat(32));
    return (await sends(outer)) && (await sends(inner)) ? true : undefined;
  });
  const id = 'a'.repeat(32);
  await read(id);
  const trace = await traceOf(jaeger.api, id, 4);

  const [server, client, innerServer, innerClient] = fromParentToChild(trace.spans);
  assert.ok(server && client && innerServer && innerClient);
  assert.deepEqual(
    [server, client, innerServer, innerClient].map(({ operationName }) => operationName),
    [`GET ${base}/nik/{nik}`, 'GET', `GET ${base}/nik/{nik}`, 'GET'],
  );
  assert.deepEqual(
    [parentOf(client), parentOf(innerServer), parentOf(innerClient)],
    [server.spanID, client.spanID, innerServer.spanID],
  );
  assert.equal(backend.requests.at(-1)?.headers['tracestate'], 'lain=1');
  assert.match(String(backend.requests.at(-1)?.headers['traceparent']), new RegExp(`-${innerClient.spanID}-01$`));
  const {
    'span.kind': kind,
    'http.route': route,
    'url.path': path,
    'error.type': type,
    error,
    ...tags
  } = tagsOf(server);
  assert.deepEqual([kind, route, path, type, error], ['server', `${base}/nik/{nik}`, `${base}/nik/{nik}`, '503', true]);
  assert.equal(tags['http.response.status_code'], 503);
  assert.equal(tags['simpul.api'], 'banten/situs');
  assert.equal(tags['simpul.fault'], 'provider');
  assert.equal(tags['server.address'], '127.0.0.1');
  assert.equal(tagsOf(innerClient)['server.port'], Number(new URL(backend.url).port));
  assert.ok(innerClient.duration >= 95_000, `the backend took ${innerClient.duration} µs`);
  for (const span of trace.spans) assert.ok(span.duration >= innerClient.duration);
  assert.doesNotMatch(JSON.stringify(trace), /rahasia/);
  assert.deepEqual(
    new Set(Object.values(trace.processes).map(({ serviceName }) => serviceName)),
    new Set(['simpul-gateway']),
  );
});
