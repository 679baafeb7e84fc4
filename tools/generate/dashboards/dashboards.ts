import { gateways } from './gateways.ts';
import { operator } from './operator.ts';
import { type Dashboard, grafanaJson } from './panels.ts';

export const dashboards: readonly Dashboard[] = [gateways, operator];

/** `monitoring/dashboards`, by file name. */
export function dashboardFiles(): Map<string, string> {
  return new Map(dashboards.map((dashboard) => [`${dashboard.uid}.json`, grafanaJson(dashboard)]));
}
