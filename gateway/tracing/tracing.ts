import type { CompiledGateway } from '#api/compiled/contract.ts';
import type { Exchange } from '../exchange.ts';
import type { Log } from '../log/log.ts';
import type { GatewayMetrics } from '../metrics/gateway-metrics.ts';
import { SpanQueue, type SpanSink } from './span-queue.ts';
import { spansOf } from './spans.ts';

export interface TracingDeps {
  readonly log: Log;
  readonly metrics: Pick<GatewayMetrics, 'countSpansSent' | 'countSpansLost'>;
  /** Opens the way out for one endpoint. */
  readonly openSink: (endpoint: string, gateway: string) => Promise<SpanSink>;
  /** 0 to 1. */
  readonly chance: () => number;
}

/** Which calls are traced, and where their spans go; follows the configuration. Without an endpoint it does nothing and loads nothing. */
export class Tracing {
  readonly #deps: TracingDeps;
  #endpoint = '';
  #rate = 0;
  #queue: SpanQueue | null = null;

  constructor(deps: TracingDeps) {
    this.#deps = deps;
  }

  /** Called with each change of the compiled gateway. */
  configure({ id, tracing }: Pick<CompiledGateway, 'id' | 'tracing'>): void {
    this.#rate = tracing?.rate ?? 0;
    const endpoint = tracing?.endpoint ?? '';
    if (endpoint === this.#endpoint) return;
    this.#endpoint = endpoint;
    void this.#queue?.close();
    this.#queue = null;
    if (endpoint === '') return;
    this.#open(endpoint, id).catch((error: unknown) =>
      this.#deps.log.error({ err: error, endpoint }, 'tracing cannot begin'),
    );
  }

  /**
   * Is a call traced? A trusted parent has decided already, by its sampled flag; `undefined` where there is none, and
   * then chance does. So nobody outside can fill the collector.
   */
  decide(parentIsSampled: boolean | undefined): boolean {
    if (this.#queue === null) return false;
    return parentIsSampled ?? this.#deps.chance() < this.#rate;
  }

  ended(exchange: Exchange): void {
    if (exchange.span !== null) this.#queue?.add(spansOf(exchange, exchange.span));
  }

  async close(): Promise<void> {
    await this.#queue?.close();
    this.#queue = null;
  }

  async #open(endpoint: string, gateway: string): Promise<void> {
    const { log, metrics, openSink } = this.#deps;
    const sink = await openSink(endpoint, gateway);
    if (endpoint !== this.#endpoint) return sink.close();
    this.#queue = new SpanQueue({
      sink,
      onSent: (spans) => metrics.countSpansSent(spans),
      onLost: (reason, spans) => metrics.countSpansLost(reason, spans),
      onChange: (failure) => {
        if (failure === undefined) log.info({ endpoint }, 'spans are delivered again');
        else log.warn({ endpoint, cause: failure }, 'spans cannot be delivered: traces have gaps until they can');
      },
    });
    return undefined;
  }
}
