import { type FieldCause, StoreError, type StoreReason } from './store-error.ts';

/** The part of a Kubernetes `Status` that is read here. */
interface Status {
  readonly kind?: string;
  readonly message?: string;
  readonly reason?: string;
  readonly code?: number;
  readonly details?: {
    readonly name?: string;
    readonly retryAfterSeconds?: number;
    readonly causes?: readonly { readonly reason?: string; readonly message?: string; readonly field?: string }[];
  };
}

/** Reasons of the API server that carry another name here, or none of our own. */
const byReason: Readonly<Record<string, StoreReason>> = {
  NotFound: 'NotFound',
  AlreadyExists: 'AlreadyExists',
  Conflict: 'Conflict',
  Invalid: 'Invalid',
  BadRequest: 'BadRequest',
  MethodNotAllowed: 'BadRequest',
  NotAcceptable: 'BadRequest',
  UnsupportedMediaType: 'BadRequest',
  RequestEntityTooLarge: 'BadRequest',
  Forbidden: 'Forbidden',
  Unauthorized: 'Unauthorized',
  Expired: 'Expired',
  Gone: 'Expired',
  TooManyRequests: 'TooManyRequests',
  Timeout: 'Timeout',
  ServerTimeout: 'ServiceUnavailable',
  ServiceUnavailable: 'ServiceUnavailable',
  InternalError: 'InternalError',
};

/** For answers of proxies and load balancers, which are no `Status`. */
const byCode: Readonly<Record<number, StoreReason>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  409: 'Conflict',
  410: 'Expired',
  413: 'BadRequest',
  422: 'Invalid',
  429: 'TooManyRequests',
  502: 'ServiceUnavailable',
  503: 'ServiceUnavailable',
  504: 'Timeout',
};

/** The error that an answer with this HTTP status and body stands for. `retryAfterMs` is what the header said. */
export function errorFromAnswer(code: number, body: string, retryAfterMs?: number): StoreError {
  const status = parseStatus(body);
  if (status !== undefined) return errorFromStatus(status, code, retryAfterMs);
  const reason = byCode[code] ?? (code >= 500 ? 'InternalError' : 'BadRequest');
  const said = body.trim().slice(0, 200);
  return new StoreError(reason, `HTTP ${code}${said === '' ? '' : `: ${said}`}`, details(code, [], retryAfterMs));
}

/** The error of a `Status` object: the body of an answer, or the object of an ERROR event in a watch. */
export function errorFromStatus(status: Status, httpCode?: number, retryAfterMs?: number): StoreError {
  const code = status.code ?? httpCode ?? 0;
  const seconds = status.details?.retryAfterSeconds;
  const wait = retryAfterMs ?? (seconds === undefined || seconds === 0 ? undefined : seconds * 1000);
  const message = status.message ?? status.reason ?? `HTTP ${code}`;
  return new StoreError(reasonOf(status, code), message, details(code, causesOf(status), wait));
}

/** A 404 says either that the object is missing, or that the whole kind is: only the first names an object. */
export function isMissingObject(code: number, body: string): boolean {
  return code === 404 && parseStatus(body)?.details?.name !== undefined;
}

export function parseStatus(body: string): Status | undefined {
  try {
    const parsed = JSON.parse(body) as Status | null;
    return parsed?.kind === 'Status' ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function reasonOf(status: Status, code: number): StoreReason {
  if (status.details?.causes?.some((cause) => cause.reason === 'NamespaceTerminating')) return 'NamespaceTerminating';
  const named = status.reason === undefined ? undefined : byReason[status.reason];
  return named ?? byCode[code] ?? 'InternalError';
}

function causesOf(status: Status): FieldCause[] {
  return (status.details?.causes ?? []).map(({ field, message }) => ({
    field: (field ?? '').replace(/^\./, ''),
    message: message ?? '',
  }));
}

function details(status: number, causes: readonly FieldCause[], retryAfterMs: number | undefined) {
  return retryAfterMs === undefined ? { status, causes } : { status, causes, retryAfterMs };
}
