import { X509Certificate } from 'node:crypto';
import type { Observation } from '#api/conditions.ts';
import type { ApiGateway } from '#api/generated/apigateway.ts';
import { observe } from '../translate/outcome.ts';
import { resolveMaterial } from '../world/reference-problems.ts';
import { certificateRef } from '../world/references.ts';
import type { World } from '../world/world.ts';

/** Said so long before: time for people who look once a week, and more than renewal by machine needs. */
const warnBeforeMs = 21 * 24 * 3_600_000;

/** Timers reach no further than some 24 days, and a look costs nothing. */
const longestWaitMs = 24 * 3_600_000;

export interface CertificateExpiry {
  /** Undefined: nothing to say yet. */
  readonly warning: Observation | undefined;
  /** When there may be something else to say; undefined: no listener has a certificate that can be read. */
  readonly lookAgainMs: number | undefined;
}

interface Ending {
  readonly secret: string;
  readonly listener: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** Whether a certificate of a listener has expired, or soon will; of several the first. `now`: milliseconds since the epoch. */
export function certificateExpiry(
  gateway: ApiGateway,
  world: Pick<World, 'materials'>,
  now: number,
): CertificateExpiry {
  const [first] = endingsOf(gateway, world).sort((a, b) => a.at - b.at);
  if (first === undefined) return { warning: undefined, lookAgainMs: undefined };
  const leftMs = first.at - now;
  const warning = leftMs > warnBeforeMs ? undefined : warningOf(gateway, first, leftMs <= 0);
  const untilNextMs = leftMs > warnBeforeMs ? leftMs - warnBeforeMs : leftMs;
  return { warning, lookAgainMs: untilNextMs <= 0 ? undefined : Math.min(longestWaitMs, untilNextMs + 1000) };
}

function warningOf(gateway: ApiGateway, { secret, listener, at }: Ending, isOver: boolean): Observation {
  const day = new Date(at).toISOString().slice(0, 10);
  const what = `The certificate in Secret "${secret}" of the listener "${listener}"`;
  const message = isOver
    ? `${what} has expired on ${day}, and callers refuse it: write a new one into the Secret`
    : `${what} expires on ${day}: write a new one into the Secret, which is served at once`;
  const reason = isOver ? 'CertificateExpired' : 'CertificateExpiring';
  return observe(gateway, 'Warning', 'True', { reason, message });
}

function endingsOf(gateway: ApiGateway, world: Pick<World, 'materials'>): Ending[] {
  return gateway.spec.listeners.flatMap(({ name: listener, tls }) =>
    (tls?.certificateRefs ?? []).flatMap(({ name: secret }) => {
      const material = resolveMaterial(world, '', certificateRef(gateway, secret));
      const at = 'reason' in material ? undefined : endOf(material.text('tls.crt') ?? '');
      return at === undefined ? [] : [{ secret, listener, at }];
    }),
  );
}

/** Of the first certificate of a chain, which is the server's own. What cannot be read is told by `ResolvedRefs`. */
function endOf(pem: string): number | undefined {
  try {
    return Date.parse(new X509Certificate(pem).validTo);
  } catch {
    return undefined;
  }
}
