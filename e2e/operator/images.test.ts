import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { clusterKinds } from '#api/kinds.ts';
import { parseId } from '#api/object.ts';
import { compiledNamespaceOf } from '#operator/resources/gateway.ts';
import { Installation, type Seen } from './harness.ts';
import { apiGateway } from './objects.ts';
import type { OperatorProgram } from './operator-program.ts';
import { until } from './waiting.ts';

const namespace = compiledNamespaceOf({ metadata: parseId('simpul-system/public') });
const image = 'registry.example/simpul-gateway:1';
const flags = [`--gateway-image=${image}`, '--lease-duration=4s', '--renew-deadline=3s', '--retry-period=500ms'];
const canary = 'rahasia-penarik-citra';

/** Pods are made by Kubernetes' own controllers; the test says what kubelets would. */
describe('the image of gateway pods', () => {
  let installation: Installation;
  let operator: OperatorProgram;

  before(async () => {
    installation = await Installation.start({ controllerManager: true });
    operator = await installation.startOperator([...flags, '--image-pull-secrets=registry']);
    await installation.apply(apiGateway());
  });
  after(() => installation?.stop());

  const pods = (): Promise<Seen[]> => installation.list(clusterKinds.Pod, namespace);
  const pullSecret = (auth: string, inNamespace = 'simpul-system') => ({
    ...{ apiVersion: 'v1', kind: 'Secret', metadata: { namespace: inNamespace, name: 'registry' } },
    type: 'kubernetes.io/dockerconfigjson',
    data: {
      '.dockerconfigjson': Buffer.from(JSON.stringify({ auths: { 'registry.example': { auth } } })).toString('base64'),
    },
  });
  const dataIn = async (inNamespace: string) => (await installation.get(pullSecret('', inNamespace)))?.data;
  const conditions = async () => (await installation.get(apiGateway()))?.status?.conditions ?? [];

  /** What a kubelet says of the container of every pod. */
  async function say(state: object): Promise<void> {
    const found = await until('there are pods', async () => {
      const all = await pods();
      return all.length > 0 && all;
    });
    const container = { name: 'gateway', image, imageID: '', ready: false, restartCount: 0, state };
    for (const { metadata } of found) {
      const patch = JSON.stringify({ status: { containerStatuses: [container] } });
      const args = [
        'patch',
        'pod',
        metadata.name,
        '-n',
        namespace,
        '--subresource=status',
        '--type=merge',
        '-p',
        patch,
      ];
      await installation.cluster.kubectl(args);
    }
  }

  test('is pulled by a Secret of the installation, which is missed while it is not there', async () => {
    await installation.untilCondition(apiGateway(), 'Warning', {
      status: 'True',
      reason: 'SecretNotFound',
      message: /"registry"/,
    });
    await installation.apply(pullSecret('c2F0dQ=='));
    await until('it is beside the pods', () => dataIn(namespace));
    await until('nothing is missed', async () => (await conditions()).every(({ type }) => type !== 'Warning'));
    const [pod] = await until('there are pods', async () => ((await pods()).length > 0 ? pods() : false));
    assert.deepEqual(pod?.spec?.['imagePullSecrets'], [{ name: 'registry' }]);
  });

  test('is pulled by what the Secret becomes', async () => {
    await installation.apply(pullSecret(canary));
    const wanted = await dataIn('simpul-system');
    await until('the copy follows', async () => JSON.stringify(await dataIn(namespace)) === JSON.stringify(wanted));
  });

  test('is named in the status when nodes cannot get it, with what the runtime says', async () => {
    const cause = `failed to pull and unpack image "${image}": not found`;
    await say({ waiting: { reason: 'ErrImagePull', message: `rpc error: code = NotFound desc = ${cause}` } });
    const message = new RegExp(`${image.replaceAll('.', '\\.')}.*not found`);
    await installation.untilCondition(apiGateway(), 'Ready', { status: 'False', reason: 'ImageNotPulled', message });
    const before = await conditions();
    await say({ waiting: { reason: 'ImagePullBackOff', message: `Back-off pulling image "${image}"` } });
    await installation.apply(apiGateway('public', { drainDelay: '11s' }));
    await installation.untilCondition(apiGateway(), 'Ready', { status: 'False', reason: 'ImageNotPulled' });
    const said = (list: typeof before) => list.find(({ type }) => type === 'Ready')?.message;
    assert.equal(said(await conditions()), said(before), 'the cause stays');
  });

  test('is spoken of no more once they have it', async () => {
    await say({ running: { startedAt: '2026-01-01T00:00:00Z' } });
    await installation.untilCondition(apiGateway(), 'Ready', { reason: 'NoGateways' });
  });

  test('needs no Secret any more when the operator is told of none', async () => {
    await operator.stop();
    assert.ok(!operator.output.includes(canary), 'no content of a Secret is logged');
    operator = await installation.startOperator(flags);
    await installation.untilGone(pullSecret('', namespace));
    await until('pods ask for none', async () => {
      const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { namespace, name: 'public' } };
      return !JSON.stringify(await installation.get(deployment)).includes('imagePullSecrets');
    });
  });
});
