import { CodedError } from '#api/errors.ts';
import type { PackedBodies } from './cache/packed-bodies.ts';

/** Who has to act: the caller, the people who run the gateway, or the owner of the API. */
export type Fault = 'consumer' | 'gateway' | 'provider';

interface CatalogueEntry {
  readonly status: number;
  readonly fault: Fault;
  /** RFC 9457 `title`: the same for every occurrence. */
  readonly title: string;
}

/**
 * Every refusal that a caller can get, by its stable code. `docs/errors.md` explains each one; a test compares the two
 * both ways. A code that is not used any more stays listed there as retired.
 */
export const catalogue = {
  GW_BAD_REQUEST: entry(400, 'consumer', 'The request is not valid HTTP'),
  GW_BAD_HOST: entry(400, 'consumer', 'The Host header is missing, doubled or not a host name'),
  GW_BAD_PATH: entry(400, 'consumer', 'The path is ambiguous or not valid'),
  GW_CLIENT_CERTIFICATE_MISSING: entry(400, 'consumer', 'A client certificate is needed'),
  GW_CLIENT_CERTIFICATE_INVALID: entry(400, 'consumer', 'The client certificate is not trusted'),
  GW_FORMAT_NOT_OFFERED: entry(400, 'consumer', 'The API does not answer in this format'),
  GW_REQUEST_INVALID: entry(400, 'consumer', 'The request is not what the definition of the API says'),
  GW_API_KEY_AMBIGUOUS: entry(400, 'consumer', 'The call carries more than one API key'),
  GW_CREDENTIAL_AMBIGUOUS: entry(400, 'consumer', 'The call carries more than one credential'),
  GW_CREDENTIAL_MISSING: entry(401, 'consumer', 'A credential is needed'),
  GW_SIGNATURE_INVALID: entry(401, 'consumer', 'The signature is not valid'),
  GW_TOKEN_INVALID: entry(401, 'consumer', 'The token is not valid'),
  GW_TOKEN_EXPIRED: entry(401, 'consumer', 'The token has expired'),
  GW_API_KEY_MISSING: entry(401, 'consumer', 'An API key is needed'),
  GW_API_KEY_UNKNOWN: entry(401, 'consumer', 'The API key is not known'),
  GW_API_KEY_EXPIRED: entry(401, 'consumer', 'The API key is not valid at this time'),
  GW_ADDRESS_NOT_ALLOWED: entry(403, 'consumer', 'The address of the caller may not call this API'),
  GW_CORS_REFUSED: entry(403, 'consumer', 'Scripts of this site may not make this call'),
  GW_CLIENT_UNKNOWN: entry(403, 'consumer', 'No Subscription names the client'),
  GW_SCOPE_MISSING: entry(403, 'consumer', 'The credential lacks a scope'),
  GW_NOT_SUBSCRIBED: entry(403, 'consumer', 'The Subscription has no access to this API'),
  GW_NOT_PUBLISHED: entry(403, 'consumer', 'The API is not published yet'),
  GW_CONSUMER_SUSPENDED: entry(403, 'consumer', 'The Tenant of the Subscription is suspended'),
  GW_PROVIDER_SUSPENDED: entry(403, 'provider', 'The Tenant of the API is suspended'),
  GW_PLAN_MISSING: entry(403, 'provider', 'The plan of the Subscription is not offered by the API'),
  GW_PATH_NOT_CLAIMED: entry(403, 'provider', 'The base path of the API is not claimed by its Tenant'),
  GW_ROUTE_NOT_FOUND: entry(404, 'consumer', 'No API is served at this host and path'),
  GW_OPERATION_NOT_FOUND: entry(404, 'consumer', 'The API has no such operation'),
  GW_METHOD_NOT_ALLOWED: entry(405, 'consumer', 'The operation does not take this method'),
  GW_REQUEST_TIMEOUT: entry(408, 'consumer', 'The request did not arrive in time'),
  GW_API_RETIRED: entry(410, 'provider', 'The API is retired'),
  GW_BODY_TOO_LARGE: entry(413, 'consumer', 'The request body is too large'),
  GW_MEDIA_TYPE_NOT_SUPPORTED: entry(415, 'consumer', 'The operation does not take a body of this media type'),
  GW_EXPECTATION_UNKNOWN: entry(417, 'consumer', 'The Expect header asks for something unknown'),
  GW_RATE_LIMITED: entry(429, 'consumer', 'A limit is used up'),
  GW_CONCURRENCY_LIMITED: entry(429, 'consumer', 'As many calls as may be are under way'),
  GW_HEAD_TOO_LARGE: entry(431, 'consumer', 'The request head is too large'),
  GW_INTERNAL: entry(500, 'gateway', 'The gateway failed'),
  GW_MOCK_MISSING: entry(501, 'provider', 'The definition of the API has no such example'),
  GW_METHOD_NOT_SUPPORTED: entry(501, 'consumer', 'The method is not supported'),
  GW_GRPC_NOT_SUPPORTED: entry(501, 'provider', 'The backend of the API does not speak gRPC'),
  GW_UPGRADE_NOT_SUPPORTED: entry(501, 'consumer', 'Changing the protocol is not supported'),
  GW_TRANSFER_CODING_NOT_SUPPORTED: entry(501, 'consumer', 'The transfer coding is not supported'),
  GW_BACKEND_ADDRESS_REFUSED: entry(502, 'provider', 'The address of the backend may not be called'),
  GW_BACKEND_UNREACHABLE: entry(502, 'provider', 'The backend cannot be reached'),
  GW_BACKEND_TLS_FAILED: entry(502, 'provider', 'The TLS connection to the backend cannot be trusted'),
  GW_BACKEND_BROKE_OFF: entry(502, 'provider', 'The backend closed the connection before it answered'),
  GW_BACKEND_PROTOCOL: entry(502, 'provider', 'The answer of the backend is not valid HTTP'),
  GW_BACKEND_TOKEN_MISSING: entry(502, 'provider', 'There is no token for the backend'),
  GW_RESPONSE_TOO_LARGE: entry(502, 'provider', 'The answer of the backend is too large'),
  GW_RESPONSE_INVALID: entry(502, 'provider', 'The answer of the backend is not what the definition of the API says'),
  GW_FAULT_INJECTED: entry(503, 'provider', 'A drill of the owner of the API'),
  GW_API_BLOCKED: entry(503, 'provider', 'The API is blocked'),
  GW_GATEWAY_MAINTENANCE: entry(503, 'gateway', 'The gateway is being maintained'),
  GW_MAINTENANCE: entry(503, 'provider', 'The API is being maintained'),
  GW_NO_ENDPOINT: entry(503, 'provider', 'The API has no endpoint that takes calls'),
  GW_CIRCUIT_OPEN: entry(503, 'provider', 'The backend of the API is not called for a moment'),
  GW_BACKEND_OVERLOADED: entry(503, 'provider', 'The backend has as many calls as it may'),
  GW_TOO_MANY_TUNNELS: entry(503, 'provider', 'The backend has too many WebSocket connections'),
  GW_TENANT_MISSING: entry(503, 'gateway', 'The gateway has not loaded the Tenant'),
  GW_KEY_MANAGER_MISSING: entry(503, 'gateway', 'The gateway has not loaded the KeyManager'),
  GW_DEFINITION_MISSING: entry(503, 'gateway', 'The gateway has not loaded the definition of the API'),
  GW_LIMIT_STORE_DOWN: entry(503, 'gateway', 'A limit cannot be counted'),
  GW_KEY_MANAGER_UNREACHABLE: entry(503, 'gateway', 'The identity provider cannot be reached'),
  GW_NOT_READY: entry(503, 'gateway', 'The gateway has no configuration'),
  GW_NOT_IN_CACHE: entry(504, 'consumer', 'There is no stored answer'),
  GW_BACKEND_TIMEOUT: entry(504, 'provider', 'The backend did not answer in time'),
  GW_BACKEND_CONNECT_TIMEOUT: entry(504, 'provider', 'The backend did not take the connection in time'),
  GW_VERSION_NOT_SUPPORTED: entry(505, 'consumer', 'The version of HTTP is not supported'),
  GW_LOOP: entry(508, 'provider', 'The call has come through gateways in a loop'),
} as const satisfies Record<string, CatalogueEntry>;

