import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type ControlPlane, startControlPlane } from '#tools/controlplane/control-plane.ts';
import { runSimpul } from './simpul.ts';

describe('status, explain and keys of a cluster', () => {
  let cluster: ControlPlane;
  before(async () => {
    cluster = await startControlPlane();
  });
  after(() => cluster?.stop());

  const ask = async (...args: string[]) => await runSimpul([...args, '--kubeconfig', cluster.kubeconfig]);

  test('without our CRDs: it says that Simpul is not installed', async () => {
    const { code, stderr } = await ask('status', '-A');
    assert.match(stderr, /cannot be read from the cluster at https:.*Simpul is not installed there/);
    assert.equal(code, 1);
  });

  test('objects that no operator has looked at', async () => {
    await cluster.installCrds('crds');
    await cluster.kubectl(['apply', '--server-side', '-f', 'examples/banten/banten.yaml']);
    const status = await ask('status', '-A');
    assert.match(status.stdout, /^banten +apiservice\/situs +Unknown +Progressing /m, status.stderr);
    assert.match(status.stdout, /^ApiService banten\/situs: The operator has not looked at it yet/m);
    assert.match((await ask('status')).stderr, /no objects of Simpul in namespace "default" \(-A looks into all\)/);
    const explained = await ask('explain', 'apisvc/situs', '-n', 'banten');
    assert.match(explained.stdout, /the operator has not looked at this version of it yet/);
    const elsewhere = await ask('explain', 'apisvc/situs');
    assert.match(elsewhere.stderr, /no ApiService "situs" in namespace "default".*there is one in namespace "banten"/);
  });

  test('keys: where they lie, and their values only when asked for', async () => {
    const keys = await ask('keys', 'tangerang/perizinan');
    assert.match(keys.stdout, /cadangan +Unknown +Secret tangerang\/perizinan-cadangan, key api-key$/m, keys.stderr);
    assert.doesNotMatch(keys.stdout, /contoh-kunci/);
    const shown = await ask('keys', 'tangerang/perizinan', '--show');
    assert.match(shown.stdout, /cadangan .* contoh-kunci-cadangan-0123456789abcdef$/m);
    assert.match(shown.stdout, /utama .* \(not there yet\)$/m);
  });

  test('somebody without rights is told so', async () => {
    const kubeconfig = await cluster.clientFor('siti');
    const { code, stderr } = await runSimpul(['status', '-A', '--kubeconfig', kubeconfig]);
    assert.match(stderr, /Ask for a role that may read it, or name a namespace of your own with -n\./);
    assert.equal(code, 1);
  });
});
