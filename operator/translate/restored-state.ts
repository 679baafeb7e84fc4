import type { CompiledGateway } from '#api/compiled/contract.ts';
import { maxWithheld, type Withheld } from '#api/compiled/lease.ts';
import type { Observation } from '#api/conditions.ts';
import type { ApiGateway, ApiGatewayStatus } from '#api/generated/apigateway.ts';
import type { GatewayPod } from '../world/fleet.ts';
import { observe } from './outcome.ts';

/** What follows from pods that saw etcd go back to an older state. */
export interface RestoredState {
  /** One, or none. */
  readonly observations: readonly Observation[];
  readonly status: Pick<ApiGatewayStatus, 'rolledBack'>;
  readonly compiled: Pick<CompiledGateway, 'rolledBack' | 'stateConfirmedAt'>;
}

/**
 * Gathers what pods withhold since etcd was restored, so that it outlives each of them: the status keeps it, and compiled
 * objects tell it to pods that begin later. It ends when `spec.stateConfirmedAt` is not before the time at which the last
 * pod noticed.
 */
export function restoredState(gateway: ApiGateway, pods: readonly Pick<GatewayPod, 'rollback'>[]): RestoredState {
  const confirmed = Date.parse(gateway.spec.stateConfirmedAt ?? '');
  const stateConfirmedAt = Number.isNaN(confirmed) ? {} : { stateConfirmedAt: confirmed };
  const open = [rememberedOf(gateway), ...pods.map(({ rollback }) => rollback)].flatMap((one) =>
    one === undefined || one.noticedAt <= confirmed ? [] : [one],
  );
  if (open.length === 0) return { observations: [], status: {}, compiled: stateConfirmedAt };

  // Whole seconds, as people write them: never before the time at which a pod noticed.
  const noticedAt = Math.ceil(Math.max(...open.map((one) => one.noticedAt)) / 1000) * 1000;
  const withheld = union(open.map((one) => one.withheld));
  const count = Math.max(withheld.length, ...open.map((one) => one.count));
  const time = `${new Date(noticedAt).toISOString().slice(0, 19)}Z`;
  const message = messageOf(gateway, { withheld, count, time });
  return {
    observations: [observe(gateway, 'StateRolledBack', 'True', { reason: 'StateRolledBack', message })],
    status: { rolledBack: { noticedAt: time, withheld } },
    compiled: { ...stateConfirmedAt, rolledBack: { noticedAt, withheld: withheld.map(({ id }) => id) } },
  };
}

interface Noticed {
  readonly noticedAt: number;
  readonly withheld: readonly Withheld[];
  readonly count: number;
}

/** What pods said that may be gone by now. */
function rememberedOf({ status }: ApiGateway): Noticed | undefined {
  const rolledBack = status?.rolledBack;
  if (rolledBack === undefined) return undefined;
  const { noticedAt, withheld = [] } = rolledBack;
  return { noticedAt: Date.parse(noticedAt), withheld, count: withheld.length };
}

function union(lists: readonly (readonly Withheld[])[]): Withheld[] {
  const all = new Map(lists.flat().map((one) => [one.id, { id: one.id, what: one.what }]));
  return [...all.values()].sort((a, b) => (a.id < b.id ? -1 : 1)).slice(0, maxWithheld);
}

/** How many are named, each with so many characters: the command behind them must not be cut off. */
const named = 3;
const maxNameLength = 120;

function messageOf(
  { metadata: { name, namespace } }: ApiGateway,
  { withheld, count, time }: { readonly withheld: readonly Withheld[]; readonly count: number; readonly time: string },
): string {
  const command = `kubectl patch apigateways.simpul.id ${name} -n ${namespace} --type merge -p '{"spec":{"stateConfirmedAt":"${time}"}}'`;
  const whats = withheld.map(({ what }) => what.slice(0, maxNameLength)).sort();
  const more = count > named ? ` and ${count - named} more (status.rolledBack)` : '';
  const refused =
    count === 0
      ? 'Nothing that gateways saw revoked in the 24 hours before is in it'
      : `Gateways go on refusing what was revoked in the 24 hours before and is in it: ${whats.slice(0, named).join(', ')}${more}. Revoke it again`;
  return `etcd was restored to an older state. ${refused}; look whether the rest is as it should be, then confirm: ${command}`;
}
