interface Definition {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly string[];
}

/**
 * Every metric of the operator. `docs/metrics-operator.md` says the same with what to look for; a test compares the two.
 * Labels are kinds, verbs and fixed words, never names of objects: the number of series does not grow with use.
 */
export const metricDefinitions = {
  queueDepth: {
    type: 'gauge',
    name: 'simpul_operator_queue_depth',
    help: 'Objects that wait to be reconciled.',
    labelNames: ['kind'],
  },
  queueOldestAge: {
    type: 'gauge',
    name: 'simpul_operator_queue_oldest_age_seconds',
    help: 'How long the object that waits longest has waited.',
    labelNames: ['kind'],
  },
  reconcileDuration: {
    type: 'histogram',
    name: 'simpul_operator_reconcile_duration_seconds',
    help: 'Time that one reconcile took.',
    labelNames: ['kind'],
  },
  reconciles: {
    type: 'counter',
    name: 'simpul_operator_reconcile_total',
    help: 'Reconciles by outcome: done, stalled, conflict, aborted or failed.',
    labelNames: ['kind', 'outcome'],
  },
  objects: {
    type: 'gauge',
    name: 'simpul_operator_objects',
    help: 'Objects by status of their Ready condition: True, False or Unknown.',
    labelNames: ['kind', 'ready'],
  },
  unprogrammed: {
    type: 'gauge',
    name: 'simpul_operator_unprogrammed_objects',
    help: 'Objects of which all is well, but for the gateways that do not serve them.',
    labelNames: ['kind'],
  },
  unprogrammedAge: {
    type: 'gauge',
    name: 'simpul_operator_unprogrammed_age_seconds',
    help: 'How long the one among them has waited that waits longest; 0: none waits.',
    labelNames: ['kind'],
  },
  gatewaysWithoutPods: {
    type: 'gauge',
    name: 'simpul_operator_gateways_without_pods',
    help: 'ApiGateways of which no pod is ready.',
    labelNames: [],
  },
  watchRestarts: {
    type: 'counter',
    name: 'simpul_operator_watch_restarts_total',
    help: 'Watches that had to be opened again, by reason.',
    labelNames: ['kind', 'reason'],
  },
  apiCalls: {
    type: 'counter',
    name: 'simpul_operator_api_calls_total',
    help: 'Calls to the API server by result: OK or the reason of the failure.',
    labelNames: ['verb', 'kind', 'code'],
  },
  apiCallDuration: {
    type: 'histogram',
    name: 'simpul_operator_api_call_duration_seconds',
    help: 'Time that calls to the API server took; for a watch, until it was open.',
    labelNames: ['verb'],
  },
  statusWrites: {
    type: 'counter',
    name: 'simpul_operator_status_writes_total',
    help: 'Writes of a status.',
    labelNames: ['kind'],
  },
  compiledWrites: {
    type: 'counter',
    name: 'simpul_operator_compiled_writes_total',
    help: 'Writes of compiled objects, by kind of compiled object.',
    labelNames: ['kind', 'verb'],
  },
  leader: {
    type: 'gauge',
    name: 'simpul_operator_leader',
    help: '1 while this process leads, 0 while it stands by.',
    labelNames: [],
  },
  eventsDropped: {
    type: 'counter',
    name: 'simpul_operator_events_dropped_total',
    help: 'Events that were not written: the queue was full, or the API server refused.',
    labelNames: ['reason'],
  },
  buildInfo: {
    type: 'gauge',
    name: 'simpul_operator_build_info',
    help: 'Always 1; the labels say what runs.',
    labelNames: ['version', 'node'],
  },
} as const satisfies Record<string, Definition>;
