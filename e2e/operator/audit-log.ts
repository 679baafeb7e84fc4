import { readFile } from 'node:fs/promises';

/** One request, as the API server's audit log tells it at level Metadata. */
export interface AuditEvent {
  readonly verb: string;
  readonly requestURI: string;
  /** RFC 3339 with six digits of fraction, UTC: compares as text. */
  readonly stageTimestamp: string;
  /** When the request came in; the same form. */
  readonly requestReceivedTimestamp: string;
  readonly user: { readonly username: string; readonly extra?: Readonly<Record<string, readonly string[]>> };
  readonly userAgent?: string;
  readonly sourceIPs?: readonly string[];
  readonly objectRef?: {
    readonly resource?: string;
    readonly subresource?: string;
    readonly namespace?: string;
    readonly name?: string;
    readonly apiGroup?: string;
  };
  readonly responseStatus?: { readonly code?: number };
}

/** All complete lines of an audit log. */
export async function readAudit(file: string): Promise<AuditEvent[]> {
  const text = await readFile(file, 'utf8');
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as AuditEvent);
}

/** Which token made a request: two processes of one ServiceAccount differ by it. */
export function credentialOf({ user }: AuditEvent): string {
  return user.extra?.['authentication.kubernetes.io/credential-id']?.[0] ?? '';
}

/** Whether a request changed something. */
export function isAcceptedWrite({ verb, responseStatus }: AuditEvent): boolean {
  return /^(create|update|patch|delete)/.test(verb) && (responseStatus?.code ?? 500) < 300;
}
