/*
 * Express Gateway with a key and a limit that it counts in Redis, in front of one backend.
 *
 *   node express-gateway.mjs PORT BACKEND-URL REDIS-PORT FOLDER KEY
 *
 * FOLDER: an empty one for its configuration. KEY: what callers send as `Authorization: apiKey KEY`, in the form id:secret.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const [port, backend, redisPort, folder, key] = process.argv.slice(2);
const [keyId, keySecret] = key.split(':');

const gatewayConfig = {
  http: { port: Number(port), hostname: '127.0.0.1' },
  apiEndpoints: { api: { host: '*', paths: '/banten/*' } },
  serviceEndpoints: { backend: { url: backend } },
  policies: ['key-auth', 'rate-limit', 'proxy'],
  pipelines: {
    default: {
      apiEndpoints: ['api'],
      policies: [
        { 'key-auth': null },
        {
          // Without the delay: by default each call after the first waits a second longer.
          // biome-ignore lint/suspicious/noTemplateCurlyInString: the gateway fills it in
          'rate-limit': { action: { max: 1_000_000_000, windowMs: 60_000, delayMs: 0, rateLimitBy: '${req.user.id}' } },
        },
        { proxy: { action: { serviceEndpoint: 'backend', changeOrigin: true } } },
      ],
    },
  },
};
const systemConfig = {
  db: { redis: { host: '127.0.0.1', port: Number(redisPort), namespace: 'EG' } },
  crypto: { cipherKey: 'a key of the benchmark alone', algorithm: 'aes256', saltRounds: 4 },
  session: { secret: 'none', resave: false, saveUninitialized: false },
  accessTokens: { timeToExpiry: 7_200_000 },
  refreshTokens: { timeToExpiry: 7_200_000 },
  authorizationCodes: { timeToExpiry: 300_000 },
};

const require = createRequire(import.meta.url);
const models = join(require.resolve('express-gateway'), '..', 'config', 'models');
await mkdir(folder, { recursive: true });
// JSON is YAML.
await writeFile(join(folder, 'gateway.config.yml'), JSON.stringify(gatewayConfig));
await writeFile(join(folder, 'system.config.yml'), JSON.stringify(systemConfig));
await mkdir(join(folder, 'models'), { recursive: true });
for (const model of ['applications', 'credentials', 'users']) {
  await writeFile(join(folder, 'models', `${model}.json`), JSON.stringify(require(join(models, `${model}.json`))));
}

process.env.LOG_LEVEL = 'error';
process.env.EG_DISABLE_CONFIG_WATCH = 'true';
const expressGateway = require('express-gateway');
await expressGateway().load(folder).run();
const services = require('express-gateway/lib/services');
const { user: users, credential: credentials } = services;
const user = await users.insert({ username: 'bench', firstname: 'Bench', lastname: 'Bench' });
await credentials.insertCredential(user.id, 'key-auth', { keyId, keySecret });
