import { readFile } from 'node:fs/promises';

/** One request, as the API server's audit log tells it at level Metadata. */
export interface AuditEvent {
  readonly verb: string;
  readonly requestURI: string;
  /** RFC 3339 with six digits of fraction, UTC: compares as text. */
  readonly stageTimestamp: string;
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
