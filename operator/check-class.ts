import type { ApiGateway } from '#api/generated/apigateway.ts';
import { coreKinds, simpulKinds } from '#api/kinds.ts';
import { keyOf } from '#api/object.ts';
import type { Store } from '#kube/store.ts';
import type { ClusterCheck } from './await-cluster.ts';
import type { OperatorConfig } from './config.ts';
import { gatewayAnnotation, installationLabel } from './resources/gateway.ts';

/**
 * Whether another installation looks after ApiGateways of our class: two would write over each other for ever, each with
 * its own keys. It is known by the label of the namespaces that it made for them.
 */
export function checkClass(
  store: Pick<Store, 'list'>,
  { className, namespace: own }: Pick<OperatorConfig, 'className' | 'namespace'>,
): ClusterCheck {
  return async (signal) => {
    const gateways = await store.list<ApiGateway>(simpulKinds.ApiGateway, { signal });
    const ours = new Set(gateways.items.filter(({ spec }) => spec.className === className).map(keyOf));
    const made = await store.list(coreKinds.Namespace, { labelSelector: installationLabel, signal });
    const foreign = made.items.find(({ metadata: { labels = {}, annotations = {}, deletionTimestamp } }) => {
      const isAnothers = labels[installationLabel] !== own && deletionTimestamp === undefined;
      return isAnothers && ours.has(annotations[gatewayAnnotation] ?? '');
    });
    if (foreign === undefined) return undefined;
    const { name, labels = {}, annotations = {} } = foreign.metadata;
    const other = labels[installationLabel] ?? '';
    return {
      text: `the installation in namespace "${other}" looks after the class "${className}": ApiGateway "${annotations[gatewayAnnotation]}" is its own`,
      advice: `give this installation another className; or if that one is gone, take over its namespaces: kubectl label namespace ${name} ${installationLabel}=${own} --overwrite`,
    };
  };
}
