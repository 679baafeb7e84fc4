import { type Gateway, type GatewayOptions, startGateway } from '../gateway.ts';
import type { Log } from '../log/log.ts';
import { shareTicketSecret } from '../tls/tls-settings.ts';
import { ConfigFeed } from './config-feed.ts';
import type { Order, Report } from './messages.ts';

export type WorkerOptions = Pick<GatewayOptions, 'host' | 'listeners' | 'ownAddresses' | 'drainTimeoutMs'> & {
  readonly log: Log;
  /** Unique among all that share limits. */
  readonly name: string;
};

/** One of the processes that serve calls. Resolves when it has drained, as the supervisor ordered. */
export async function runWorker({ name, ...options }: WorkerOptions): Promise<void> {
  const feed = new ConfigFeed(() => report({ type: 'relist' }));
  const ended = Promise.withResolvers<void>();
  const hurry = new AbortController();
  // The supervisor decides when a worker ends; a terminal sends its signals to all processes of the group.
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => undefined);
  let gateway: Gateway | undefined;
  process.on('message', (order: Order) => {
    if (order.type === 'hurry') hurry.abort();
    else if (order.type === 'share') shareTicketSecret(Buffer.from(order.ticketSecret));
    else if (order.type === 'end') gateway?.shutdown(hurry.signal).then(ended.resolve, ended.reject);
    else if (order.type === 'ask') void answer(gateway, order).then((value) => tell(order.id, value));
    else feed.take(order);
  });
  gateway = await startGateway({
    ...options,
    source: feed.source(() => report({ type: 'hello' })),
    supervised: {
      name,
      onProgress: (said) => {
        report({ type: 'said', said: { ...said, epoch: feed.epoch, unready: gateway?.unready() ?? '' } });
      },
    },
  });
  await ended.promise;
}

type Asked = Extract<Order, { type: 'ask' }>;

async function answer(gateway: Gateway | undefined, { question, period }: Asked): Promise<unknown> {
  if (gateway === undefined) return undefined;
  if (question === 'usage') return await gateway.usage(period);
  if (question === 'backends') return gateway.backends();
  gateway.refreshMetrics();
  return await gateway.metrics.registry.getMetricsAsJSON();
}

function tell(id: number, value: unknown): void {
  report({ type: 'answer', id, value });
}

function report(said: Report): void {
  if (process.connected) process.send?.(said);
}
