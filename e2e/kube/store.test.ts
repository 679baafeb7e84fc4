import { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ApiServerStore } from '#kube/api-server-store.ts';
import { loadConnection } from '#kube/load-connection.ts';
import { storeSuite, widgetCrdFile, widgetKind } from '#kube/store.suite.ts';
import { Transport } from '#kube/transport.ts';
import { startTestCluster, type TestCluster } from '#tools/controlplane/test-cluster.ts';

let cluster: TestCluster | undefined;
let store: ApiServerStore | undefined;
after(async () => {
  await store?.close();
  await cluster?.stop();
});

storeSuite('API server', async () => {
  cluster = await startTestCluster();
  await cluster.installCrds(fileURLToPath(widgetCrdFile));
  const connection = await loadConnection({ env: {}, kubeconfig: cluster.kubeconfig });
  store = new ApiServerStore(new Transport(connection), { kinds: [widgetKind] });
  return { store, expiredVersion: async () => '1' };
});
