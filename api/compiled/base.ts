/** Grows when a gateway of the previous release could misread an object. A gateway refuses a version it does not know. */
export const contractVersion = 1;

/** What every compiled object says. */
export interface CompiledBase {
  readonly contract: typeof contractVersion;
  /** Id of the source object: `namespace/name`, or `name` for a Tenant. */
  readonly id: string;
}
