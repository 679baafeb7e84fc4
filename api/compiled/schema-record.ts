export const dnsName = '^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$';

/** Of an object that has these properties and no others. */
export function record(required: readonly string[], properties: Record<string, unknown>) {
  return { type: 'object', additionalProperties: false, required, properties };
}

/** `namespace/name`, or `name` alone. */
const idPattern = '^[a-z0-9]([-a-z0-9.]*[a-z0-9])?(/[a-z0-9]([-a-z0-9.]*[a-z0-9])?)?$';
export const id = { type: 'string', maxLength: 507, pattern: idPattern };
export const fieldName = { type: 'string', pattern: '^[a-z0-9-]{1,63}$' };
/** What may stand in a header field value: no CR, LF or other control. */
export const fieldValue = '^[\\x20-\\x7e]*$';
export const token = "^[!#$%&'*+.^_`|~0-9a-z-]+$";
export const pem = { type: 'string', minLength: 1, maxLength: 262_144, pattern: '^[\\x09\\x0a\\x0d\\x20-\\x7e]*$' };
export const instant = { type: 'integer', minimum: 0, maximum: 8_640_000_000_000_000 };

/** One of several records that their `type` tells apart. */
export function oneOfTypes(records: Record<string, unknown>) {
  return {
    type: 'object',
    required: ['type'],
    discriminator: { propertyName: 'type' },
    oneOf: Object.values(records),
  };
}

export function compiled(kind: string, required: readonly string[], properties: Record<string, unknown>) {
  return record(['contract', 'kind', 'id', ...required], {
    contract: { const: 1 },
    kind: { const: kind },
    id,
    ...properties,
  });
}
