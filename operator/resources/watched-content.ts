import { createHash } from 'node:crypto';
import { canonicalJson } from '#api/compiled/secret.ts';
import { conditionOf } from '#api/conditions.ts';
import type { KubeObject } from '#api/object.ts';
import { unpulledOf } from '../status/images.ts';
import { type Autoscaler, measuredTypes } from './autoscaler.ts';
import { addressesOfExposure, type Exposure, type SaidOfExposure, saidOfExposure } from './exposure.ts';

/**
 * A child as a watch remembers it: its version stands for what its owner decides, and for what its ApiGateway tells of
 * it. What else controllers of the cluster write into its status, and note in its annotations, is no change.
 */
export function watchedContent(child: KubeObject): KubeObject {
  const { status: _, metadata, ...content } = child as Autoscaler;
  const { name, namespace = '', labels = {} } = metadata;
  const digest = createHash('sha256')
    .update(canonicalJson({ ...content, labels, told: toldOf(child) }))
    .digest('base64url');
  const { apiVersion, kind } = child;
  return { apiVersion, kind, metadata: { name, namespace, resourceVersion: digest } };
}

function toldOf(child: KubeObject): object {
  if (child.kind === 'Pod') return { ...unpulledOf(child) };
  if (exposing.has(child.kind)) return toldOfExposure(child as Exposure);
  const active = conditionOf((child as Autoscaler).status?.conditions, 'ScalingActive');
  return { status: active?.status ?? '', reason: active?.reason ?? '', measured: measuredTypes(child as Autoscaler) };
}

const exposing: ReadonlySet<string> = new Set(['Ingress', 'HTTPRoute', 'Route']);

/** Its annotations are for its controller, so an edit of them is one of the rest. */
function toldOfExposure(exposure: Exposure): object {
  const { annotations = {} } = exposure.metadata;
  return [annotations, saidOfExposure(exposure).map(wordsOf), addressesOfExposure(exposure)];
}

function wordsOf({ type, status, reason = '', message = '' }: SaidOfExposure): readonly string[] {
  return [type, status, reason, message];
}
