import { buildAddressJudge, isCidr, literalAddress } from '#api/backend-address.ts';
import type { ApiGateway } from '#api/generated/apigateway.ts';
import type { ApiService } from '#api/generated/apiservice.ts';
import { keyOf } from '#api/object.ts';
import { isUnder } from '#api/path-prefix.ts';
import { refId, routesOf } from '../world/routes.ts';
import type { AcceptedTenant, World } from '../world/world.ts';
import { addressBlockProblem } from './address-blocks.ts';
import { answerProblem } from './answers.ts';
import { expressionProblem } from './limits.ts';
import type { Problem } from './outcome.ts';
import { enumerate, firstProblem } from './outcome.ts';
import { byPrecedence } from './precedence.ts';
import { isCalendarDay, parseBytes, parseDurationMs } from './quantity.ts';
import { rewriteProblem } from './rewrites.ts';
import { variantProblem } from './variants.ts';

interface Candidate {
  readonly api: ApiService;
  readonly tenant: AcceptedTenant;
  readonly world: World;
  /** Whether each ApiService that was looked at on the way is refused: none is looked at twice. */
  readonly judged?: Map<string, boolean>;
}

type Check = (candidate: Candidate) => Problem | undefined;

/** Whether a spec may be served at all. Evaluated in order; the first problem is reported. A new rule is one line here. */
const ownChecks: readonly Check[] = [
  hostsMustBeClaimed,
  pathMustBeClaimed,
  timesMustBeSensible,
  healthChecksMustBeBearable,
  sizeMustBeSensible,
  loggingMustBeBounded,
  blocksMustBeCidrs,
  ({ api }) => answerProblem(api.spec),
  ({ api }) => variantProblem(api.spec),
  datesMustExist,
  successorMustBeAnother,
  urlsMustBeRead,
  addressesMustBeReachable,
  operationsMustDiffer,
  expressionsMustCompile,
  rewritesMustFit,
];

export function problemOf(candidate: Candidate): Problem | undefined {
  return firstProblem(ownChecks, candidate) ?? routeMustBeFree(candidate);
}

function invalid(message: string): Problem {
  return { reason: 'InvalidValue', message };
}

function hostsMustBeClaimed({ api, tenant }: Candidate): Problem | undefined {
  const foreign = (api.spec.hosts ?? []).filter((host) => !tenant.hosts.includes(host));
  if (foreign.length === 0) return undefined;
  return {
    reason: 'HostNotClaimed',
    message: `Tenant "${tenant.name}" does not claim ${enumerate(foreign)}: the organiser adds it to spec.hosts of the Tenant, or remove it from spec.hosts`,
  };
}

function pathMustBeClaimed({ api, tenant }: Candidate): Problem | undefined {
  if ((api.spec.hosts?.length ?? 0) > 0) return undefined;
  if (tenant.paths.some((path) => isUnder(api.spec.basePath, path))) return undefined;
  const claims = tenant.paths.length === 0 ? 'no path' : `only ${enumerate(tenant.paths)}`;
  return {
    reason: 'PathNotClaimed',
    message: `spec.basePath "${api.spec.basePath}" without spec.hosts must lie under a path that Tenant "${tenant.name}" claims (${claims}): choose such a path, or name a host of the Tenant in spec.hosts`,
  };
}

function timesMustBeSensible({ api }: Candidate): Problem | undefined {
  const { backend, operations = [] } = api.spec;
  const times: [string, string | undefined][] = [
    ['spec.backend.timeout', backend.timeout],
    ['spec.backend.connectTimeout', backend.connectTimeout],
    ['spec.backend.circuitBreaker.openFor', backend.circuitBreaker?.openFor],
    ['spec.backend.healthCheck.interval', backend.healthCheck?.interval],
    ['spec.backend.healthCheck.timeout', backend.healthCheck?.timeout],
    ['spec.backend.retries.backoff', backend.retries?.backoff],
    ['spec.backend.retries.perTryTimeout', backend.retries?.perTryTimeout],
    ...operations.map(({ timeout }, i): [string, string | undefined] => [`spec.operations[${i}].timeout`, timeout]),
  ];
  const bad = times.find(([, text]) => text !== undefined && !isSensibleTime(text));
  return bad && invalid(`${bad[0]} "${bad[1]}" must be a duration between 1ms and 24h, such as 10s`);
}

