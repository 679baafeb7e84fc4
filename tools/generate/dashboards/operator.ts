import type { Dashboard } from './panels.ts';

const own = 'namespace=~"$namespace"';

/** Whether changes take effect, and how soon. */
export const operator: Dashboard = {
  uid: 'simpul-operator',
  title: 'Simpul operator',
  description: 'Whether what people write takes effect, how soon, and what the API server says.',
  variables: [{ name: 'namespace', metric: 'simpul_operator_leader', label: 'namespace' }],
  rows: [
    {
      title: 'Now',
      panels: [
        {
          title: 'Operators that lead',
          description: 'One must.',
          ...{ unit: 'short', stat: true, width: 6 },
          queries: { lead: `sum(simpul_operator_leader{${own}})` },
        },
        {
          title: 'Not ready',
          description: 'Objects that are not served as they ask for: simpul status -A.',
          ...{ unit: 'short', stat: true, width: 6 },
          queries: { objects: `sum(max by (kind) (simpul_operator_objects{ready="False", ${own}}))` },
        },
        {
          title: 'Waiting for gateways',
          description: 'How long the oldest has waited of which all else is well.',
          ...{ unit: 's', stat: true, width: 6 },
          queries: { '{{kind}}': `max by (kind) (simpul_operator_unprogrammed_age_seconds{${own}})` },
        },
        {
          title: 'ApiGateways without a pod',
          description: 'Their callers get no answer.',
          ...{ unit: 'short', stat: true, width: 6 },
          queries: { gateways: `max(simpul_operator_gateways_without_pods{${own}})` },
        },
      ],
    },
    {
      title: 'Objects',
      panels: [
        {
          title: 'Objects by kind',
          description: 'All that the operator looks after.',
          unit: 'short',
          queries: { '{{kind}}': `sum by (kind) (max by (kind, ready) (simpul_operator_objects{${own}}))` },
        },
        {
          title: 'Not ready by kind',
          description: 'Mostly their authors have to act.',
          unit: 'short',
          queries: {
            '{{kind}} {{ready}}': `max by (kind, ready) (simpul_operator_objects{ready!="True", ${own}}) > 0`,
          },
        },
        {
          title: 'Waiting for gateways',
          description: 'Objects of which all is well, but for the gateways that do not serve them.',
          unit: 'short',
          queries: { '{{kind}}': `max by (kind) (simpul_operator_unprogrammed_objects{${own}})` },
        },
      ],
    },
    {
      title: 'Work',
      panels: [
        {
          title: 'Reconciles by outcome',
          description: 'stalled: a user must act; failed: something outside said no.',
          unit: 'reqps',
          queries: {
            '{{outcome}}': `sum by (outcome) (rate(simpul_operator_reconcile_total{${own}}[$__rate_interval]))`,
          },
        },
        {
          title: 'Duration of a reconcile',
          description: 'Slowest hundredth by kind.',
          unit: 's',
          queries: {
            '{{kind}}': `histogram_quantile(0.99, sum by (kind, le) (rate(simpul_operator_reconcile_duration_seconds_bucket{${own}}[$__rate_interval])))`,
          },
        },
        {
          title: 'Age of the queue',
          description: 'How long the object that waits longest has waited; of the operator that leads.',
          unit: 's',
          queries: {
            '{{kind}}': `max by (kind) (simpul_operator_queue_oldest_age_seconds{${own}} and on (instance) simpul_operator_leader == 1)`,
          },
        },
        {
          title: 'Writes',
          description: 'Of statuses and compiled objects. While nobody changes anything there are none.',
          unit: 'reqps',
          queries: {
            'status {{kind}}': `sum by (kind) (rate(simpul_operator_status_writes_total{${own}}[$__rate_interval]))`,
            '{{verb}} compiled {{kind}}': `sum by (kind, verb) (rate(simpul_operator_compiled_writes_total{${own}}[$__rate_interval]))`,
          },
        },
        {
          title: 'Objects in the queue',
          description: 'On a standby it fills by design.',
          unit: 'short',
          queries: { '{{kind}} {{instance}}': `simpul_operator_queue_depth{${own}} > 0` },
        },
        {
          title: 'Events that were not written',
          description: 'The queue was full, or the API server refused.',
          unit: 'reqps',
          queries: {
            '{{reason}}': `sum by (reason) (rate(simpul_operator_events_dropped_total{${own}}[$__rate_interval]))`,
          },
        },
      ],
    },
    {
      title: 'API server and process',
      panels: [
        {
          title: 'Calls to the API server by answer',
          description: 'Forbidden: a right is missing. Conflict: somebody else was faster, a few are normal.',
          unit: 'reqps',
          queries: { '{{code}}': `sum by (code) (rate(simpul_operator_api_calls_total{${own}}[$__rate_interval]))` },
        },
        {
          title: 'How long it takes to answer',
          description: 'Slowest hundredth by verb.',
          unit: 's',
          queries: {
            '{{verb}}': `histogram_quantile(0.99, sum by (verb, le) (rate(simpul_operator_api_call_duration_seconds_bucket{${own}}[$__rate_interval])))`,
          },
        },
        {
          title: 'Watches opened again',
          description: 'Ended is normal; RolledBack: etcd went back to an older state.',
          unit: 'reqps',
          queries: {
            '{{kind}} {{reason}}': `sum by (kind, reason) (rate(simpul_operator_watch_restarts_total{${own}}[$__rate_interval]))`,
          },
        },
        {
          title: 'CPU',
          description: 'Cores.',
          unit: 'short',
          queries: {
            '{{instance}}': `rate(process_cpu_seconds_total{job="simpul-operator", ${own}}[$__rate_interval])`,
          },
        },
        {
          title: 'Memory',
          description: 'Resident set.',
          unit: 'bytes',
          queries: { '{{instance}}': `process_resident_memory_bytes{job="simpul-operator", ${own}}` },
        },
        {
          title: 'Event-loop lag',
          description: 'Slowest hundredth: how long the process does not listen.',
          unit: 's',
          queries: { '{{instance}}': `nodejs_eventloop_lag_p99_seconds{job="simpul-operator", ${own}}` },
        },
      ],
    },
  ],
};
