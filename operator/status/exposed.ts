import type { Observation } from '#api/conditions.ts';
import type { ApiGateway } from '#api/generated/apigateway.ts';
import { addressesOfExposure, type Exposure, type SaidOfExposure, saidOfExposure } from '../resources/exposure.ts';
import { enumerate, observe, type Problem } from '../translate/outcome.ts';

/** What must be in the cluster for each kind, as an administrator would look for it. */
const needs: Readonly<Record<string, string>> = {
  HTTPRoute: 'the CRDs of the Gateway API (gateway.networking.k8s.io/v1)',
  Route: 'OpenShift (route.openshift.io/v1)',
};

/** The cluster does not know the kind that `spec.expose` names. */
export function notServed(gateway: ApiGateway, kind: string): Observation {
  const message = `The cluster does not know the kind ${kind}, which comes with ${needs[kind] ?? 'Kubernetes'}: install that, or choose another spec.expose.kind`;
  return observe(gateway, 'Exposed', 'False', { reason: 'ExposureUnavailable', message });
}

/** Where the operator runs no pods, as in standalone mode, there is nothing that callers from outside could be brought to. */
export function notExposedHere(gateway: ApiGateway): readonly Observation[] {
  if (gateway.spec.expose === undefined) return [];
  const message = `Nothing comes of spec.expose here: the operator runs no pods (as in simpul dev), so callers reach this ApiGateway at its own address only`;
  return [observe(gateway, 'Exposed', 'False', { reason: 'ExposureUnavailable', message })];
}

/** Whether controllers of the cluster bring callers from outside, as they say on the objects that were made for them. */
export function exposed(gateway: ApiGateway, made: readonly Exposure[]): Observation {
  for (const exposure of made) {
    const problem = problemOf(exposure);
    if (problem !== undefined) return observe(gateway, 'Exposed', 'False', problem);
  }
  const message = `Callers come in by ${made[0]?.kind ?? 'nothing'}${atOf(made)}`;
  return observe(gateway, 'Exposed', 'True', { reason: 'Exposed', message });
}

function problemOf(exposure: Exposure): Problem | undefined {
  const { kind, metadata } = exposure;
  const what = `${kind} "${metadata.name}" in namespace "${metadata.namespace}"`;
  const said = saidOfExposure(exposure);
  const refusal = said.find(({ type, status }) => decisive.has(type) && status === 'False');
  if (refusal !== undefined) {
    const message = `${what} is refused by its controller (${refusal.reason ?? 'no reason'}): ${refusal.message ?? 'it does not say why'}`;
    return { reason: 'ExposureRefused', message };
  }
  const isTaken = kind === 'Ingress' ? addressesOfExposure(exposure).length > 0 : said.some(isAcceptance);
  if (isTaken) return undefined;
  return { reason: 'ExposurePending', message: `No controller has taken up ${what} yet: ${missing[kind] ?? ''}` };
}

const missing: Readonly<Record<string, string>> = {
  Ingress: 'is there one for its class, and does it publish its address?',
  HTTPRoute: 'is there the Gateway that spec.expose.parentRef names, and does a controller run for its class?',
  Route: "does a router run that selects this namespace's routes?",
};

/** Conditions by which controllers say no: of the Gateway API the first two, of OpenShift the last. */
const decisive: ReadonlySet<string> = new Set(['Accepted', 'ResolvedRefs', 'Admitted']);

function isAcceptance({ type, status }: SaidOfExposure): boolean {
  return (type === 'Accepted' || type === 'Admitted') && status === 'True';
}

function atOf(made: readonly Exposure[]): string {
  const places = made.flatMap(addressesOfExposure);
  return places.length === 0 ? '' : ` at ${enumerate(places)}`;
}
