import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import type { ApiGateway } from '#api/generated/apigateway.ts';
import type { Tenant } from '#api/generated/tenant.ts';
import { buildCompiledNamespace, compiledNamespaceOf, podLabelsOf } from '#operator/resources/gateway.ts';
import { buildGatewayNetworkPolicy, buildTenantNetworkPolicy, type Port } from '#operator/resources/network-policy.ts';
import { type Endpoint, mayReach, type Namespace } from './reach.ts';

const installation = 'simpul-system';
const gateway = {
  metadata: { name: 'public', namespace: installation },
  spec: { listeners: [{ name: 'https', protocol: 'HTTPS', port: 8443 }] },
} as unknown as ApiGateway;
const tenantOf = (name: string, network?: object) =>
  ({
    ...{ apiVersion: 'simpul.id/v1alpha1', kind: 'Tenant' },
    metadata: { name },
    spec: { network },
  }) as unknown as Tenant;

/** Tenant C is Open, so it has none. */
const policies = [
  buildGatewayNetworkPolicy(gateway, installation),
  buildTenantNetworkPolicy(tenantOf('a', { allowFrom: ['ingress'] }), 'a', installation),
  buildTenantNetworkPolicy(tenantOf('b'), 'b', installation),
];

const named = (name: string, labels: Readonly<Record<string, string>> = {}): Namespace => {
  return { name, labels: { 'kubernetes.io/metadata.name': name, ...labels } };
};
const podIn = (namespace: Namespace, labels: Readonly<Record<string, string>> = {}): Endpoint => {
  return { address: '10.88.0.7', pod: { labels, namespace } };
};
const compiled = named(
  compiledNamespaceOf(gateway),
  buildCompiledNamespace(gateway, installation).metadata.labels ?? {},
);
const gatewayPod = podIn(compiled, podLabelsOf(gateway));

const sources: Readonly<Record<string, Endpoint>> = {
  'a gateway': gatewayPod,
  'a pod of Tenant A': podIn(named('a', { 'simpul.id/tenant': 'a' })),
  'a pod of Tenant B': podIn(named('b', { 'simpul.id/tenant': 'b' })),
  'the operator': podIn(named(installation)),
  'a monitoring namespace': podIn(named('monitoring', { 'simpul.id/monitoring': 'true' })),
  'a namespace that A allows': podIn(named('ingress')),
  'an ingress controller': podIn(named('ingress-nginx')),
  'any other namespace': podIn(named('other')),
  'an address outside': { address: '203.0.113.9' },
};

const tcp = (port: number): Port => ({ protocol: 'TCP', port });
const targets: Readonly<Record<string, { readonly at: Endpoint; readonly port: Port }>> = {
  'a listener': { at: gatewayPod, port: tcp(8443) },
  'the admin port': { at: gatewayPod, port: tcp(8081) },
  'Tenant A': { at: podIn(named('a')), port: tcp(8080) },
  'Tenant B': { at: podIn(named('b')), port: tcp(8080) },
  'Tenant C (Open)': { at: podIn(named('c')), port: tcp(8080) },
  'the API server': { at: { address: '10.96.0.1' }, port: tcp(443) },
  'DNS of the node': { at: { address: '169.254.20.10' }, port: { protocol: 'UDP', port: 53 } },
  'addresses outside': { at: { address: '2001:db8::9' }, port: tcp(1521) },
  'a metadata service': { at: { address: '169.254.169.254' }, port: tcp(80) },
};

/** The table of the page: what each row may reach. */
function readTable(file: string): { readonly columns: string[]; readonly rows: string[][] } {
  const lines = readFileSync(file, 'utf8').split('\n');
  const start = lines.findIndex((line) => line.startsWith('| From \\ to |'));
  assert.ok(start >= 0, `${file} has no table of who may reach whom`);
  const cellsOf = (line: string) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim());
  const end = lines.findIndex((line, index) => index > start && !line.startsWith('|'));
  return { columns: cellsOf(lines[start] ?? '').slice(1), rows: lines.slice(start + 2, end).map(cellsOf) };
}

describe('docs/network.md says who may reach whom', () => {
  const { columns, rows } = readTable('docs/network.md');

  test('about everybody', () => {
    assert.deepEqual(columns, Object.keys(targets));
    assert.deepEqual(
      rows.map(([from]) => from),
      Object.keys(sources),
    );
  });

  for (const [from = '', ...cells] of rows) {
    test(`${from}: as the policies have it`, () => {
      const source = sources[from] ?? assert.fail(`nobody is called "${from}"`);
      const rendered = columns.map((column) => {
        const { at, port } = targets[column] ?? assert.fail(`nothing is called "${column}"`);
        return mayReach(policies, source, at, port) ? 'yes' : 'no';
      });
      assert.deepEqual(cells, rendered);
    });
  }
});