export type GatewayCode = keyof typeof catalogue;

/**
 * Refuses a call. Thrown by filters, answered by the chain; the message becomes the problem's `detail`, so it is written
 * for the caller and holds no secret. No stack is taken: refusals are normal traffic, and taking one costs more than the rest.
 */
export class GatewayError extends CodedError {
  declare readonly code: GatewayCode;
  /** More members of the problem document, and header fields of the answer as flat name, value. */
  readonly extra: ProblemExtra | undefined;

  constructor(code: GatewayCode, detail: string, extra?: ProblemExtra) {
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    super(code, detail);
    Error.stackTraceLimit = limit;
    this.extra = extra;
  }
}

export interface ProblemExtra {
  /** Instead of the one of the code. */
  readonly status?: number;
  readonly members?: Readonly<Record<string, string | number | readonly ProblemItem[]>>;
  readonly headers?: readonly string[];
}

/** One of several faults that a refusal tells. */
export type ProblemItem = Readonly<Record<string, string>>;

/** An answer of the gateway itself, ready to send. */
export interface Reply {
  readonly status: number;
  /** Flat name, value; without Content-Length. */
  readonly headers: readonly string[];
  readonly body: string | Buffer;
  /** Of a stored answer: its body as it was compressed before. */
  readonly packed?: PackedBodies;
}

/** An RFC 9457 answer. */
export interface ProblemReply extends Reply {
  readonly code: GatewayCode;
  readonly fault: Fault;
  /** For the caller: what is wrong this time. */
  readonly detail: string;
}

/** Where a code is explained: the problem's `type`. */
export const problemTypeBase = 'https://simpul.id/errors#';

/** The problem document for `error`; anything that is not a {@link GatewayError} becomes the one generic 500. */
export function replyFor(error: unknown, requestId: string): ProblemReply {
  const known = error instanceof GatewayError ? error : undefined;
  const code = known?.code ?? 'GW_INTERNAL';
  const { fault, title, status: usual } = catalogue[code];
  const status = known?.extra?.status ?? usual;
  const detail = known?.message ?? 'The gateway met an error of its own; give the request id to those who run it.';
  const body = JSON.stringify({
    type: `${problemTypeBase}${code.toLowerCase()}`,
    title,
    status,
    detail,
    code,
    fault,
    requestId,
    ...known?.extra?.members,
  });
  const headers = [
    'Content-Type',
    'application/problem+json',
    'Cache-Control',
    'no-store',
    'Simpul-Code',
    code,
    'Simpul-Fault',
    fault,
    ...(known?.extra?.headers ?? []),
  ];
  return { status, code, fault, detail, headers, body };
}

function entry(status: number, fault: Fault, title: string): CatalogueEntry {
  return { status, fault, title };
}
