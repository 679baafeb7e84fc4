import { maxWithheld, withheldIdPattern } from './lease.ts';
import { dnsName, instant, record } from './schema-record.ts';

/** Of a `CompiledListenerTls`. */
export const listenerTls = record(['certificates', 'minVersion'], {
  certificates: {
    type: 'array',
    minItems: 1,
    maxItems: 64,
    items: record(['name', 'certificate', 'privateKey'], {
      name: { type: 'string', maxLength: 253, pattern: dnsName },
      certificate: { type: 'string', minLength: 1, maxLength: 65_536 },
      privateKey: { type: 'string', minLength: 1, maxLength: 16_384 },
    }),
  },
  minVersion: { enum: ['TLSv1.2', 'TLSv1.3'] },
  clientCertificates: record(['mode', 'ca'], {
    mode: { enum: ['Optional', 'Required'] },
    ca: { type: 'string', minLength: 1, maxLength: 524_288 },
  }),
});

const secretText = { type: 'string', minLength: 1, maxLength: 4096 };

/** Of a `CompiledRollback`. */
export const rollback = record(['noticedAt', 'withheld'], {
  noticedAt: instant,
  withheld: { type: 'array', maxItems: maxWithheld, items: { type: 'string', pattern: withheldIdPattern } },
});

/** Of a `CompiledRedis`. */
export const redis = record(['addresses', 'keyPrefix', 'timeoutMs', 'pods'], {
  addresses: {
    type: 'array',
    minItems: 1,
    maxItems: 16,
    items: record(['host', 'port'], {
      host: { type: 'string', minLength: 1, maxLength: 253, pattern: '^[A-Za-z0-9.:_-]+$' },
      port: { type: 'integer', minimum: 1, maximum: 65_535 },
    }),
  },
  sentinel: record(['masterName'], {
    masterName: { type: 'string', minLength: 1, maxLength: 128, pattern: '^[A-Za-z0-9._-]+$' },
    username: secretText,
    password: secretText,
  }),
  tls: record([], {
    ca: { type: 'string', minLength: 1, maxLength: 65_536 },
    serverName: { type: 'string', minLength: 1, maxLength: 253 },
  }),
  username: secretText,
  password: secretText,
  keyPrefix: { type: 'string', minLength: 1, maxLength: 128, pattern: '^[A-Za-z0-9._/:-]+$' },
  timeoutMs: { type: 'integer', minimum: 1, maximum: 1000 },
  pods: { type: 'integer', minimum: 1, maximum: 10_000 },
});
