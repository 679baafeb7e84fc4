import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ApiGateway } from '#api/generated/apigateway.ts';
import type { PodRollback } from '../world/fleet.ts';
import { restoredState } from './restored-state.ts';

const at = Date.parse('2026-11-22T05:00:00.400Z');
const key = { id: 'aaaaaaaaaaaaaaaa', what: 'the credential "main" of Subscription "banten/app"' };
const access = { id: 'bbbbbbbbbbbbbbbb', what: 'the access of Subscription "banten/app" to ApiService "b/c"' };

function aGateway(stateConfirmedAt?: string, rolledBack?: NonNullable<ApiGateway['status']>['rolledBack']): ApiGateway {
  return {
    metadata: { name: 'public', namespace: 'simpul-system', generation: 3 },
    spec: stateConfirmedAt === undefined ? {} : { stateConfirmedAt },
    ...(rolledBack === undefined ? {} : { status: { rolledBack } }),
  } as ApiGateway;
}

function pod(change: Partial<PodRollback> = {}): { readonly rollback: PodRollback } {
  return { rollback: { noticedAt: at, withheld: [key], count: 1, ...change } };
}

test('no pod has noticed anything: there is nothing to tell, and a confirmation goes on to pods', () => {
  assert.deepEqual(restoredState(aGateway(), [{ rollback: undefined }]), {
    observations: [],
    status: {},
    compiled: {},
  });
  const { observations, compiled } = restoredState(aGateway('2026-11-22T05:00:01Z'), []);
  assert.deepEqual([observations, compiled], [[], { stateConfirmedAt: Date.parse('2026-11-22T05:00:01Z') }]);
});

test('what any pod withholds all are told, and people which command ends it', () => {
  const pods = [pod(), { rollback: undefined }, pod({ noticedAt: at - 5000, withheld: [access, key], count: 2 })];
  const { observations, status, compiled } = restoredState(aGateway(), pods);
  assert.deepEqual(status, { rolledBack: { noticedAt: '2026-11-22T05:00:01Z', withheld: [key, access] } });
  const noticedAt = Date.parse('2026-11-22T05:00:01Z');
  assert.deepEqual(compiled, { rolledBack: { noticedAt, withheld: [key.id, access.id] } });
  const [told] = observations;
  assert.deepEqual([told?.type, told?.status, told?.reason], ['StateRolledBack', 'True', 'StateRolledBack']);
  assert.match(
    told?.message ?? '',
    /credential "main" of Subscription "banten\/app".*kubectl patch apigateways\.simpul\.id public -n simpul-system --type merge -p '\{"spec":\{"stateConfirmedAt":"2026-11-22T05:00:01Z"\}\}'$/,
  );
});

test('it outlives the pods that knew, and ends with the confirmation of that very restore', () => {
  const remembered = { noticedAt: '2026-11-22T05:00:01Z', withheld: [key] };
  const gone = restoredState(aGateway(undefined, remembered), []);
  assert.deepEqual(gone.status, { rolledBack: remembered });
  const early = restoredState(aGateway('2026-11-22T05:00:00Z', remembered), [pod()]);
  assert.deepEqual(early.status, { rolledBack: remembered });
  const confirmed = restoredState(aGateway('2026-11-22T05:00:01Z', remembered), [pod()]);
  assert.deepEqual([confirmed.observations, confirmed.status], [[], {}]);
  const next = restoredState(aGateway('2026-11-22T05:00:01Z', remembered), [
    pod({ noticedAt: at + 60_000, withheld: [access] }),
  ]);
  assert.deepEqual(next.status, { rolledBack: { noticedAt: '2026-11-22T05:01:01Z', withheld: [access] } });
});

test('a long list is counted, and the command still stands at the end', () => {
  const withheld = Array.from({ length: 400 }, (_, i) => ({
    id: `id-${String(i).padStart(13, '0')}`,
    what: 'w'.repeat(240),
  }));
  const { observations } = restoredState(aGateway(), [pod({ withheld, count: 5000 })]);
  const message = observations[0]?.message ?? '';
  assert.match(message, /and 4997 more \(status\.rolledBack\)/);
  assert.match(message, /stateConfirmedAt":"2026-11-22T05:00:01Z"\}\}'$/);
});
