import type { Compiled } from '#api/compiled/contract.ts';
import { systemClock } from '#gateway/clock.ts';
import { type GatewayOptions, startGateway } from '#gateway/gateway.ts';
import { ManualSource, quietLog } from '#gateway/testing/test-gateway.ts';

/** One gateway process of a test. Its parent sends {@link Order}s and reads {@link Report}s. */
export type Order =
  | { readonly do: 'serve'; readonly objects: readonly Compiled[]; readonly clockMs: number }
  | { readonly do: 'put'; readonly object: Compiled }
  | { readonly do: 'tell' }
  | { readonly do: 'end' };

export type Report =
  | { readonly is: 'serving'; readonly port: number }
  | { readonly is: 'told'; readonly metrics: string };

const source = new ManualSource();
let gateway: Awaited<ReturnType<typeof startGateway>> | undefined;

async function obey(order: Order): Promise<void> {
  switch (order.do) {
    case 'serve':
      return serve(order.objects, order.clockMs);
    case 'put':
      return source.put(order.object);
    case 'tell':
      gateway?.refreshMetrics();
      return report({ is: 'told', metrics: (await gateway?.metrics.registry.metrics()) ?? '' });
    case 'end':
      await gateway?.shutdown(AbortSignal.abort());
      process.exit(0);
  }
}

/** `clockMs`: how far the clock on this machine's wall is wrong. */
async function serve(objects: readonly Compiled[], clockMs: number): Promise<void> {
  const clock = { now: () => systemClock.now() + clockMs, steady: () => systemClock.steady() + clockMs };
  const options: GatewayOptions = {
    source: source.start,
    log: quietLog,
    clock,
    listeners: [{ name: 'http', host: '127.0.0.1', port: 0 }],
    accessLog: () => undefined,
  };
  gateway = await startGateway(options);
  await source.list(objects);
  await gateway.ready;
  report({ is: 'serving', port: gateway.addresses()[0]?.port ?? 0 });
}

function report(said: Report): void {
  process.send?.(said);
}

process.on('message', (order: Order) => void obey(order));
process.on('disconnect', () => process.exit(0));
