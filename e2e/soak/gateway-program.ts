import { constants, type NodeGCPerformanceDetail, type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks';
import type { Compiled } from '#api/compiled/contract.ts';
import { startGateway } from '#gateway/gateway.ts';
import { ManualSource, quietLog } from '#gateway/testing/test-gateway.ts';
import { churnedApi } from './ledger.ts';

/** One gateway process of the soak, with its access log on standard output. Its parent sends {@link Order}s and reads {@link Report}s. */
export type Order =
  | { readonly do: 'serve'; readonly objects: readonly Compiled[]; readonly port: number; readonly adminPort: number }
  | { readonly do: 'put' | 'remove'; readonly object: Compiled }
  | { readonly do: 'tell' }
  | { readonly do: 'end' };

export interface Report {
  readonly is: 'serving' | 'told' | 'ended';
  /** Calls that its metrics have counted, but for those of {@link churnedApi}, whose series come and go with it. */
  readonly calls: number;
  readonly lostLines: number;
  readonly residentBytes: number;
  /** Of its heap and beside it, when everything that is dead was last collected; 0 before that. */
  readonly liveBytes: number;
}

let liveBytes = 0;
new PerformanceObserver((list) => {
  const entries = list.getEntries() as (PerformanceEntry & { readonly detail: NodeGCPerformanceDetail })[];
  if (!entries.some(({ detail }) => detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR)) return;
  const { heapUsed, external } = process.memoryUsage();
  liveBytes = heapUsed + external;
}).observe({ entryTypes: ['gc'] });

const source = new ManualSource();
let gateway: Awaited<ReturnType<typeof startGateway>> | undefined;

async function obey(order: Order): Promise<void> {
  switch (order.do) {
    case 'serve':
      gateway = await startGateway({
        source: source.start,
        log: quietLog,
        listeners: [{ name: 'http', host: '127.0.0.1', port: order.port }],
        admin: { host: '127.0.0.1', port: order.adminPort },
        drainTimeoutMs: 10_000,
      });
      await source.list(order.objects);
      await gateway.ready;
      return report('serving');
    case 'put':
      return source.put(order.object);
    case 'remove':
      return source.remove(order.object);
    case 'tell':
      return report('told');
    case 'end':
      await gateway?.shutdown();
      await report('ended');
      process.disconnect();
  }
}

async function report(is: Report['is']): Promise<void> {
  gateway?.refreshMetrics();
  const text = (await gateway?.metrics.registry.metrics()) ?? '';
  process.send?.({
    is,
    calls: sumOf(text, 'simpul_gateway_calls_total'),
    lostLines: sumOf(text, 'simpul_gateway_access_log_lost_total'),
    residentBytes: process.memoryUsage.rss(),
    liveBytes,
  } satisfies Report);
}

/** Over all series of one name. */
function sumOf(metrics: string, name: string): number {
  const isOne = (line: string) => line.startsWith(`${name}{`) || line.startsWith(`${name} `);
  const lines = metrics.split('\n').filter((line) => isOne(line) && !line.includes(`api="${churnedApi}"`));
  return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
}

process.on('message', (order: Order) => void obey(order));
process.on('disconnect', () => process.exit(0));