/** Many pods ask, and nobody else stands between them and the backend. */
function healthChecksMustBeBearable({ api }: Candidate): Problem | undefined {
  const { interval } = api.spec.backend.healthCheck ?? {};
  if (interval === undefined || (parseDurationMs(interval) ?? 0) >= 1000) return undefined;
  return invalid(`spec.backend.healthCheck.interval "${interval}" must be at least 1s, such as 10s`);
}

function isSensibleTime(text: string): boolean {
  const ms = parseDurationMs(text);
  return ms !== undefined && ms >= 1;
}

function sizeMustBeSensible({ api }: Candidate): Problem | undefined {
  const { maxRequestBytes, maxResponseBytes } = api.spec;
  const bad = Object.entries({ maxRequestBytes, maxResponseBytes }).find(
    ([, text]) => text !== undefined && parseBytes(text) === undefined,
  );
  return bad && invalid(`spec.${bad[0]} "${bad[1]}" must be a size such as 1Mi`);
}

const mostLoggedBytes = 65_536;

function loggingMustBeBounded({ api }: Candidate): Problem | undefined {
  const text = api.spec.logging?.maxBytes;
  const bytes = text === undefined ? 0 : parseBytes(text);
  if (bytes !== undefined && bytes <= mostLoggedBytes) return undefined;
  return invalid(`spec.logging.maxBytes "${text}" must be a size of at most 64Ki`);
}

function blocksMustBeCidrs({ api }: Candidate): Problem | undefined {
  const { allowFrom, denyFrom } = api.spec.access ?? {};
  return addressBlockProblem({ 'spec.access.allowFrom': allowFrom, 'spec.access.denyFrom': denyFrom });
}

function datesMustExist({ api }: Candidate): Problem | undefined {
  const { since, sunset } = api.spec.deprecation ?? {};
  for (const [field, day] of Object.entries({ since, sunset })) {
    if (day !== undefined && !isCalendarDay(day))
      return invalid(`spec.deprecation.${field} "${day}" is no day of the calendar`);
  }
  if (since === undefined || sunset === undefined || since <= sunset) return undefined;
  return invalid(`spec.deprecation.sunset "${sunset}" lies before spec.deprecation.since "${since}"`);
}

function successorMustBeAnother({ api }: Candidate): Problem | undefined {
  const ref = api.spec.deprecation?.successorRef;
  if (ref === undefined || refId(ref, api) !== keyOf(api)) return undefined;
  return {
    reason: 'SelfReference',
    message: 'spec.deprecation.successorRef names this ApiService itself: name another one',
  };
}

/** Where calls may go, each with the field that says so. */
function urlsOf({ spec: { backend, canary, mirror } }: ApiService): [string, string][] {
  return [
    ...(backend.oauth2 === undefined
      ? []
      : [['spec.backend.oauth2.tokenUrl', backend.oauth2.tokenUrl] as [string, string]]),
    ...backend.endpoints.map(({ url }, i): [string, string] => [`spec.backend.endpoints[${i}].url`, url]),
    ...(canary?.endpoints ?? []).map(({ url }, i): [string, string] => [`spec.canary.endpoints[${i}].url`, url]),
    ...(mirror === undefined ? [] : [['spec.mirror.url', mirror.url] as [string, string]]),
  ];
}

function urlsMustBeRead({ api }: Candidate): Problem | undefined {
  const bad = urlsOf(api).find(([, url]) => !URL.canParse(url));
  if (bad === undefined) return undefined;
  return invalid(`${bad[0]} is no URL that can be called, such as http://10.1.2.3:9000/situs`);
}

