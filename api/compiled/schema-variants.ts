import { record } from './schema-record.ts';

const share = { type: 'number', minimum: 0, maximum: 1 };
const headerName = { type: 'string', pattern: '^[a-z0-9-]{1,63}$' };
const headerValue = { type: 'string', minLength: 1, maxLength: 256, pattern: '^[\\x20-\\x7e]*$' };
const url = { type: 'string', maxLength: 2048, pattern: '^https?://' };
const id = {
  type: 'string',
  maxLength: 507,
  pattern: '^[a-z0-9]([-a-z0-9.]*[a-z0-9])?/[a-z0-9]([-a-z0-9.]*[a-z0-9])?$',
};

const canary = record(['version', 'endpoints', 'share', 'sticky'], {
  version: { type: 'string', minLength: 1, maxLength: 128, pattern: '^[\\x20-\\x7e]*$' },
  endpoints: {
    type: 'array',
    minItems: 1,
    maxItems: 64,
    items: record(['url', 'weight'], { url, weight: { type: 'integer', minimum: 0, maximum: 1000 } }),
  },
  share,
  sticky: record(['by'], { by: { enum: ['ClientIP', 'Subscription', 'Header'] }, header: headerName }),
  always: record(['header', 'value'], { header: headerName, value: headerValue }),
});

const mirror = record(['url', 'rate', 'methods', 'maxBodyBytes', 'timeoutMs', 'maxCalls'], {
  url,
  rate: share,
  methods: {
    type: 'array',
    minItems: 1,
    maxItems: 32,
    items: { type: 'string', maxLength: 32, pattern: '^[A-Z][A-Z-]*$' },
  },
  maxBodyBytes: { type: 'integer', minimum: 0, maximum: 1_048_576 },
  timeoutMs: { type: 'integer', minimum: 1, maximum: 60_000 },
  maxCalls: { type: 'integer', minimum: 1, maximum: 1024 },
});

const faultInjection = record(['until', 'share', 'delayMs', 'subscriptions'], {
  until: { type: 'integer', minimum: 0, maximum: 8_640_000_000_000_000 },
  share,
  delayMs: { type: 'integer', minimum: 0, maximum: 30_000 },
  status: { type: 'integer', minimum: 400, maximum: 599 },
  subscriptions: { type: 'array', maxItems: 64, items: id },
  header: record(['name', 'value'], { name: headerName, value: headerValue }),
});

/** What an ApiService says about where some of its calls go, by field. */
export const variantSchemas = { canary, mirror, faultInjection };
