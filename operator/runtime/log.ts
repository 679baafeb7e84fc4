import { type DestinationStream, destination, type Logger, pino } from 'pino';
import { CodedError, describeError } from '#api/errors.ts';
import type { LogLevel } from '../config.ts';

/** Members that hold secrets, wherever they turn up in the first three levels of a line's fields. */
const secretMembers = [
  'authorization',
  'Authorization',
  'password',
  'token',
  'apiKey',
  'pepper',
  'secret',
  'credentials',
  'data',
  'stringData',
];
const redactedPaths = secretMembers.flatMap((member) => [member, `*.${member}`, `*.*.${member}`]);

export interface LogOptions {
  readonly level: LogLevel;
  readonly version: string;
  /** Default: standard output, written at once, so that the last line before a crash is there. */
  readonly destination?: DestinationStream;
}

/**
 * JSON lines: `time` in RFC 3339, `level` as a word, `program`, `version`, `msg`, and fields (`kind`, `key`, `err`, …).
 * Fields whose names say that they hold a secret are redacted; that is a net below us, no licence to log objects whole.
 */
export function createLog(options: LogOptions): Logger {
  return pino(
    {
      level: options.level,
      base: { program: 'operator', version: options.version },
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: redactedPaths, censor: '[redacted]' },
      serializers: { err: describeForLog },
    },
    options.destination ?? destination({ dest: 1, sync: true }),
  );
}

/** Only what is known to be harmless: errors of libraries carry whole requests with their headers. */
function describeForLog(error: unknown): object {
  if (!(error instanceof Error)) return { message: String(error) };
  const code = error instanceof CodedError ? { code: error.code } : {};
  return { type: error.name, ...code, message: describeError(error), stack: error.stack };
}
