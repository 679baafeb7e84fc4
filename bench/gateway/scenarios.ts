import type { TargetId } from './targets.ts';
import { basePath, paths, validBody } from './world.ts';

/** One kind of call of one target. */
export interface Shot {
  readonly target: TargetId;
  /** Default: that of the API that is measured, without more. */
  readonly path?: string;
  /** Body of a POST; undefined: a GET. */
  readonly body?: string;
  /** Default: HTTP/1.1 without TLS. `HTTP/2`: over TLS, 8 calls at a time on each connection. */
  readonly over?: 'HTTP/1.1' | 'TLS' | 'HTTP/2';
  /** Each call has a field that the one before had not, as where callers trace. */
  readonly newFields?: boolean;
  /** Default: by API key where the target asks for one. `ManyTokens`: another one in each call. */
  readonly by?: 'Key' | 'Token' | 'ManyTokens';
}

/** Two kinds of calls side by side. */
export interface Scenario {
  readonly id: string;
  readonly title: string;
  readonly connections: number;
  readonly peer: Shot;
  readonly ours: Shot;
  /** What {@link peer} is, if it is not nginx that forwards the same call. */
  readonly beside?: string;
  /** Least ratio that is promised. */
  readonly goal?: number;
}

const byKey = { target: 'policies' } as const;

function besideNginx(id: string, title: string, of: Partial<Scenario> & { shot?: Partial<Shot> } = {}): Scenario {
  const { shot = {}, ...change } = of;
  return { id, title, connections: 64, peer: { target: 'nginx', ...shot }, ours: { ...byKey, ...shot }, ...change };
}

function besideKey(id: string, title: string, ours: Partial<Shot>, more: Partial<Scenario> = {}): Scenario {
  return { id, title, connections: 64, peer: byKey, ours: { ...byKey, ...ours }, beside: 'API key', ...more };
}

/** What callers do beside small GETs. */
export const scenarios: readonly Scenario[] = [
  besideNginx('single', 'one connection', { connections: 1 }),
  besideNginx('many', '512 connections', { connections: 512 }),
  besideNginx('new-fields', 'fields that differ in each call', { shot: { newFields: true } }),
  besideNginx('post-1k', 'POST of 1 KiB', { shot: { body: 'x'.repeat(1024) } }),
  besideNginx('post-100k', 'POST of 100 KiB', { shot: { body: 'x'.repeat(102_400) } }),
  besideNginx('large', 'answer of 100 KiB', { shot: { path: `${basePath}/large` } }),
  besideNginx('chunked', 'answer in chunks', { shot: { path: `${basePath}/chunked` } }),
  besideNginx('tls', 'over TLS', { shot: { over: 'TLS' } }),
  besideNginx('http2', 'over HTTP/2', { connections: 8, shot: { over: 'HTTP/2' } }),
  besideNginx('cached', 'from the cache', { ours: { ...byKey, path: `${paths.cached}/` } }),
  besideKey('token', 'by a token that is known', { path: `${paths.token}/`, by: 'Token' }, { goal: 0.9 }),
  besideKey('tokens', 'by a new token each time', { path: `${paths.token}/`, by: 'ManyTokens' }),
  {
    ...besideKey('validated', 'POST of 1 KiB, compared with a definition', {
      body: validBody,
      path: `${paths.validated}/`,
    }),
    ...{ peer: { ...byKey, body: validBody }, beside: 'not compared' },
  },
  besideKey('routes', '10,000 APIs are served', { target: 'routes' }, { beside: '4 APIs', goal: 0.9 }),
];
