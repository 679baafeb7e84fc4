import { record } from './schema-record.ts';

const count = { type: 'integer', minimum: 1, maximum: 1_000_000 };
const milliseconds = { type: 'integer', minimum: 1, maximum: 86_400_000 };
const fieldName = { type: 'string', pattern: '^[a-z0-9-]{1,63}$' };

/** Of the fields in `traffic.ts`. */
export const trafficSchemas = {
  loadBalancing: {
    type: 'object',
    required: ['type'],
    discriminator: { propertyName: 'type' },
    oneOf: [
      record(['type'], { type: { const: 'LeastRequest' } }),
      record(['type', 'by'], {
        type: { const: 'ConsistentHash' },
        by: { enum: ['ClientIP', 'Subscription', 'Header'] },
        header: fieldName,
      }),
    ],
  },
  circuitBreaker: record(['consecutiveFailures', 'openForMs'], {
    consecutiveFailures: count,
    openForMs: milliseconds,
    maxRequests: count,
  }),
  healthCheck: record(['path', 'intervalMs', 'timeoutMs', 'unhealthyAfter', 'healthyAfter', 'expectedStatuses'], {
    path: { type: 'string', maxLength: 1024, pattern: '^/[!-~]*$' },
    intervalMs: milliseconds,
    timeoutMs: milliseconds,
    unhealthyAfter: count,
    healthyAfter: count,
    expectedStatuses: { type: 'array', maxItems: 64, items: { type: 'integer', minimum: 200, maximum: 599 } },
  }),
  retries: record(['attempts', 'retryOn', 'backoffMs'], {
    attempts: { type: 'integer', minimum: 1, maximum: 10 },
    retryOn: {
      type: 'array',
      minItems: 1,
      maxItems: 64,
      items: {
        anyOf: [
          { enum: ['ConnectFailure', 'ResetBeforeAnswer', 'Timeout'] },
          { type: 'integer', minimum: 400, maximum: 599 },
        ],
      },
    },
    backoffMs: milliseconds,
    perTryTimeoutMs: milliseconds,
  }),
  maxConnections: count,
  maxPendingRequests: { type: 'integer', minimum: 0, maximum: 1_000_000 },
} as const;
