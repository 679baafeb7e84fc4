import { signatureAlgorithms } from '../json-web-key.ts';
import {
  compiled,
  dnsName,
  fieldName,
  fieldValue,
  id,
  instant,
  oneOfTypes,
  pem,
  record,
  token,
} from './schema-record.ts';

const url = { type: 'string', maxLength: 2048, pattern: '^https?://[\\x21-\\x7e]+$' };
const audiences = {
  type: 'array',
  minItems: 1,
  maxItems: 64,
  items: { type: 'string', minLength: 1, maxLength: 1024 },
};
const claimName = { type: 'string', minLength: 1, maxLength: 256 };

const credentialFields = {
  name: { type: 'string', maxLength: 253, pattern: dnsName },
  notBefore: instant,
  notAfter: instant,
};

export const credential = oneOfTypes({
  ApiKey: record(['name', 'type', 'hash'], {
    ...credentialFields,
    type: { const: 'ApiKey' },
    hash: { type: 'string', pattern: '^[A-Za-z0-9_-]{43}$' },
  }),
  OIDC: record(['name', 'type', 'keyManager', 'clientId'], {
    ...credentialFields,
    type: { const: 'OIDC' },
    keyManager: id,
    clientId: { type: 'string', minLength: 1, maxLength: 1024 },
  }),
  Signature: {
    ...record(['name', 'type', 'keyManager', 'keyId'], {
      ...credentialFields,
      type: { const: 'Signature' },
      keyManager: id,
      keyId: { type: 'string', minLength: 1, maxLength: 256, pattern: '^[!-~]+$' },
      publicKey: { type: 'string', minLength: 1, maxLength: 4096, pattern: '^[\\x0a\\x0d\\x20-\\x7e]*$' },
      hmacSecret: { type: 'string', minLength: 44, maxLength: 1024, pattern: '^[A-Za-z0-9+/]+={0,2}$' },
    }),
    minProperties: 5,
  },
  ClientCertificate: record(['name', 'type', 'keyManager', 'certificateName'], {
    ...credentialFields,
    type: { const: 'ClientCertificate' },
    keyManager: id,
    certificateName: { type: 'string', maxLength: 4096, pattern: '^(subject|dns|uri|email|ip):.' },
  }),
});

export const keyManager = oneOfTypes({
  ApiKey: compiled('KeyManager', ['type', 'header'], {
    type: { const: 'ApiKey' },
    header: { type: 'string', maxLength: 128, pattern: token },
  }),
  OIDC: compiled('KeyManager', ['type', 'issuer', 'audiences', 'algorithms', 'clockLeewayMs', 'forwardToken', 'keys'], {
    type: { const: 'OIDC' },
    issuer: url,
    audiences,
    applicationClaim: claimName,
    scopesClaim: claimName,
    algorithms: { type: 'array', minItems: 1, maxItems: 16, items: { enum: signatureAlgorithms } },
    clockLeewayMs: { type: 'integer', minimum: 0, maximum: 3_600_000 },
    forwardToken: { type: 'boolean' },
    keys: {
      type: 'object',
      required: ['from'],
      discriminator: { propertyName: 'from' },
      oneOf: [
        record(['from', 'issuer'], { from: { const: 'Discovery' }, issuer: url, ca: pem }),
        record(['from', 'uri'], { from: { const: 'Uri' }, uri: url, ca: pem }),
        record(['from', 'jwks'], { from: { const: 'Inline' }, jwks: { type: 'string', maxLength: 65_536 } }),
      ],
    },
  }),
  Introspection: compiled('KeyManager', ['type', 'url', 'secretHeaders', 'cacheMs', 'timeoutMs', 'forwardToken'], {
    type: { const: 'Introspection' },
    url,
    secretHeaders: {
      type: 'object',
      maxProperties: 4,
      propertyNames: fieldName,
      additionalProperties: { type: 'string', maxLength: 8192, pattern: fieldValue },
    },
    audiences,
    applicationClaim: claimName,
    scopesClaim: claimName,
    cacheMs: { type: 'integer', minimum: 0, maximum: 3_600_000 },
    timeoutMs: { type: 'integer', minimum: 1, maximum: 10_000 },
    ca: pem,
    forwardToken: { type: 'boolean' },
  }),
  ClientCertificate: compiled('KeyManager', ['type', 'ca'], { type: { const: 'ClientCertificate' }, ca: pem }),
  Signature: compiled('KeyManager', ['type', 'algorithms', 'components', 'maxAgeMs', 'clockLeewayMs'], {
    type: { const: 'Signature' },
    algorithms: {
      type: 'array',
      minItems: 1,
      maxItems: 4,
      items: { enum: ['ed25519', 'ecdsa-p256-sha256', 'ecdsa-p384-sha384', 'hmac-sha256'] },
    },
    components: { type: 'array', maxItems: 16, items: fieldName },
    maxAgeMs: { type: 'integer', minimum: 1000, maximum: 3_600_000 },
    clockLeewayMs: { type: 'integer', minimum: 0, maximum: 300_000 },
  }),
  TokenEndpoint: compiled('KeyManager', ['type', 'issuer', 'lifetimeMs', 'keys'], {
    type: { const: 'TokenEndpoint' },
    issuer: url,
    lifetimeMs: { type: 'integer', minimum: 1000, maximum: 3_600_000 },
    keys: {
      type: 'array',
      maxItems: 16,
      items: record(['kid', 'signsFrom', 'privateKey'], {
        kid: { type: 'string', maxLength: 64, pattern: '^[A-Za-z0-9_-]+$' },
        signsFrom: instant,
        privateKey: pem,
      }),
    },
  }),
});
