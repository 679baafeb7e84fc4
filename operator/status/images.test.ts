import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ApiGateway } from '#api/generated/apigateway.ts';
import { type FleetPod, imageProblem, unpulledOf } from './images.ts';

const image = 'registry.example.go.id/simpul/simpul-gateway:0.1.0';
const cause = `failed to pull and unpack image "${image}": 401 Unauthorized`;

function podWith(reason: string, message?: string): FleetPod {
  const waiting = message === undefined ? { reason } : { reason, message };
  return {
    ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a', namespace: 'b' } },
    status: { containerStatuses: [{ image, state: { waiting } }] },
  };
}

const gatewayOf = (conditions: readonly object[] = []) =>
  ({
    metadata: { name: 'public', namespace: 'simpul-system', generation: 2 },
    status: { conditions },
  }) as unknown as ApiGateway;

const cases: readonly { readonly name: string; readonly pod: FleetPod; readonly why: string | undefined }[] = [
  { name: 'a first failure', pod: podWith('ErrImagePull', `rpc error: code = Unknown desc = ${cause}`), why: cause },
  {
    name: 'a wait with its cause',
    pod: podWith('ImagePullBackOff', `Back-off pulling image "${image}": ErrImagePull: ${cause}`),
    why: cause,
  },
  { name: 'a wait without', pod: podWith('ImagePullBackOff', `Back-off pulling image "${image}"`), why: '' },
  {
    name: 'a name that is none',
    pod: podWith('InvalidImageName', 'couldn\'t parse image name "x:y:z"'),
    why: 'couldn\'t parse image name "x:y:z"',
  },
  { name: 'a reason without words', pod: podWith('ErrImageNeverPull'), why: 'ErrImageNeverPull' },
  { name: 'a container that is being made', pod: podWith('ContainerCreating'), why: undefined },
];
for (const { name, pod, why } of cases) {
  test(`${name} is told as the runtime says it`, () => assert.equal(unpulledOf(pod)?.why, why));
}

test('a pod without a status waits for no image', () => {
  assert.equal(unpulledOf({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' } }), undefined);
});

test('Ready says so only where no pod serves', () => {
  const pods = [podWith('ErrImagePull', cause)];
  assert.equal(imageProblem(gatewayOf(), pods, false)?.type, 'ReconcileFailed');
  assert.equal(imageProblem(gatewayOf(), pods, true)?.type, 'Warning');
  assert.equal(imageProblem(gatewayOf(), [podWith('ContainerCreating')], false), undefined);
});

test('the message names the image and the cause, and stays when the kubelet forgets the cause', () => {
  const first = imageProblem(gatewayOf(), [podWith('ImagePullBackOff'), podWith('ErrImagePull', cause)], false);
  assert.match(first?.message ?? '', /simpul-gateway:0\.1\.0.*401 Unauthorized.*images\.pullSecrets/);
  const again = imageProblem(gatewayOf([first ?? {}]), [podWith('ImagePullBackOff')], true);
  assert.equal(again?.message, first?.message);
});
