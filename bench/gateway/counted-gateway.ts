import { getHeapStatistics } from 'node:v8';
import { serveGateway } from './served-gateway.ts';

/*
 * The gateway with all policies as a child process that says how many bytes its heap holds whenever it is asked. Its
 * young generation is so large (see allocations.test.ts) that nothing is collected between two questions.
 *
 *   counted-gateway.ts PORT BACKEND-URL
 */
const [port = '', backend = ''] = process.argv.slice(2);
await serveGateway({ variant: 'policies', port: Number(port), backend });
process.on('message', () => process.send?.(getHeapStatistics().used_heap_size));
process.send?.(0);
