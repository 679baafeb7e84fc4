import type { ResourceKind } from '#api/kinds.ts';
import type { KubeObject, ObjectMeta } from '#api/object.ts';

/** The kind that `testdata/widgets.crd.yaml` defines. */
export const widgetKind: ResourceKind = {
  group: 'test.simpul.id',
  version: 'v1',
  kind: 'Widget',
  plural: 'widgets',
  namespaced: true,
};

/** The CRD of {@link widgetKind}. */
export const widgetCrdFile = new URL('../testdata/widgets.crd.yaml', import.meta.url);

export interface Widget extends KubeObject {
  spec?: {
    size?: number;
    color?: string;
    note?: string;
    features?: string[];
    steps?: string[];
    settings?: Record<string, string>;
    ports?: { name: string; port: number; protocol?: string }[];
  };
  status?: { seen?: number; conditions?: { type: string; status: string }[] };
}

export interface Secret extends KubeObject {
  type?: string;
  data?: Record<string, string>;
}

export function widget(metadata: ObjectMeta, spec: Widget['spec'] = {}): Widget {
  return { apiVersion: 'test.simpul.id/v1', kind: 'Widget', metadata, spec };
}

export function withStatus(metadata: ObjectMeta, status: NonNullable<Widget['status']>): Widget {
  return { apiVersion: 'test.simpul.id/v1', kind: 'Widget', metadata, status };
}

export function secret(metadata: ObjectMeta, type: string): Secret {
  return { apiVersion: 'v1', kind: 'Secret', metadata, type, data: {} };
}
