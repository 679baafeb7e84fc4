import { Counter, Gauge, type Metric, Registry } from 'prom-client';
import type { TokenErrorCode } from '../identity/token-refusal.ts';
import type { ListenerEntry } from '../snapshot/model.ts';
import type { LossReason } from '../tracing/span-queue.ts';
import type { ArrivalFailure, ArrivalMeter } from '../transport/arrival-report.ts';
import { AnswerMetrics } from './answer-metrics.ts';
import { ApiMeters, CallSeries } from './api-meters.ts';
import { LatencyHistogram, type LatencySeries } from './latency-histogram.ts';
import { PolicyMetrics } from './policy-metrics.ts';

/** Most (ApiService, plan) pairs with series of their own; the rest count together as `_other`. */
export const maxCallSeries = 1000;
/** Most ApiServices with a latency histogram of their own (some 14 series each). */
export const maxLatencySeries = 200;

/** Most KeyManagers whose keys' age is shown. */
const maxKeyAges = 200;

export const otherLabel = '_other';

/**
 * What the gateway measures, in Prometheus' form. Cardinality is bounded: names of objects only, never paths, callers or
 * codes of backends; and beyond {@link maxCallSeries} and {@link maxLatencySeries} everything else shares one series.
 */
export class GatewayMetrics implements ArrivalMeter {
  readonly registry = new Registry();
  readonly answers = new AnswerMetrics(this.registry);
  readonly policies = new PolicyMetrics(this.registry);
  /** Counted here and not in the gauge: it changes twice in each call, and is read once in a while. */
  callsInFlight = 0;
  readonly inFlight = gauge(this.registry, 'simpul_gateway_calls_in_flight', 'Calls that are being answered.');
  readonly refusedObjects = gauge(
    this.registry,
    'simpul_gateway_refused_objects',
    'Compiled objects that could not be loaded; their last good version serves on.',
    'max',
  );
  readonly loadedObjects = gauge(
    this.registry,
    'simpul_gateway_loaded_objects',
    'Compiled objects that are served.',
    'max',
  );
  readonly configVersion = gauge(
    this.registry,
    'simpul_gateway_config_version',
    'resourceVersion up to which the configuration is served.',
    'min',
  );
  readonly viewAge = gauge(
    this.registry,
    'simpul_gateway_view_age_seconds',
    'Time since the API server last confirmed that the configuration is current.',
    'max',
  );
  readonly rolledBack = gauge(
    this.registry,
    'simpul_gateway_state_rolled_back',
    '1: etcd was restored to an older state, and nobody has confirmed that state yet. 0: it was not.',
    'max',
  );
  readonly withheld = gauge(
    this.registry,
    'simpul_gateway_withheld_rights',
    'What was taken from callers in the 24 hours before etcd was restored, is in the restored state, and stays refused.',
    'max',
  );
  readonly limitStoreUp = gauge(
    this.registry,
    'simpul_gateway_limit_store_up',
    '1: limits are counted in Redis. 0: this pod counts for itself, because there is none or it does not answer.',
    'min',
  );
  readonly limitPods = gauge(this.registry, 'simpul_gateway_limit_pods', 'Processes that share the limits.', 'max');
  readonly limitSlots = gauge(
    this.registry,
    'simpul_gateway_limit_slots',
    'Slots for calls at the same time that this process has leased from Redis.',
  );
  readonly limitKeys = gauge(this.registry, 'simpul_gateway_limit_keys', 'Keys that limits count in memory.');
  readonly usageCells = gauge(
    this.registry,
    'simpul_gateway_usage_cells',
    'Combinations of hour, API, Subscription and plan whose usage is counted in memory.',
  );
  readonly #lostLogLines = new Counter({
    name: 'simpul_gateway_access_log_lost_total',
    help: 'Access-log lines that were given up because the log could not be written fast enough.',
    registers: [this.registry],
  });
  readonly #calls = new Counter({
    name: 'simpul_gateway_calls_total',
    help: 'Calls by ApiService, plan and class of the answer (2xx, 4xx, …; aborted: the caller went away).',
    labelNames: ['api', 'plan', 'class'],
    registers: [this.registry],
    collect: () => {
      for (const { series } of this.#series.values()) series.tell();
    },
  });
  readonly #latency = new LatencyHistogram({
    name: 'simpul_gateway_call_duration_seconds',
    help: 'From the head of the request to the last byte of the answer.',
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5],
  });
  readonly #backendErrors = new Counter({
    name: 'simpul_gateway_backend_errors_total',
    help: 'Calls that failed between gateway and backend, by code of the refusal.',
    labelNames: ['code'],
    registers: [this.registry],
  });
  readonly #limited = new Counter({
    name: 'simpul_gateway_limited_calls_total',
    help: 'Calls refused by a limit, by the level that states it.',
    labelNames: ['level'],
    registers: [this.registry],
  });
  readonly #badConditions = new Counter({
    name: 'simpul_gateway_limit_condition_errors_total',
    help: 'Calls for which the condition of a limit could not be evaluated, so that the limit applied; by its level.',
    labelNames: ['level'],
    registers: [this.registry],
  });
  readonly #failedArrivals = new Counter({
    name: 'simpul_gateway_failed_connections_total',
    help: 'Connections of clients that ended before their first request, by listener and reason.',
    labelNames: ['listener', 'reason'],
    registers: [this.registry],
  });
  readonly #certificateExpiry = new Gauge({
    name: 'simpul_gateway_certificate_expiry_seconds',
    help: 'When a certificate that is served expires, in seconds since the epoch.',
    labelNames: ['listener', 'certificate'],
    aggregator: 'min',
    registers: [this.registry],
  });
  readonly #invalid = new Counter({
    name: 'simpul_gateway_validation_failures_total',
    help: 'Calls that break the definition of their API, by ApiService and direction (request, response).',
    labelNames: ['api', 'direction'],
    registers: [this.registry],
  });
  readonly #unchecked = new Counter({
    name: 'simpul_gateway_validation_skipped_total',
    help: 'Bodies that were not compared with the definition of their API, because they are too large or cannot be read.',
    labelNames: ['api', 'direction'],
    registers: [this.registry],
  });
  /** ApiServices that have series of their own in the two above. */
  readonly #validated = new Set<string>();
  readonly #spansSent = new Counter({
    name: 'simpul_gateway_spans_sent_total',
    help: 'Spans that the collector has taken.',
    registers: [this.registry],
  });
  readonly #spansLost = new Counter({
    name: 'simpul_gateway_spans_lost_total',
    help: 'Spans that were given up: too many waited, or the collector did not take them.',
    labelNames: ['reason'],
    registers: [this.registry],
  });
  readonly #tokens = new Counter({
    name: 'simpul_gateway_tokens_total',
    help: 'Access tokens by what became of them: cached (verified lately), verified, refused.',
    labelNames: ['result'],
    registers: [this.registry],
  });
  readonly #tokenRequests = new Counter({
    name: 'simpul_gateway_token_requests_total',
    help: 'Requests to token endpoints of our own by what became of them: issued, or the error of RFC 6749.',
    labelNames: ['result'],
    registers: [this.registry],
  });
  readonly #keyFetches = new Counter({
    name: 'simpul_gateway_key_fetches_total',
    help: 'Attempts to fetch the keys of issuers, by result.',
    labelNames: ['result'],
    registers: [this.registry],
  });
  readonly #keyAge: Gauge<'key_manager'> = new Gauge({
    name: 'simpul_gateway_keys_age_seconds',
    help: 'Time since the keys of a KeyManager were last confirmed by its issuer; NaN: there are none.',
    aggregator: 'max',
    labelNames: ['key_manager'],
    registers: [this.registry],
    collect: () => this.#collectKeyAges(),
  });
  readonly #keys = new Map<string, { readonly ageMs: number }>();
  readonly #series = new Map<string, { users: number; readonly series: CallSeries }>();
  readonly #latencies = new Map<string, { users: number; readonly series: LatencySeries }>();
  /** Calls that reached no API. */
  readonly noApi = this.openApi('', []);

  constructor() {
    this.registry.registerMetric(this.#latency as unknown as Metric<'api'>);
  }

  /** Meters for one ApiService and its plans. Give them back with {@link closeApi}. */
  openApi(api: string, plans: readonly string[]): ApiMeters {
    const series = new Map([null, ...plans].map((plan) => [plan, this.#acquireSeries(api, plan ?? '')]));
    return new ApiMeters(api, series, this.#acquireLatency(api));
  }

  /** Removes the series that nobody uses any more, so that objects that come and go do not add up. */
  closeApi(meters: ApiMeters): void {
    if ((this.#series.get(seriesKey(meters.api, ''))?.users ?? 1) === 1) {
      this.#forgetValidated(meters.api);
      this.policies.forget(meters.api);
    }
    for (const series of meters.series.values()) this.#releaseSeries(series);
    this.#releaseLatency(meters.api);
  }

  countSpansSent(spans: number): void {
    this.#spansSent.inc(spans);
  }

  countSpansLost(reason: LossReason, spans: number): void {
    this.#spansLost.inc({ reason }, spans);
  }

  /** Brings the counter of lost lines up to what their writer has counted. */
  setLostLogLines(lost: number): void {
    this.#lostLogLines.reset();
    this.#lostLogLines.inc(lost);
  }

  countBackendError(code: string): void {
    this.#backendErrors.inc({ code });
  }

  countLimited(level: string): void {
    this.#limited.inc({ level });
  }

  countBadCondition(level: string): void {
    this.#badConditions.inc({ level });
  }

  countFailedArrival(listener: string, reason: ArrivalFailure): void {
    this.#failedArrivals.inc({ listener, reason });
  }

  /** Which certificates are served now. */
  setCertificates(listeners: readonly ListenerEntry[]): void {
    this.#certificateExpiry.reset();
    for (const { name: listener, tls } of listeners) {
      for (const { name: certificate, notAfter } of tls?.certificates.all ?? []) {
        this.#certificateExpiry.set({ listener, certificate }, notAfter / 1000);
      }
    }
  }

  countInvalid(api: string, direction: 'request' | 'response'): void {
    this.#invalid.inc({ api: this.#labelOfValidated(api), direction });
  }

  countUnchecked(api: string, direction: 'request' | 'response'): void {
    this.#unchecked.inc({ api: this.#labelOfValidated(api), direction });
  }

  #labelOfValidated(api: string): string {
    if (!this.#validated.has(api) && this.#validated.size >= maxCallSeries) return otherLabel;
    this.#validated.add(api);
    return api;
  }

  #forgetValidated(api: string): void {
    if (!this.#validated.delete(api)) return;
    for (const direction of ['request', 'response']) {
      this.#invalid.remove({ api, direction });
      this.#unchecked.remove({ api, direction });
    }
  }

  readonly countToken = (result: 'cached' | 'verified' | 'refused'): void => this.#tokens.inc({ result });

  readonly countTokenRequest = (result: 'issued' | TokenErrorCode): void => this.#tokenRequests.inc({ result });

  readonly countKeyFetch = (result: 'success' | 'failure'): void => this.#keyFetches.inc({ result });

  /** Shows the age of a KeyManager's keys; of the first {@link maxKeyAges}. */
  watchKeys(keyManager: string, keys: { readonly ageMs: number }): void {
    if (this.#keys.has(keyManager) || this.#keys.size < maxKeyAges) this.#keys.set(keyManager, keys);
  }

  forgetKeys(keyManager: string): void {
    this.#keys.delete(keyManager);
  }

  #collectKeyAges(): void {
    this.#keyAge.reset();
    for (const [keyManager, keys] of this.#keys) this.#keyAge.set({ key_manager: keyManager }, keys.ageMs / 1000);
  }

  #acquireSeries(api: string, plan: string): CallSeries {
    const wanted = seriesKey(api, plan);
    const full = !this.#series.has(wanted) && this.#series.size >= maxCallSeries;
    const labels = full ? { api: otherLabel, plan: '' } : { api, plan };
    const key = seriesKey(labels.api, labels.plan);
    let held = this.#series.get(key);
    if (held === undefined) {
      held = { users: 0, series: new CallSeries(this.#calls, labels) };
      this.#series.set(key, held);
    }
    held.users++;
    return held.series;
  }

  #releaseSeries(series: CallSeries): void {
    const key = seriesKey(series.api, series.plan);
    const held = this.#series.get(key);
    if (held === undefined) return;
    held.users--;
    if (held.users > 0) return;
    this.#series.delete(key);
    series.remove();
  }

  #acquireLatency(api: string): LatencySeries {
    const full = !this.#latencies.has(api) && this.#latencies.size >= maxLatencySeries;
    const label = full ? otherLabel : api;
    let held = this.#latencies.get(label);
    if (held === undefined) {
      held = { users: 0, series: this.#latency.open(label) };
      this.#latencies.set(label, held);
    }
    held.users++;
    return held.series;
  }

  #releaseLatency(api: string): void {
    const label = this.#latencies.has(api) ? api : otherLabel;
    const held = this.#latencies.get(label);
    if (held === undefined) return;
    held.users--;
    if (held.users > 0) return;
    this.#latencies.delete(label);
    this.#latency.remove(label);
  }
}

function seriesKey(api: string, plan: string): string {
  return `${api} ${plan}`;
}

/** `aggregator`: what the workers of one pod say together. */
function gauge(registry: Registry, name: string, help: string, aggregator: 'sum' | 'min' | 'max' = 'sum'): Gauge {
  return new Gauge({ name, help, aggregator, registers: [registry] });
}
