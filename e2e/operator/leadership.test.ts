import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type AuditEvent, credentialOf, isAcceptedWrite, readAudit } from './audit-log.ts';
import { Installation, operatorUser } from './harness.ts';
import { apiGateway, apiService, tenant } from './objects.ts';
import { until } from './waiting.ts';

const owner = tenant('owner', { paths: ['/owner'] });
const pauses = 20;
const shortestLease = ['--lease-duration=2s', '--renew-deadline=1500ms', '--retry-period=200ms'];

let installation: Installation;
before(async () => {
  installation = await Installation.start({ auditLog: true });
});
after(() => installation?.stop());

/** Writes by an operator that another had taken the Lease from before they came in. */
function staleWrites(events: readonly AuditEvent[]): AuditEvent[] {
  const writes = events.filter((event) => event.user.username === operatorUser && isAcceptedWrite(event));
  const isLease = ({ objectRef }: AuditEvent): boolean =>
    objectRef?.resource === 'leases' && objectRef.namespace === 'simpul-system';
  const terms = writes.filter(isLease).sort((a, b) => (a.stageTimestamp < b.stageTimestamp ? -1 : 1));
  return writes.filter((write) => {
    if (isLease(write) || write.objectRef?.name === 'simpul-pepper') return false;
    const holder = terms.findLast((term) => term.stageTimestamp < write.requestReceivedTimestamp);
    return holder !== undefined && credentialOf(holder) !== credentialOf(write);
  });
}

describe('two operators', () => {
  test('of the default settings: the other takes over within 20 s when the leader is killed', async (context) => {
    const leader = await (await installation.startOperator([])).untilWorking();
    await installation.apply(apiGateway(), owner);
    await installation.untilNamespace('owner');
    await installation.apply(apiService('owner', 'killed'));
    await installation.untilCondition(apiService('owner', 'killed'), 'Accepted', { status: 'True' });
    const standby = await (await installation.startOperator([])).untilReady();
    assert.equal(await standby.isLeading(), false);
    await leader.kill();
    const begin = performance.now();
    const changed = apiService('owner', 'killed', { basePath: '/elsewhere' });
    await installation.apply(changed);
    await installation.untilCondition(changed, 'Accepted', { status: 'False' }, { withinMs: 100_000 });
    context.diagnostic(
      `the change was decided ${Math.round(performance.now() - begin)} ms after the leader was killed`,
    );
    await standby.stop();
  });

  test(`of which the leader is paused beyond its lease, ${pauses} times: no write of its comes through`, async (context) => {
    let leader = await (await installation.startOperator(shortestLease)).untilWorking();
    let standby = await (await installation.startOperator(shortestLease)).untilReady();
    let generation = 0;
    const change = async (): Promise<void> => {
      generation += 1;
      const churn = Array.from({ length: 5 }, (_, i) => {
        return apiService('owner', `churn-${i}`, { description: `change ${generation}` });
      });
      await Promise.all(churn.map((api) => installation.apply(api)));
    };
    let taken = 0;
    for (let pause = 0; pause < pauses; pause += 1) {
      const next = installation.startOperator(shortestLease);
      await change();
      leader.send('SIGSTOP'); // with work under way and in its queue
      await change();
      await until('the standby leads', () => standby.isLeading());
      await standby.untilWorking();
      leader.send('SIGCONT');
      const { code } = await leader.ended;
      assert.equal(code, 1, leader.output.slice(-1000));
      taken += 1;
      leader = standby;
      standby = await (await next).untilReady();
    }
    await change();
    for (let i = 0; i < 5; i += 1) {
      await installation.untilCondition(apiService('owner', `churn-${i}`), 'Accepted', { status: 'True' });
    }
    const events = await readAudit(installation.cluster.auditLog ?? '');
    assert.deepEqual(staleWrites(events), []);
    const tokens = new Set(
      events
        .filter(isAcceptedWrite)
        .filter(({ user }) => user.username === operatorUser)
        .map(credentialOf),
    );
    assert.ok(tokens.size > pauses, 'the log tells one process from another');
    context.diagnostic(`${taken} takeovers, ${generation * 5} changes`);
  });
});
