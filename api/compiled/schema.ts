import { answerSchemas } from './schema-answers.ts';
import { listenerTls, redis, rollback } from './schema-gateway.ts';
import { credential, keyManager } from './schema-identity.ts';
import { compiled, dnsName, fieldName, fieldValue, id, instant, pem, record, token } from './schema-record.ts';
import { trafficSchemas } from './schema-traffic.ts';
import { variantSchemas } from './schema-variants.ts';

/**
 * JSON Schemas of the compiled kinds. Everything is bounded and unknown fields are refused: a gateway that cannot read
 * all of an object must not serve half of it.
 */
const dnsLabel = '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$';

const fieldNames = { type: 'array', maxItems: 64, items: fieldName };
const methods = { type: 'array', maxItems: 32, items: { type: 'string', maxLength: 32, pattern: '^[A-Z][A-Z-]*$' } };

const host = { type: 'string', maxLength: 253, pattern: dnsName };
const cidr = { type: 'string', maxLength: 49, pattern: '^[0-9a-fA-F:.]+/[0-9]{1,3}$' };
const cidrs = { type: 'array', maxItems: 256, items: cidr };
const path = { type: 'string', maxLength: 1024, pattern: '^/' };
const bytes = { type: 'integer', minimum: 0, maximum: 1_099_511_627_776 };
const milliseconds = { type: 'integer', minimum: 1, maximum: 86_400_000 };

const scopes = {
  type: 'array',
  maxItems: 64,
  items: { type: 'string', maxLength: 256, pattern: '^[\\x21\\x23-\\x5b\\x5d-\\x7e]+$' },
};

const limits = {
  type: 'array',
  maxItems: 64,
  items: record(['id', 'by'], {
    id: { type: 'string', minLength: 1, maxLength: 128, pattern: '^[A-Za-z0-9]([-A-Za-z0-9._]*[A-Za-z0-9])?$' },
    requests: { type: 'integer', minimum: 1, maximum: 1_000_000_000_000 },
    bytes: { type: 'integer', minimum: 1, maximum: 1_125_899_906_842_624 },
    concurrent: { type: 'integer', minimum: 1, maximum: 1_000_000 },
    per: { enum: ['Second', 'Minute', 'Hour', 'Day', 'Month'] },
    by: { enum: ['Total', 'Subscription', 'Application', 'ClientIP', 'Header', 'Claim'] },
    header: { type: 'string', minLength: 1, maxLength: 128, pattern: token },
    claim: { type: 'string', minLength: 1, maxLength: 128 },
    burst: { type: 'integer', minimum: 1, maximum: 1_000_000 },
    when: { type: 'string', minLength: 1, maxLength: 1024 },
    onRedisFailure: { const: 'Deny' },
  }),
};

const lifecycle = {
  type: 'object',
  required: ['state'],
  discriminator: { propertyName: 'state' },
  oneOf: [
    record(['state'], { state: { const: 'Draft' } }),
    record(['state'], { state: { const: 'Published' } }),
    record(['state', 'deprecation'], {
      state: { const: 'Deprecated' },
      deprecation: { type: 'string', maxLength: 256, pattern: fieldValue },
      sunset: { type: 'string', maxLength: 256, pattern: fieldValue },
      link: { type: 'string', maxLength: 4096, pattern: fieldValue },
    }),
    record(['state', 'reason'], { state: { const: 'Blocked' }, reason: { type: 'string', maxLength: 4096 } }),
    record(['state'], {
      state: { const: 'Retired' },
      successor: { type: 'string', maxLength: 2048, pattern: fieldValue },
    }),
  ],
};

const headerChange = record(['set', 'remove'], {
  set: {
    type: 'object',
    maxProperties: 64,
    propertyNames: fieldName,
    additionalProperties: { type: 'string', maxLength: 1024, pattern: fieldValue },
  },
  remove: fieldNames,
});

const parameterName = { type: 'string', minLength: 1, maxLength: 128 };

const rewrite = record([], {
  prefix: path,
  template: path,
  query: record(['set', 'remove'], {
    set: {
      type: 'object',
      maxProperties: 64,
      propertyNames: parameterName,
      additionalProperties: { type: 'string', maxLength: 1024 },
    },
    remove: { type: 'array', maxItems: 64, items: parameterName },
  }),
});