/** As far as it can be said before a connection is made: the gateway judges every address again, after DNS. */
function addressesMustBeReachable({ api, world }: Candidate): Problem | undefined {
  for (const ref of api.spec.gatewayRefs) {
    const gateway = world.apiGateways.get(refId(ref, api));
    const problem = gateway && unreachableFrom(gateway, api);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function unreachableFrom(gateway: ApiGateway, api: ApiService): Problem | undefined {
  const { allow = [], deny = [] } = gateway.spec.backendAccess ?? {};
  const judge = buildAddressJudge({ allow: allow.filter(isCidr), deny: deny.filter(isCidr), own: () => [] });
  for (const [, url] of urlsOf(api)) {
    const { hostname, host } = new URL(url);
    const address = literalAddress(hostname);
    const reason = address === undefined ? undefined : judge(address);
    if (reason !== undefined) return backendNotAllowed(keyOf(gateway), host, reason);
  }
  return undefined;
}

function backendNotAllowed(gateway: string, host: string, reason: string): Problem {
  return {
    reason: 'BackendNotAllowed',
    message: `ApiGateway "${gateway}" does not reach "${host}", which ${reason}: use another address, or the organiser lists it in spec.backendAccess.allow of the gateway`,
  };
}

function operationsMustDiffer({ api }: Candidate): Problem | undefined {
  const seen = new Set<string>();
  for (const [i, { path, methods = ['*'] }] of (api.spec.operations ?? []).entries()) {
    for (const method of methods) {
      // Two templates that differ only in the names of their parameters match the same calls.
      const call = `${method} ${path.replaceAll(/\{[^}]*\}/g, '{}')}`;
      if (seen.has(call)) return invalid(`spec.operations[${i}] repeats ${method} ${path}: merge the two entries`);
      seen.add(call);
    }
  }
  return undefined;
}

function expressionsMustCompile({ api }: Candidate): Problem | undefined {
  const { limits, operations = [], plans = {} } = api.spec;
  return expressionProblem({
    'spec.limits': limits,
    ...Object.fromEntries(operations.map((operation, i) => [`spec.operations[${i}].limits`, operation.limits])),
    ...Object.fromEntries(Object.entries(plans).map(([name, plan]) => [`spec.plans.${name}.limits`, plan.limits])),
  });
}

function rewritesMustFit({ api }: Candidate): Problem | undefined {
  const problem = rewriteProblem(api);
  return problem === undefined ? undefined : invalid(problem);
}

/** Whoever is served keeps the route; among those that are not, precedence decides. */
function routeMustBeFree(candidate: Candidate): Problem | undefined {
  const { api, world } = candidate;
  const judged = candidate.judged ?? new Map<string, boolean>();
  for (const route of routesOf(api)) {
    const holder = world.routes.holderOf(route);
    if (holder === keyOf(api)) continue;
    const other = holder ?? firstClaimant(route, { ...candidate, judged });
    if (other !== undefined) return routeConflict(api, route, other);
  }
  return undefined;
}

interface Claim extends Candidate {
  readonly judged: Map<string, boolean>;
}

/**
 * Who comes before `api` and would be served at `route`. One that is itself refused, be it for another of its routes, is
 * in nobody's way; each step looks only at earlier ones, so this ends.
 */
function firstClaimant(route: string, { api, world, judged }: Claim): string | undefined {
  for (const id of world.apiServices.by('route', route)) {
    const rival = world.apiServices.get(id);
    if (rival === undefined || rival === api || byPrecedence(rival, api) > 0) continue;
    if (!isRefused(rival, world, judged)) return id;
  }
  return undefined;
}

function isRefused(api: ApiService, world: World, judged: Map<string, boolean>): boolean {
  const id = keyOf(api);
  const known = judged.get(id);
  if (known !== undefined) return known;
  const tenant = world.tenantOf(api.metadata.namespace ?? '');
  const gone = api.metadata.deletionTimestamp !== undefined || tenant === undefined;
  const refused = gone || problemOf({ api, tenant, world, judged }) !== undefined;
  judged.set(id, refused);
  return refused;
}

function routeConflict(api: ApiService, route: string, other: string): Problem {
  const [gateway = '', host = ''] = route.split(' ');
  const where = host === '' ? 'every host' : `host "${host}"`;
  return {
    reason: 'RouteConflict',
    message: `ApiService "${other}" answers on ${where} at "${api.spec.basePath}" of ApiGateway "${gateway}" and keeps it: choose another basePath or host, or remove that one`,
  };
}
