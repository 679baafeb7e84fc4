/*
 * Fastify with a key, a limit counted in Redis, a histogram and a log, in front of one backend: what a team would put
 * together from well-kept parts.
 *
 *   node fastify.mjs PORT BACKEND-URL REDIS-PORT KEY
 */
import proxy from '@fastify/http-proxy';
import rateLimit from '@fastify/rate-limit';
import Fastify from 'fastify';
import { Redis } from 'ioredis';
import { Histogram } from 'prom-client';

const [port, backend, redisPort, key] = process.argv.slice(2);
const callers = new Map([[key, 'bench']]);
const seconds = new Histogram({ name: 'call_seconds', help: 'Duration of calls.', labelNames: ['api', 'status'] });

const app = Fastify({ logger: true });
app.addHook('onRequest', async (request, reply) => {
  request.caller = callers.get(request.headers['x-api-key']);
  if (request.caller === undefined) await reply.code(401).send();
});
app.addHook('onResponse', async (_request, reply) => {
  seconds.labels('banten/situs', String(reply.statusCode)).observe(reply.elapsedTime / 1000);
});
await app.register(rateLimit, {
  max: 1_000_000_000,
  timeWindow: 60_000,
  keyGenerator: (request) => request.caller,
  redis: new Redis(Number(redisPort), '127.0.0.1', { enableAutoPipelining: true }),
});
await app.register(proxy, { upstream: backend, prefix: '/banten/situs/v1', undici: { connections: 256 } });
await app.listen({ port: Number(port), host: '127.0.0.1' });
