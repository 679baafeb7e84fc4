import { record } from './schema-record.ts';

const fieldNames = { type: 'array', maxItems: 64, items: { type: 'string', pattern: '^[a-z0-9-]{1,63}$' } };
const methods = { type: 'array', maxItems: 32, items: { type: 'string', maxLength: 32, pattern: '^[A-Z][A-Z-]*$' } };
const bytes = { type: 'integer', minimum: 0, maximum: 1_099_511_627_776 };

const cors = record(['origins', 'methods', 'headers', 'exposeHeaders', 'credentials', 'maxAgeSeconds'], {
  origins: {
    type: 'array',
    minItems: 1,
    maxItems: 64,
    items: { type: 'string', maxLength: 270, pattern: '^([*]|https?://([*][.])?[a-z0-9.-]+(:[0-9]{1,5})?)$' },
  },
  methods,
  headers: fieldNames,
  exposeHeaders: fieldNames,
  credentials: { type: 'boolean' },
  maxAgeSeconds: { type: 'integer', minimum: 0, maximum: 86_400 },
});

const compression = record(['encodings', 'minBytes', 'types'], {
  encodings: { type: 'array', minItems: 1, maxItems: 3, uniqueItems: true, items: { enum: ['br', 'gzip', 'zstd'] } },
  minBytes: bytes,
  types: {
    type: 'array',
    minItems: 1,
    maxItems: 64,
    items: { type: 'string', maxLength: 127, pattern: '^([a-z0-9.+-]+/([a-z0-9.+-]+|[*])|[*][+][a-z0-9.+-]+)$' },
  },
});

const wait = { type: 'integer', minimum: 0, maximum: 86_400_000 };

const cache = record(['ttlMs', 'maxBytes', 'keyHeaders', 'shared', 'staleWhileRevalidateMs', 'staleIfErrorMs'], {
  ttlMs: wait,
  maxBytes: { type: 'integer', minimum: 1, maximum: 16_777_216 },
  keyHeaders: fieldNames,
  shared: { type: 'boolean' },
  staleWhileRevalidateMs: wait,
  staleIfErrorMs: wait,
});

const cidr = { type: 'string', maxLength: 49, pattern: '^[0-9a-fA-F:.]+/[0-9]{1,3}$' };

const maintenance = record(['message', 'allow'], {
  message: { type: 'string', maxLength: 4096 },
  retryAfterSeconds: { type: 'integer', minimum: 1, maximum: 86_400 },
  allow: { type: 'array', maxItems: 256, items: cidr },
});

const formats = {
  type: 'array',
  minItems: 1,
  maxItems: 5,
  uniqueItems: true,
  items: { enum: ['json', 'xml', 'csv', 'php', 'phpserialize'] },
};

/** What an ApiService says about answers, by field. */
export const answerSchemas = { cors, compression, formats, cache, maintenance };
