export const dnsName = '^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$';

/** Of an object that has these properties and no others. */
export function record(required: readonly string[], properties: Record<string, unknown>) {
  return { type: 'object', additionalProperties: false, required, properties };
}
