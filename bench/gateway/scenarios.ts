import type { TargetId } from './targets.ts';

/** A kind of load that all its targets get in turn. */
export interface Scenario {
  readonly id: string;
  readonly title: string;
  readonly targets: readonly TargetId[];
  readonly connections: number;
  /** Behind the base path. */
  readonly path: string;
  /** Body of a POST, in bytes; undefined: a GET. */
  readonly bodyBytes?: number;
}

const beside = ['nginx', 'policies'] as const;

/** What callers do beside small GETs, each next to nginx doing the same. */
export const scenarios: readonly Scenario[] = [
  { id: 'single', title: 'one connection', targets: beside, connections: 1, path: '' },
  { id: 'many', title: '512 connections', targets: beside, connections: 512, path: '' },
  { id: 'post-1k', title: 'POST of 1 KiB', targets: beside, connections: 64, path: '', bodyBytes: 1024 },
  { id: 'post-100k', title: 'POST of 100 KiB', targets: beside, connections: 64, path: '', bodyBytes: 102_400 },
  { id: 'large', title: 'answer of 100 KiB', targets: beside, connections: 64, path: 'large' },
  { id: 'chunked', title: 'answer in chunks', targets: beside, connections: 64, path: 'chunked' },
  {
    id: 'routes',
    title: '10,000 APIs are served',
    targets: ['nginx', 'policies', 'routes'],
    connections: 64,
    path: '',
  },
];
