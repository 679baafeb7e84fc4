import type { KubeObject } from '#api/object.ts';

export const redacted = '[redacted]';

/** Names of fields, header fields, parameters and variables whose values are secret, or may be. */
const secretName =
  /pass(?:wd|word|phrase)?$|passw|secret|token|credential|private|pepper|authorization|cookie|session|bearer|signature|api[-_]?key|access[-_]?key|(?:^|[-_.])(?:key|pwd|pin|auth)$/i;
/** Members of a JSON Web Key that are private (RFC 7518, 6.2.2, 6.3.2, 6.4.1). */
const privateOfKey = new Set(['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']);

/** What looks like a secret wherever it stands, with what stays of it. Repetitions are bounded: lines may be megabytes long. */
const patterns: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, redacted],
  [/\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*){0,3}/g, redacted],
  [/\b(Bearer|Basic|Digest|Negotiate|ApiKey)\s+[\w.~+/=-]{6,}/gi, `$1 ${redacted}`],
  [/(\b[a-z][a-z0-9+.-]{0,30}:\/\/)[^\s/@"']{1,1024}@/gi, `$1${redacted}@`],
  [
    /([?&;]|\b)((?:[\w.-]{0,40}(?:passw|passwd|password|secret|token|credential|api[-_]?key|access[-_]?key|signature))|pwd|key)=[^\s&"',;]{4,}/gi,
    `$1$2=${redacted}`,
  ],
  [
    /(["'])([\w.-]{0,40}(?:passw|passwd|password|secret|token|authorization|cookie|credential|api[-_]?key|access[-_]?key)[\w.-]{0,40})\1\s*:\s*"(?:[^"\\]|\\.)*"/gi,
    `$1$2$1:"${redacted}"`,
  ],
  [/\b((?:set-)?cookie|authorization|x-api-key)\s*:\s*[^\s"][^\r\n"]*/gi, `$1: ${redacted}`],
];

/** Text without what looks like a secret. */
export function redactText(text: string): string {
  return patterns.reduce((clean, [pattern, instead]) => clean.replace(pattern, instead), text);
}

/** Annotations of others hold anything: `last-applied-configuration` holds the whole object. */
const kindAnnotations = /^(?:simpul\.id|deployment\.kubernetes\.io)\//;

/** An object as it may be shown: without values that are secret or may be, foreign annotations, and documents. */
export function redactObject({ metadata, ...rest }: KubeObject): object {
  const { annotations, ...plain } = metadata;
  const kept = keptAnnotations(annotations ?? {});
  const { managedFields: _, ...known } = plain as typeof plain & { managedFields?: unknown };
  const meta = { ...known, ...(kept.length === 0 ? {} : { annotations: Object.fromEntries(kept) }) };
  return redactValue({ ...rest, metadata: meta }, '') as object;
}

function keptAnnotations(annotations: object): [string, unknown][] {
  return Object.entries(annotations).filter(([name]) => kindAnnotations.test(name));
}

function redactValue(value: unknown, name: string): unknown {
  if (typeof value === 'string') return isSecret(name) ? redacted : redactText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((entry) => redactValue(entry, name));
  if (/Refs?$/.test(name)) return value; // names of objects and of keys within them
  if (name === 'definition' || name === 'mock') return Object.fromEntries(Object.entries(value).map(documentless));
  const redact = redactorFor(value, name);
  return Object.fromEntries(Object.entries(value).map(([member, entry]) => [member, redact(entry, member)]));
}

/** What is done to the members of `object`, which is called `name`. */
function redactorFor(object: object, name: string): (entry: unknown, member: string) => unknown {
  if (name === 'set' || name === 'add') return () => redacted; // header fields and parameters that are set
  if ('kty' in object) return (entry, member) => (privateOfKey.has(member) ? redacted : redactValue(entry, member));
  if ('name' in object && 'value' in object) {
    const variable = String(object.name);
    return (entry, member) => (member === 'value' ? redactVariable(variable, entry) : redactValue(entry, member));
  }
  return (entry, member) => {
    if (programLine.has(member)) return redacted;
    const isTemplate = member === 'annotations' && typeof entry === 'object' && entry !== null;
    return redactValue(isTemplate ? Object.fromEntries(keptAnnotations(entry)) : entry, member);
  };
}

/** Of containers and their probes. */
const programLine = new Set(['args', 'command']);

function isSecret(name: string): boolean {
  return secretName.test(name) && !/(?:Name|Type|Endpoint|Uri|Url|Header|Claim|Prefix|Keys?File)$/.test(name);
}

/** Environment variables: ours are shown unless their name forbids it, those of others never. */
function redactVariable(name: string, value: unknown): unknown {
  return /^(?:SIMPUL|POD|NODE)_/.test(name) && !secretName.test(name) ? redactValue(value, '') : redacted;
}

/** OpenAPI documents have examples, which people copy from life. */
function documentless([name, value]: [string, unknown]): [string, unknown] {
  const isShort = typeof value !== 'string' && typeof value !== 'object';
  if (isShort || /Refs?$/.test(name) || name === 'url' || name === 'sha256') return [name, redactValue(value, name)];
  if (typeof value === 'object' && value !== null)
    return [name, Object.fromEntries(Object.entries(value).map(documentless))];
  return [name, `[${String(value).length} characters]`];
}
