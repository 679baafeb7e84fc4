import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { runLeaderElection, type Term } from '#kube/leader-election.ts';
import { widgetKind } from '#kube/store.suite.ts';
import type { Store } from '#kube/store.ts';
import { isStoreError } from '#kube/store-error.ts';
import { type Widget, widget } from '#kube/suite/widget.ts';
import { namespace, openStore } from './fixture.ts';

// One candidate as a process of its own: `election-candidate.ts <kubeconfig> <lease> <leaseMs> <renewMs> <retryMs>`.
// While it leads it writes as fast as it can, each write a compare-and-swap. One JSON line on standard output per event.
const [kubeconfig = '', lease = '', leaseDurationMs, renewDeadlineMs, retryPeriodMs] = process.argv.slice(2);
const identity = `candidate-${randomUUID().slice(0, 8)}`;
const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());

function say(event: object): void {
  process.stdout.write(`${JSON.stringify({ identity, ...event })}\n`);
}

const store = await openStore(kubeconfig, { transport: { callTimeoutMs: 5_000 } });
say({ event: 'started' });
const result = await runLeaderElection(
  {
    ...{ store, namespace, name: lease, identity, signal: stop.signal },
    leaseDurationMs: Number(leaseDurationMs),
    renewDeadlineMs: Number(renewDeadlineMs),
    retryPeriodMs: Number(retryPeriodMs),
    onError: (error) => say({ event: 'error', message: error.message }),
  },
  (term) => lead(store, term),
);
say({ event: result });
// As a real program does: whoever lost its leadership has nothing more to say.
process.exit(result === 'Lost' ? 1 : 0);

/** `spec.settings.writer` and a count, on what was read: a stale writer gets a Conflict. */
async function lead(target: Store, term: Term): Promise<void> {
  say({ event: 'leading' });
  const key = { namespace, name: lease };
  while (!term.signal.aborted) {
    const found = await target.get<Widget>(widgetKind, key);
    const { uid, resourceVersion } = found?.metadata ?? {};
    const version = uid === undefined || resourceVersion === undefined ? {} : { uid, resourceVersion };
    const count = Number(found?.spec?.settings?.['count'] ?? 0) + 1;
    await delay(1); // where a pause may strike: between the reading and the question
    if (!term.isLeader()) continue;
    const settings = { writer: identity, count: String(count) };
    await target
      .apply(widget({ name: lease, namespace, ...version }, { settings }), { fieldManager: 'leader', force: true })
      .catch((error: unknown) => {
        if (!isStoreError(error, 'Conflict')) say({ event: 'error', message: String(error) });
        else say({ event: 'refused' });
      });
  }
}