const secretTexts = {
  type: 'object',
  maxProperties: 4,
  additionalProperties: { type: 'string', maxLength: 8192, pattern: fieldValue },
};

const backend = record(['endpoints', 'timeoutMs', 'connectTimeoutMs'], {
  endpoints: {
    type: 'array',
    maxItems: 64,
    items: record(['url', 'weight'], {
      url: { type: 'string', maxLength: 2048, pattern: '^https?://' },
      weight: { type: 'integer', minimum: 0, maximum: 1000 },
    }),
  },
  timeoutMs: milliseconds,
  connectTimeoutMs: milliseconds,
  headers: headerChange,
  responseHeaders: headerChange,
  rewrite,
  tls: record(['minVersion'], {
    ca: pem,
    clientCertificate: record(['certificate', 'privateKey'], { certificate: pem, privateKey: pem }),
    serverName: host,
    minVersion: { enum: ['TLSv1.2', 'TLSv1.3'] },
  }),
  oauth2: record(['tokenUrl', 'scopes', 'secretHeaders'], {
    tokenUrl: { type: 'string', maxLength: 2048, pattern: '^https?://[\\x21-\\x7e]+$' },
    scopes,
    audience: { type: 'string', minLength: 1, maxLength: 1024 },
    secretHeaders: secretTexts,
    secretForm: secretTexts,
  }),
  credential: record(['secretHeaders'], {
    secretHeaders: {
      type: 'object',
      minProperties: 1,
      maxProperties: 16,
      propertyNames: fieldName,
      additionalProperties: { type: 'string', maxLength: 8192, pattern: fieldValue },
    },
  }),
  protocol: { const: 'HTTP2' },
  ...trafficSchemas,
});

const operation = record(['path', 'methods', 'limits'], {
  path,
  methods,
  limits,
  timeoutMs: milliseconds,
  scopes,
  rewrite,
  responseHeaders: headerChange,
});

const mask = {
  type: 'array',
  maxItems: 64,
  items: { type: 'string', maxLength: 128, pattern: '^(path|query|header|body)[.].' },
};

const logging = record(['target', 'headers', 'mask'], {
  target: { type: 'boolean' },
  headers: { type: 'array', maxItems: 16, items: fieldName },
  bodies: record(['rate', 'maxBytes'], {
    rate: { type: 'number', minimum: 0, maximum: 1 },
    maxBytes: { type: 'integer', minimum: 0, maximum: 65_536 },
  }),
  mask,
});

const jsonSchema = { type: ['object', 'boolean'] };
const content = {
  type: 'object',
  maxProperties: 64,
  propertyNames: { maxLength: 127 },
  additionalProperties: record([], { schema: jsonSchema, examples: { type: 'object', maxProperties: 256 } }),
};

const definedOperation = record(['path', 'method', 'parameters', 'responses'], {
  path,
  method: methods.items,
  parameters: {
    type: 'array',
    maxItems: 200,
    items: record(['name', 'in', 'required', 'style', 'explode'], {
      name: { type: 'string', minLength: 1, maxLength: 200 },
      in: { enum: ['path', 'query', 'header', 'cookie'] },
      required: { type: 'boolean' },
      style: { enum: ['simple', 'label', 'matrix', 'form', 'spaceDelimited', 'pipeDelimited', 'deepObject'] },
      explode: { type: 'boolean' },
      allowEmptyValue: { const: true },
      schema: jsonSchema,
      json: { const: true },
    }),
  },
  requestBody: record(['required', 'content'], { required: { type: 'boolean' }, content }),
  responses: {
    type: 'object',
    maxProperties: 200,
    propertyNames: { pattern: '^([1-5]([0-9]{2}|XX)|default)$' },
    additionalProperties: record(['content'], { content }),
  },
});

const validationMode = { enum: ['Enforce', 'Report', 'None'] };

const planName = { type: 'string', maxLength: 253, pattern: dnsName };

