import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ApiGateway, ApiGatewayExpose } from '#api/generated/apigateway.ts';
import { buildExposures } from './exposure.ts';
import { compiledNamespaceOf } from './gateway.ts';

const tls = { certificateRefs: [{ name: 'gateway-tls' }], issue: { issuerRef: { name: 'ca' }, dnsNames: ['a.id'] } };

function gatewayOf(expose?: ApiGatewayExpose, more: object = {}): ApiGateway {
  const listeners = [
    { name: 'http', protocol: 'HTTP', port: 8080 },
    { name: 'https', protocol: 'HTTPS', port: 8443, tls },
  ];
  return {
    metadata: { name: 'public', namespace: 'simpul-system' },
    spec: { listeners, expose, ...more },
  } as unknown as ApiGateway;
}

const specsOf = (expose?: ApiGatewayExpose) => buildExposures(gatewayOf(expose)).map(({ spec }) => spec);
const annotationsOf = (expose: ApiGatewayExpose) => buildExposures(gatewayOf(expose))[0]?.metadata.annotations ?? {};

test('nothing is made that nobody asks for', () => assert.deepEqual(specsOf(), []));

test('an Ingress reaches the Service of its own namespace, and lets its controller end TLS', () => {
  const [ingress] = buildExposures(gatewayOf({ kind: 'Ingress', hosts: ['a.id'], ingressClassName: 'nginx' }));
  assert.equal(ingress?.metadata.namespace, compiledNamespaceOf(gatewayOf()));
  const backend = { service: { name: 'public', port: { name: 'http' } } };
  assert.deepEqual(ingress?.spec, {
    ingressClassName: 'nginx',
    rules: [{ host: 'a.id', http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }],
    tls: [{ hosts: ['a.id'] }],
  });
});

test('callers of plain HTTP get no TLS', () => {
  assert.ok(!('tls' in (specsOf({ kind: 'Ingress', tls: 'None' })[0] ?? {})));
  assert.ok(!('tls' in (specsOf({ kind: 'Route', tls: 'None' })[0] ?? {})));
});

test('TLS of a listener of HTTPS is let through, for the names of its certificate; annotations of the spec go before ours', () => {
  assert.equal(annotationsOf({ kind: 'Ingress', listener: 'https' })['haproxy.org/ssl-passthrough'], 'true');
  assert.equal(annotationsOf({ kind: 'Ingress' })['haproxy.org/ssl-passthrough'], undefined);
  const off = { 'haproxy.org/ssl-passthrough': 'false' };
  assert.equal(
    annotationsOf({ kind: 'Ingress', listener: 'https', annotations: off })['haproxy.org/ssl-passthrough'],
    'false',
  );
  const [route] = specsOf({ kind: 'Route', listener: 'https' });
  assert.deepEqual(route, {
    host: 'a.id',
    to: { kind: 'Service', name: 'public', weight: 100 },
    port: { targetPort: 'https' },
    tls: { termination: 'passthrough', insecureEdgeTerminationPolicy: 'Redirect' },
  });
});

test('an HTTPRoute names its Gateway, and the port by number', () => {
  const parentRef = { namespace: 'edge', name: 'public', sectionName: 'https' };
  assert.deepEqual(specsOf({ kind: 'HTTPRoute', parentRef, hosts: ['a.id'] }), [
    { parentRefs: [parentRef], hostnames: ['a.id'], rules: [{ backendRefs: [{ name: 'public', port: 8080 }] }] },
  ]);
});

test('there is a Route for each host, with a name of its own, and for a domain as OpenShift writes it', () => {
  const routes = buildExposures(gatewayOf({ kind: 'Route', hosts: ['a.id', '*.b.id'] }));
  assert.equal(new Set(routes.map(({ metadata }) => metadata.name)).size, 2);
  const [first, second] = routes.map(({ spec }) => spec as { host: string; wildcardPolicy?: string });
  assert.deepEqual([first?.host, second?.host, second?.wildcardPolicy], ['a.id', 'wildcard.b.id', 'Subdomain']);
  assert.ok(!('host' in (specsOf({ kind: 'Route' })[0] ?? {})), 'the router makes one up');
});
