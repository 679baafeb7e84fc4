import { parse, stringify } from 'yaml';

interface RuleFile {
  readonly groups: readonly object[];
}

/** The PrometheusRule of Prometheus' operator that says what the plain rules file says. */
export function prometheusRule(rules: string): string {
  const { groups } = parse(rules) as RuleFile;
  const object = {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PrometheusRule',
    metadata: { name: 'simpul', labels: { 'app.kubernetes.io/part-of': 'simpul' } },
    spec: { groups },
  };
  return `# Generated from monitoring/rules.yaml by \`make gen\`.\n${stringify(object, { lineWidth: 0 })}`;
}
