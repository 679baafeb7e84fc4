import type { Dashboard } from './panels.ts';

const calls = 'simpul_gateway_calls_total{namespace=~"$namespace", api=~"$api"}';

/** Whether callers are served well, and what stands in the way. */
export const gateways: Dashboard = {
  uid: 'simpul-gateways',
  title: 'Simpul gateways',
  description: 'Traffic, errors and latency of APIs, their backends, and the pods that carry them.',
  variables: [
    { name: 'namespace', metric: 'simpul_gateway_calls_total', label: 'namespace' },
    { name: 'api', metric: 'simpul_gateway_calls_total', label: 'api' },
  ],
  rows: [
    {
      title: 'Now',
      panels: [
        {
          title: 'Calls',
          description: 'Answered each second.',
          ...{ unit: 'reqps', stat: true, width: 4 },
          queries: { calls: `sum(rate(${calls}[5m]))` },
        },
        {
          title: 'Errors',
          description: 'Share answered by 5xx. The objective is 0.1 % over 30 days.',
          ...{ unit: 'percentunit', stat: true, width: 4 },
          queries: { errors: 'max(simpul:error_ratio:rate5m{api=~"$api"})' },
        },
        {
          title: 'Least error budget',
          description: 'What the worst API has left of its 30 days: 100 % all, 0 nothing.',
          ...{ unit: 'percentunit', stat: true, width: 4 },
          queries: { budget: 'min(simpul:error_budget_remaining:ratio30d{api=~"$api"})' },
        },
        {
          title: 'Pods that answer',
          description: 'Of those that Prometheus knows.',
          ...{ unit: 'short', stat: true, width: 4 },
          queries: { up: 'sum(up{job="simpul-gateway", namespace=~"$namespace"})' },
        },
        {
          title: 'Calls in flight',
          description: 'Being answered at this moment.',
          ...{ unit: 'short', stat: true, width: 4 },
          queries: { 'in flight': 'sum(simpul_gateway_calls_in_flight{namespace=~"$namespace"})' },
        },
        {
          title: 'Backends left alone',
          description: 'Endpoints whose calls or health checks fail.',
          ...{ unit: 'short', stat: true, width: 4 },
          queries: { down: 'max(simpul_gateway_backends_down{namespace=~"$namespace"})' },
        },
      ],
    },
    {
      title: 'Calls',
      panels: [
        {
          title: 'Calls by answer',
          description: 'Class of the status; aborted: the caller went away first.',
          unit: 'reqps',
          queries: { '{{class}}': `sum by (class) (rate(${calls}[$__rate_interval]))` },
        },
        {
          title: 'Busiest APIs',
          description: 'The ten with most calls; empty: the call reached no API.',
          unit: 'reqps',
          queries: { '{{api}}': `topk(10, sum by (api) (rate(${calls}[$__rate_interval])))` },
        },
        {
          title: 'Worst error ratios',
          description: 'Share answered by 5xx, the ten worst.',
          unit: 'percentunit',
          queries: { '{{api}}': 'topk(10, simpul:error_ratio:rate5m{api=~"$api"} > 0)' },
        },
        {
          title: 'Latency',
          description: 'From the head of the request to the last byte of the answer, backend included.',
          unit: 's',
          queries: Object.fromEntries(
            ['0.5', '0.95', '0.99'].map((quantile) => [
              `p${Number(quantile) * 100}`,
              `histogram_quantile(${quantile}, sum by (le) (rate(simpul_gateway_call_duration_seconds_bucket{namespace=~"$namespace", api=~"$api"}[$__rate_interval])))`,
            ]),
          ),
        },
        {
          title: 'Slowest APIs',
          description: 'Slowest hundredth of their calls.',
          unit: 's',
          queries: { '{{api}}': 'topk(10, simpul:call_duration:p99_5m{api=~"$api"})' },
        },
        {
          title: 'Refused by limits',
          description: 'By the level that states the limit.',
          unit: 'reqps',
          queries: {
            '{{level}}':
              'sum by (level) (rate(simpul_gateway_limited_calls_total{namespace=~"$namespace"}[$__rate_interval]))',
          },
        },
        {
          title: 'Broken definitions',
          description: 'Calls and answers that are not as the OpenAPI document says.',
          unit: 'reqps',
          queries: {
            '{{api}} {{direction}}':
              'topk(10, sum by (api, direction) (rate(simpul_gateway_validation_failures_total{api=~"$api"}[$__rate_interval])))',
          },
        },
        {
          title: 'Cache',
          description: 'Calls of APIs with a cache, by what it did.',
          unit: 'reqps',
          queries: {
            '{{outcome}}':
              'sum by (outcome) (rate(simpul_gateway_cache_calls_total{namespace=~"$namespace"}[$__rate_interval]))',
          },
        },
        {
          title: 'Canaries',
          description: 'Share answered by 5xx, by version of APIs with a canary.',
          unit: 'percentunit',
          queries: {
            '{{api}} {{version}}':
              'sum by (api, version) (rate(simpul_gateway_version_calls_total{class="5xx", api=~"$api"}[$__rate_interval])) / sum by (api, version) (rate(simpul_gateway_version_calls_total{api=~"$api"}[$__rate_interval]))',
          },
        },
      ],
    },
    {
      title: 'Backends and issuers',
      panels: [
        {
          title: 'Failed calls to backends',
          description: 'By code of the refusal: docs/errors.md.',
          unit: 'reqps',
          queries: {
            '{{code}}':
              'sum by (code) (rate(simpul_gateway_backend_errors_total{namespace=~"$namespace"}[$__rate_interval]))',
          },
        },
        {
          title: 'Endpoints left alone',
          description: '1: gateways leave it alone.',
          unit: 'short',
          queries: { '{{endpoint}}': 'max by (endpoint) (1 - simpul_gateway_backend_up{namespace=~"$namespace"}) > 0' },
        },
        {
          title: 'Retries',
          description: 'Attempts after the first; withheld: the budget was used up.',
          unit: 'reqps',
          queries: {
            '{{outcome}}':
              'sum by (outcome) (rate(simpul_gateway_backend_retries_total{namespace=~"$namespace"}[$__rate_interval]))',
          },
        },
        {
          title: 'Age of keys of issuers',
          description: 'After 24 hours they are not believed any more.',
          unit: 's',
          queries: {
            '{{key_manager}}': 'max by (key_manager) (simpul_gateway_keys_age_seconds{namespace=~"$namespace"})',
          },
        },
        {
          title: 'Access tokens',
          description: 'By what became of them.',
          unit: 'reqps',
          queries: {
            '{{result}}':
              'sum by (result) (rate(simpul_gateway_tokens_total{namespace=~"$namespace"}[$__rate_interval]))',
          },
        },
        {
          title: 'Certificates',
          description: 'Time until they expire.',
          unit: 's',
          queries: {
            '{{listener}} {{certificate}}':
              'min by (listener, certificate) (simpul_gateway_certificate_expiry_seconds{namespace=~"$namespace"}) - time()',
          },
        },
      ],
    },
    {
      title: 'Pods',
      panels: [
        {
          title: 'Calls by pod',
          description: 'Answered each second; a pod that has none beside others that do gets no connections.',
          unit: 'reqps',
          queries: { '{{instance}}': `sum by (instance) (rate(${calls}[$__rate_interval]))` },
        },
        {
          title: 'Calls in flight by pod',
          description: 'Being answered at this moment.',
          unit: 'short',
          queries: { '{{instance}}': 'simpul_gateway_calls_in_flight{namespace=~"$namespace"}' },
        },
        {
          title: 'Age of the view',
          description:
            'Time since the API server last confirmed the configuration: revocations are unknown for so long.',
          unit: 's',
          queries: { '{{instance}}': 'simpul_gateway_view_age_seconds{namespace=~"$namespace"}' },
        },
        {
          title: 'Objects',
          description: 'Compiled objects that are loaded, and those that could not be.',
          unit: 'short',
          queries: {
            'loaded {{instance}}': 'simpul_gateway_loaded_objects{namespace=~"$namespace"}',
            'refused {{instance}}': 'simpul_gateway_refused_objects{namespace=~"$namespace"}',
          },
        },
        {
          title: 'Limits in Redis',
          description: '0: the pod counts for itself.',
          unit: 'bool',
          queries: { '{{instance}}': 'simpul_gateway_limit_store_up{namespace=~"$namespace"}' },
        },
        {
          title: 'Lost',
          description:
            'Lines of the access log and spans that were given up, and connections that ended before a request.',
          unit: 'short',
          queries: {
            lines: 'sum(rate(simpul_gateway_access_log_lost_total{namespace=~"$namespace"}[$__rate_interval]))',
            'spans {{reason}}':
              'sum by (reason) (rate(simpul_gateway_spans_lost_total{namespace=~"$namespace"}[$__rate_interval]))',
            'connections {{reason}}':
              'sum by (reason) (rate(simpul_gateway_failed_connections_total{namespace=~"$namespace"}[$__rate_interval]))',
          },
        },
      ],
    },
  ],
};
