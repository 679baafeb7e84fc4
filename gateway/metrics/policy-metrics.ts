import { Counter, Histogram, type Registry } from 'prom-client';
import type { Exchange } from '../exchange.ts';

/** Most ApiServices with series of their own here. */
const maxApis = 200;
const otherLabel = '_other';

/** What mirrors, canaries and drills do, by ApiService; only those that have one have series. */
export class PolicyMetrics {
  readonly #mirrored: Counter<'api' | 'outcome'>;
  readonly #injected: Counter<'api' | 'kind'>;
  readonly #versions: Counter<'api' | 'version' | 'class'>;
  readonly #seconds: Histogram<'api' | 'version'>;
  /** What each ApiService has series for, so that they can go with it. */
  readonly #apis = new Map<string, Map<string, () => void>>();

  constructor(registry: Registry) {
    const registers = [registry];
    this.#mirrored = new Counter({
      name: 'simpul_gateway_mirrored_calls_total',
      help: "Copies of calls by what became of them: class of the mirror's answer, failed, shed (too many under way), too_large, aborted.",
      labelNames: ['api', 'outcome'],
      registers,
    });
    this.#injected = new Counter({
      name: 'simpul_gateway_injected_faults_total',
      help: 'Calls of drills, by kind: delay, abort, delay+abort.',
      labelNames: ['api', 'kind'],
      registers,
    });
    this.#versions = new Counter({
      name: 'simpul_gateway_version_calls_total',
      help: 'Calls of ApiServices with a canary, by version and class of the answer.',
      labelNames: ['api', 'version', 'class'],
      registers,
    });
    this.#seconds = new Histogram({
      name: 'simpul_gateway_version_duration_seconds',
      help: 'From the head of the request to the last byte of the answer, of ApiServices with a canary, by version.',
      labelNames: ['api', 'version'],
      buckets: [0.005, 0.025, 0.1, 0.25, 0.5, 1, 5],
      registers,
    });
  }

  countMirrored(exchange: Exchange, outcome: string): void {
    const labels = { api: this.#labelOf(exchange), outcome };
    this.#hold(labels.api, `mirror ${outcome}`, () => this.#mirrored.remove(labels));
    this.#mirrored.inc(labels);
  }

  countInjected(exchange: Exchange): void {
    const labels = { api: this.#labelOf(exchange), kind: exchange.drill };
    this.#hold(labels.api, `drill ${labels.kind}`, () => this.#injected.remove(labels));
    this.#injected.inc(labels);
  }

  countVersion(exchange: Exchange): void {
    const api = this.#labelOf(exchange);
    // All that share a label share it whole.
    const version = api === otherLabel ? '' : (exchange.variant?.version ?? exchange.api?.version ?? '');
    const labels = {
      api,
      version,
      class: exchange.status === 0 ? 'aborted' : `${Math.floor(exchange.status / 100)}xx`,
    };
    this.#hold(api, `version ${version} ${labels.class}`, () => this.#versions.remove(labels));
    this.#versions.inc(labels);
    if (exchange.status === 101) return;
    this.#hold(api, `seconds ${version}`, () => this.#seconds.remove({ api, version }));
    this.#seconds.observe({ api, version }, exchange.totalMs / 1000);
  }

  /** The ApiService is gone. */
  forget(api: string): void {
    for (const remove of this.#apis.get(api)?.values() ?? []) remove();
    this.#apis.delete(api);
  }

  #labelOf({ api }: Exchange): string {
    const id = api?.id ?? '';
    return this.#apis.has(id) || this.#apis.size < maxApis ? id : otherLabel;
  }

  #hold(api: string, series: string, remove: () => void): void {
    if (api === otherLabel) return;
    let held = this.#apis.get(api);
    if (held === undefined) {
      held = new Map();
      this.#apis.set(api, held);
    }
    if (!held.has(series)) held.set(series, remove);
  }
}
