import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Registry } from 'prom-client';
import { parse } from 'yaml';
import { BackendMetrics } from '#gateway/metrics/backend-metrics.ts';
import { GatewayMetrics } from '#gateway/metrics/gateway-metrics.ts';
import { OperatorMetrics } from '#operator/runtime/metrics.ts';

/** Labels that Prometheus, and not a program, gives to every series. */
const ofPrometheus = ['job', 'instance', 'namespace', 'pod'];

interface Registered {
  readonly name: string;
  readonly type?: string;
  readonly labelNames?: readonly string[];
}

/** Labels of every series that programs expose and rules record, by its name. */
export function exposedSeries(texts: readonly string[]): Map<string, Set<string>> {
  const series = new Map<string, Set<string>>([['up', new Set(ofPrometheus)]]);
  const add = (name: string, labels: readonly string[]): void => {
    series.set(name, new Set([...(series.get(name) ?? ofPrometheus), ...labels]));
  };
  for (const { name, type, labelNames = [] } of registered()) {
    add(name, labelNames);
    if (type !== 'histogram') continue;
    for (const suffix of ['_bucket', '_sum', '_count']) add(`${name}${suffix}`, [...labelNames, 'le']);
  }
  for (const [, name = '', labels = ''] of texts.join('\n').matchAll(/^(\w+)(?:\{(.*)\})? /gm)) {
    add(name, namesIn(labels));
  }
  for (const { record, expr } of rules()) {
    if (record !== undefined) series.set(record, new Set(groupedBy(expr)));
  }
  return series;
}

function registered(): Registered[] {
  const gateway = new GatewayMetrics();
  new BackendMetrics(gateway.registry);
  const of = (registry: Registry): Registered[] => registry.getMetricsAsArray() as unknown as Registered[];
  return [...of(gateway.registry), ...of(new OperatorMetrics({ version: '0' }).registry)];
}

interface Rule {
  readonly record?: string;
  readonly alert?: string;
  readonly expr: string;
}

export function rules(): Rule[] {
  const { groups } = parse(readFileSync('monitoring/rules.yaml', 'utf8')) as { groups: { rules: Rule[] }[] };
  return groups.flatMap((group) => group.rules);
}

/** Names of metrics and labels that a PromQL expression uses and nothing exposes. */
export function unknownIn(expression: string, exposed: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const names = [...expression.matchAll(/\b(up|(?:simpul|process|nodejs)[a-z0-9_:]+)\b(?:\{([^}]*)\})?/g)];
  const unknown = names.flatMap(([, name = '', matchers = '']) => {
    const labels = exposed.get(name);
    if (labels === undefined) return [name];
    const wrong = namesIn(matchers).filter((label) => !labels.has(label));
    return wrong.map((label) => `${label} of ${name}`);
  });
  const all = new Set(names.flatMap(([, name = '']) => [...(exposed.get(name) ?? [])]));
  const grouped = groupedBy(expression).filter((label) => !all.has(label));
  return [...unknown, ...grouped.map((label) => `${label} in ${expression}`)];
}

/** `a="x", b=~"y"` -> a, b */
function namesIn(matchers: string): string[] {
  return [...matchers.matchAll(/(\w+)\s*(?:=~|!~|!=|=)\s*"(?:[^"\\]|\\.)*"/g)].map(([, name = '']) => name);
}

function groupedBy(expression: string): string[] {
  const lists = [...expression.matchAll(/\b(?:by|on|without|ignoring)\s*\(([^)]*)\)/g)].map(([, list = '']) => list);
  return lists.flatMap((list) => list.split(',').map((name) => name.trim())).filter((name) => name !== '');
}

interface Panel {
  readonly title: string;
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
}

/** Every query of a dashboard with what it is for; Grafana's own variables are given values. */
export function queriesOf(file: string): { readonly where: string; readonly expr: string; readonly legend: string }[] {
  const { title, panels } = JSON.parse(readFileSync(join('monitoring/dashboards', file), 'utf8')) as {
    title: string;
    panels: Panel[];
  };
  return panels.flatMap(({ title: panel, targets = [] }) =>
    targets.map(({ expr, legendFormat: legend }) => {
      const ready = expr.replaceAll('$__rate_interval', '1m').replaceAll(/\$\w+/g, '.*');
      return { where: `${title}: ${panel}`, expr: ready, legend };
    }),
  );
}
