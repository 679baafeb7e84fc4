import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parse } from 'yaml';
import { startPrometheus } from '#e2e/observability/prometheus-server.ts';
import { aggregatedObjects } from '#tools/cluster/aggregated-server.ts';
import { addresses } from '#tools/cluster/layout.ts';
import { startPrometheusAdapter } from '#tools/prometheus-adapter/prometheus-adapter.ts';
import type { NodeCluster, Pod } from './cluster.ts';

/** What serves calls in flight as a metric of pods, beside the node of `make cluster`. */
export interface MeasuredCalls extends AsyncDisposable {
  /** Until then Prometheus knows no pod. */
  findPods(): void;
}

/**
 * Prometheus as `monitoring/prometheus.yaml` has it, and prometheus-adapter with the rule of docs/scaling.md:
 *
 *   pods ◀──scrapes── Prometheus ◀── prometheus-adapter ◀── API server (custom.metrics.k8s.io) ◀── autoscaler
 */
export async function measureCalls(cluster: NodeCluster): Promise<MeasuredCalls> {
  await using stack = new AsyncDisposableStack();
  const pods = stack.use(await servePods(cluster));
  const prometheus = stack.use(await startPrometheus(scraping(pods.url)));
  const { kubeconfig } = cluster.target;
  const about = { kubeconfig, prometheusUrl: prometheus.url, rules: documentedRules(), address: addresses.host };
  const adapter = stack.use(await startPrometheusAdapter(about));
  const objects = JSON.stringify(aggregatedObjects(adapter.server));
  stack.defer(async () => void (await cluster.kubectl(['delete', '--ignore-not-found', '-f', '-'], objects)));
  await cluster.kubectl(['apply', '--server-side', '-f', '-'], objects);
  const own = stack.move();
  return { findPods: pods.find, [Symbol.asyncDispose]: () => own.disposeAsync() };
}

function documentedRules(): readonly object[] {
  const page = readFileSync(new URL('../../docs/scaling.md', import.meta.url), 'utf8');
  const [, values = ''] = /^```yaml\n(rules: # of prometheus-adapter\n[^`]*)```$/m.exec(page) ?? [];
  return (parse(values) as { rules: { custom: object[] } }).rules.custom;
}

interface Job {
  readonly kubernetes_sd_configs: unknown;
}

/** Debian's Prometheus is built without the discovery of pods, so it is told of them, in the same words. */
function scraping(url: string): object {
  const shipped = readFileSync(new URL('../../monitoring/prometheus.yaml', import.meta.url), 'utf8');
  const { scrape_configs: jobs } = parse(shipped) as { scrape_configs: Job[] };
  return {
    scrape_configs: jobs.map(({ kubernetes_sd_configs: _, ...job }) => {
      return { ...job, http_sd_configs: [{ url, refresh_interval: '1s' }] };
    }),
  };
}

async function servePods(cluster: NodeCluster) {
  let isFound = false;
  const gateways = ['pods', '--all-namespaces', '-l', 'app.kubernetes.io/name=simpul-gateway'];
  const targets = async (): Promise<readonly object[]> => {
    if (!isFound) return [];
    const { items } = await cluster.get<{ items: readonly (Pod & { metadata: { namespace: string } })[] }>(...gateways);
    return items.flatMap(({ metadata, status }) => {
      if (status.phase !== 'Running' || status.podIP === undefined) return [];
      const labels = {
        __meta_kubernetes_namespace: metadata.namespace,
        __meta_kubernetes_pod_name: metadata.name,
        __meta_kubernetes_pod_label_app_kubernetes_io_name: 'simpul-gateway',
        __meta_kubernetes_pod_container_port_name: 'admin',
      };
      return [{ targets: [`${status.podIP}:8081`], labels }];
    });
  };
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'application/json');
    targets().then(
      (list) => response.end(JSON.stringify(list)),
      () => response.writeHead(503).end(), // Prometheus keeps what it knew
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    find: () => {
      isFound = true;
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
