import { conditionOf, type Observation } from '#api/conditions.ts';
import type { ApiGateway } from '#api/generated/apigateway.ts';
import type { KubeObject } from '#api/object.ts';
import { observe } from '../translate/outcome.ts';

/** A pod, as far as its images go. */
export interface FleetPod extends KubeObject {
  readonly status?: { readonly containerStatuses?: readonly ContainerStatus[] };
}

interface ContainerStatus {
  readonly image: string;
  readonly state?: { readonly waiting?: { readonly reason?: string; readonly message?: string } };
}

/** An image that a pod waits for, and what its node says; `why` is empty while it says nothing of use. */
export interface Unpulled {
  readonly image: string;
  readonly why: string;
}

/** Words of the kubelet (pkg/kubelet/images/types.go). */
const pullReasons: ReadonlySet<string> = new Set([
  ...['ErrImagePull', 'ImagePullBackOff', 'InvalidImageName', 'ErrImageNeverPull', 'ImageInspectError'],
  ...['RegistryUnavailable', 'SignatureValidationFailed'],
]);

/** What the kubelet puts before the words of the runtime, and takes away again every other time. */
const prefix = /^(Back-off pulling image "[^"]*"(: ErrImagePull)?(: )?|rpc error: code = \w+ desc = )+/;

/** The first image that a pod cannot have, if any. */
export function unpulledOf({ status }: FleetPod): Unpulled | undefined {
  for (const { image, state } of status?.containerStatuses ?? []) {
    const { reason = '', message = '' } = state?.waiting ?? {};
    if (!pullReasons.has(reason)) continue;
    const why = message.replace(prefix, '').slice(0, 400);
    return { image, why: why === '' && !reason.endsWith('BackOff') && reason !== 'ErrImagePull' ? reason : why };
  }
  return undefined;
}

/**
 * What to tell of a fleet whose pods wait for an image; undefined: none does. `isServed`: other pods answer calls
 * meanwhile, so that Ready may stay.
 */
export function imageProblem(
  gateway: ApiGateway,
  pods: readonly FleetPod[],
  isServed: boolean,
): Observation | undefined {
  const waiting = pods.map(unpulledOf).filter((each) => each !== undefined);
  const unpulled = waiting.find(({ why }) => why !== '') ?? waiting[0];
  if (unpulled === undefined) return undefined;
  const type = isServed ? 'Warning' : 'ReconcileFailed';
  const because = { reason: 'ImageNotPulled', message: toldBefore(gateway, unpulled) ?? messageOf(unpulled) } as const;
  return observe(gateway, type, 'True', because);
}

function messageOf({ image, why }: Unpulled): string {
  return `${beginningOf(image)} ${why === '' ? 'the node does not say why' : why}. Check its name, that nodes reach the registry, and images.pullSecrets of the chart`;
}

function beginningOf(image: string): string {
  return `Pods cannot have the image "${image}":`;
}

/** The kubelet says the cause only now and then; what was told of the same image stays. */
function toldBefore({ status }: ApiGateway, { image, why }: Unpulled): string | undefined {
  if (why !== '') return undefined;
  const told = [conditionOf(status?.conditions, 'Warning'), conditionOf(status?.conditions, 'ReconcileFailed')];
  return told.find((condition) => condition?.message.startsWith(beginningOf(image)))?.message;
}
