import type { Logger } from 'pino';
import type { SimpulKindName } from '#api/kinds.ts';
import type { KubeObject } from '#api/object.ts';
import type { Store } from '#kube/store.ts';
import type { Installation } from '../resources/tenant.ts';
import type { EventRecorder } from '../runtime/events.ts';
import type { Wake } from '../world/dependents.ts';
import type { World } from '../world/world.ts';
import type { FleetWatches } from './api-gateway/fleet-watches.ts';
import type { DefinitionClaims } from './definition-claims.ts';
import type { DocumentKeeper } from './documents.ts';
import type { PendingAcknowledgements } from './pending.ts';

/** What reconcilers act with. Everything that differs between a cluster, standalone mode and a test comes in here. */
export interface Environment {
  /** Writes are refused unless this process leads. */
  readonly store: Store;
  readonly world: World;
  readonly now: () => Date;
  /** Bytes from a secure source. */
  readonly randomBytes: (size: number) => Buffer;
  readonly events: Pick<EventRecorder, 'record'>;
  readonly log: Pick<Logger, 'info' | 'warn' | 'error' | 'debug'>;
  readonly metrics: WriteMetrics;
  readonly pending: PendingAcknowledgements;
  readonly definitions: DefinitionClaims;
  /** Brings documents that specs name by URL. */
  readonly documents: Pick<DocumentKeeper, 'obtain'>;
  /** The operator's own identity, which it binds its rights in namespaces to, and what its ClusterRoles are called. */
  readonly operator: Installation;
  /** Image of the gateway program; absent: fleets are run by somebody else (standalone mode, tests). */
  readonly gatewayImage: string | undefined;
  /** Secrets of the installation's namespace by which nodes pull that image. */
  readonly pullSecrets: readonly string[];
  /** Asks for a look at other objects. */
  readonly wake: (wakes: Iterable<Wake>) => void;
  /** Begins and ends the watches inside one namespace. */
  readonly watches: NamespaceWatches;
  /** Begins and ends the watches of what runs for ApiGateways. */
  readonly fleetWatches: Pick<FleetWatches, 'start' | 'follow' | 'followExtra' | 'isWithout' | 'forget'>;
  /** False in standalone mode, where there are no pods that policies and quotas could be about. */
  readonly inCluster: boolean;
  /** Takes an object that a write returned into the world, unless something newer is there. */
  readonly learn: (kind: SimpulKindName, object: KubeObject) => void;
}

export interface WriteMetrics {
  statusWritten(kind: string): void;
  compiledWritten(kind: string, verb: 'create' | 'update' | 'delete'): void;
}

/** Watches of Secrets and Leases exist only in namespaces where the operator has bound its role to itself. */
export interface NamespaceWatches {
  /** Secrets of keys in a Tenant's namespace. */
  followTenant(namespace: string): void;
  forgetTenant(namespace: string): void;
  /** Compiled objects and Leases of an ApiGateway; from the beginning where its namespace was made anew. */
  followGateway(gateway: string, namespace: KubeObject): void;
  forgetGateway(gateway: string): void;
  /** Whether the compiled objects of an ApiGateway are completely known. */
  knowsGateway(gateway: string): boolean;
}