/** One schema per kind, by its name. */
export const compiledSchemas = {
  ApiGateway: compiled(
    'ApiGateway',
    ['pepper', 'listeners', 'timeZone', 'limits', 'backendAccess', 'trustedProxies', 'maxRequestBytes', 'drainDelayMs'],
    {
      pepper: { type: 'string', pattern: '^[A-Za-z0-9+/]{43}=$' },
      listeners: {
        type: 'array',
        maxItems: 64,
        items: record(['name', 'protocol', 'port', 'http2', 'proxyProtocol'], {
          name: { type: 'string', maxLength: 63, pattern: dnsLabel },
          protocol: { enum: ['HTTP', 'HTTPS'] },
          port: { type: 'integer', minimum: 1, maximum: 65_535 },
          tls: listenerTls,
          http2: { type: 'boolean' },
          proxyProtocol: { type: 'boolean' },
        }),
      },
      timeZone: { type: 'string', minLength: 1, maxLength: 64 },
      limits,
      backendAccess: record(['allow', 'deny'], {
        allow: cidrs,
        deny: cidrs,
      }),
      trustedProxies: cidrs,
      clientCertHeader: { const: 'TrustedProxies' },
      maxRequestBytes: bytes,
      redis,
      maintenance: answerSchemas.maintenance,
      drainDelayMs: { type: 'integer', minimum: 0, maximum: 3_600_000 },
      logging: record(['bodies', 'mask'], { bodies: { type: 'boolean' }, mask }),
      rolledBack: rollback,
      stateConfirmedAt: instant,
      tracing: record(['endpoint', 'rate'], {
        endpoint: { type: 'string', maxLength: 2048, pattern: '^https?://' },
        rate: { type: 'number', minimum: 0, maximum: 1 },
      }),
    },
  ),
  Tenant: compiled('Tenant', ['hosts', 'paths', 'suspended', 'limits'], {
    hosts: { type: 'array', maxItems: 1024, items: host },
    paths: { type: 'array', maxItems: 1024, items: path },
    suspended: { type: 'boolean' },
    limits,
    maintenance: answerSchemas.maintenance,
  }),
  Definition: compiled('Definition', ['operations', 'schemas'], {
    operations: { type: 'array', minItems: 1, maxItems: 2000, items: definedOperation },
    schemas: { type: 'object', maxProperties: 50_000, additionalProperties: jsonSchema },
  }),
  KeyManager: keyManager,
  ApiService: compiled(
    'ApiService',
    [
      'tenant',
      'version',
      'lifecycle',
      'hosts',
      'basePath',
      'backend',
      'authentication',
      'limits',
      'operations',
      'plans',
    ],
    {
      tenant: id,
      version: { type: 'string', maxLength: 128, pattern: fieldValue },
      lifecycle,
      hosts: { type: 'array', maxItems: 256, items: host },
      basePath: path,
      backend,
      authentication: record(['mode', 'keyManagers'], {
        mode: { enum: ['Required', 'Optional', 'None'] },
        keyManagers: { type: 'array', maxItems: 64, items: id },
        scopes,
      }),
      access: record(['allow', 'deny'], { allow: cidrs, deny: cidrs }),
      ...answerSchemas,
      ...variantSchemas,
      limits,
      operations: { type: 'array', maxItems: 4096, items: operation },
      plans: {
        type: 'object',
        maxProperties: 256,
        propertyNames: planName,
        additionalProperties: record(['limits'], { limits, scopes }),
      },
      definition: record(['id', 'requests', 'responses'], {
        id: { type: 'string', pattern: '^[0-9a-f]{40}$' },
        document: { type: 'string', pattern: '^[0-9a-f]{64}$' },
        requests: validationMode,
        responses: validationMode,
      }),
      mock: { enum: ['Always', 'Preferred'] },
      maxRequestBytes: bytes,
      maxResponseBytes: bytes,
      logging,
    },
  ),
  Subscription: compiled('Subscription', ['tenant', 'application', 'credentials', 'grants', 'limits'], {
    tenant: id,
    application: id,
    credentials: { type: 'array', maxItems: 256, items: credential },
    grants: { type: 'array', maxItems: 4096, items: record(['api'], { api: id, plan: planName }) },
    limits,
  }),
} as const;
