import type { Observation } from '#api/conditions.ts';
import type { ApiGateway } from '#api/generated/apigateway.ts';
import type { Environment } from '../environment.ts';

/** What a step of a fleet works with. */
export interface Scene {
  readonly env: Environment;
  readonly gateway: ApiGateway;
  readonly signal: AbortSignal;
}

/** Makes one child of a fleet, or removes it; returns what there is to tell. */
export interface FleetStep {
  /** Kind of the child. */
  readonly what: string;
  readonly run: (scene: Scene) => Promise<readonly Observation[]>;
}
