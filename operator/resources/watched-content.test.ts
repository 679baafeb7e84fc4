import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '#api/object.ts';
import { watchedContent } from './watched-content.ts';

const metadata = { name: 'public', namespace: 'simpul-gw-public' };
const waiting = (reason: string) => ({
  containerStatuses: [{ image: 'gateway:1', state: { waiting: { reason, message: 'not found' } } }],
});
const admitted = (lastTransitionTime: string, status = 'True') => ({
  ingress: [{ host: 'a.id', conditions: [{ type: 'Admitted', status, lastTransitionTime }] }],
});
const measured = (cpu: string, calls?: string, averageValue = '1') => ({
  status: {
    currentMetrics: [
      { type: cpu },
      ...(calls === undefined ? [] : [{ type: calls, pods: { current: { averageValue } } }]),
    ],
  },
});

const cases: readonly {
  readonly name: string;
  readonly kind: string;
  readonly from: object;
  readonly to: object;
  readonly isChange: boolean;
}[] = [
  {
    ...{ name: 'an image that a pod cannot have', kind: 'Pod', isChange: true },
    ...{ from: { status: waiting('ContainerCreating') }, to: { status: waiting('ErrImagePull') } },
  },
  {
    ...{ name: 'another attempt at it', kind: 'Pod', isChange: false },
    ...{ from: { status: waiting('ErrImagePull') }, to: { status: waiting('ImagePullBackOff') } },
  },
  {
    ...{ name: 'a pod that is ready', kind: 'Pod', isChange: false },
    ...{ from: { status: { phase: 'Pending' } }, to: { status: { phase: 'Running' } } },
  },
  {
    ...{ name: 'a Route that is admitted again', kind: 'Route', isChange: false },
    ...{ from: { status: admitted('2026-01-01T00:00:00Z') }, to: { status: admitted('2026-01-02T00:00:00Z') } },
  },
  {
    ...{ name: 'a Route that is refused', kind: 'Route', isChange: true },
    ...{ from: { status: admitted('', 'True') }, to: { status: admitted('', 'False') } },
  },
  {
    ...{ name: 'a metric that an autoscaler cannot read any more', kind: 'HorizontalPodAutoscaler', isChange: true },
    ...{ from: measured('ContainerResource', 'Pods'), to: measured('ContainerResource', '') },
  },
  {
    ...{
      name: 'a metric that an autoscaler looks at for the first time',
      kind: 'HorizontalPodAutoscaler',
      isChange: true,
    },
    ...{ from: measured('ContainerResource'), to: measured('ContainerResource', 'Pods') },
  },
  {
    ...{ name: 'a metric that has another value', kind: 'HorizontalPodAutoscaler', isChange: false },
    ...{ from: measured('ContainerResource', 'Pods', '4'), to: measured('ContainerResource', 'Pods', '5') },
  },
  {
    ...{ name: 'an annotation of an Ingress', kind: 'Ingress', isChange: true },
    ...{ from: {}, to: { metadata: { ...metadata, annotations: { a: 'b' } } } },
  },
  {
    ...{ name: 'an annotation of a Deployment', kind: 'Deployment', isChange: false },
    ...{ from: {}, to: { metadata: { ...metadata, annotations: { a: 'b' } } } },
  },
];
for (const { name, kind, from, to, isChange } of cases) {
  test(`${name} is ${isChange ? 'a' : 'no'} change`, () => {
    const versionOf = (more: object) => {
      const child = { apiVersion: 'v1', kind, metadata, ...more } as KubeObject;
      return watchedContent(child).metadata.resourceVersion;
    };
    assert.equal(versionOf(from) !== versionOf(to), isChange);
  });
}
