import type { ApiGateway } from '#api/generated/apigateway.ts';
import type { KubeObject } from '#api/object.ts';
import { adminPort, fleetMetadata, podLabelsOf } from './gateway.ts';

/** Name of the Service that scrapers go by, in a compiled namespace. */
const metricsName = 'simpul-metrics';

const component = { 'app.kubernetes.io/component': 'metrics' } as const;

/**
 * The pods' admin port, for scrapers. Apart from the Service of callers, which may be reached from outside; headless, as
 * each pod has figures of its own, and also of pods that take no calls yet.
 */
export function buildMetricsService(gateway: ApiGateway): KubeObject & { readonly spec: object } {
  const { labels, ...metadata } = fleetMetadata(gateway);
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { ...metadata, name: metricsName, labels: { ...labels, ...component } },
    spec: {
      clusterIP: 'None',
      publishNotReadyAddresses: true,
      selector: podLabelsOf(gateway),
      ports: [{ name: 'admin', port: adminPort, protocol: 'TCP', targetPort: 'admin' }],
    },
  };
}

/** Tells Prometheus' operator to scrape all pods of a fleet, as the job `simpul-gateway`. */
export function buildServiceMonitor(gateway: ApiGateway): KubeObject & { readonly spec: object } {
  const { labels, ...metadata } = fleetMetadata(gateway);
  return {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'ServiceMonitor',
    metadata: { ...metadata, labels: { ...gateway.spec.monitoring?.labels, ...labels } },
    spec: {
      jobLabel: 'app.kubernetes.io/name',
      selector: { matchLabels: { ...podLabelsOf(gateway), ...component } },
      endpoints: [{ port: 'admin', path: '/metrics', interval: '30s' }],
    },
  };
}
