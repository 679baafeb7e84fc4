import { cp, mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { importFiles } from '#tools/cluster/pause-image.ts';
import { run } from '#tools/cluster/run.ts';
import { programPath } from '#tools/testing/programs.ts';
import { folder } from './node-processes.ts';

/** As the chart's `redis.image` names it, without the registry. */
export const redisImage = 'redis:test';

/** Makes an image of the machine's own redis-server with its libraries, and gives it to the node. */
export async function importRedisImage(): Promise<void> {
  const layer = join(folder.root, 'redis-image');
  await rm(layer, { recursive: true, force: true });
  await mkdir(join(layer, 'tmp'), { recursive: true });
  const copy = async (from: string, to: string) => {
    await mkdir(dirname(join(layer, to)), { recursive: true });
    await cp(from, join(layer, to), { dereference: true });
  };
  const program = programPath('redis-server');
  const libraries = (await run('ldd', [program])).matchAll(/(?:=> )?(\/\S+) \(0x/g);
  for (const [, library = ''] of libraries) await copy(library, library);
  await copy(program, '/usr/bin/redis-server');
  await importFiles(folder, { layer, name: `localhost/${redisImage}`, entrypoint: ['/usr/bin/redis-server'] });
  await rm(layer, { recursive: true });
}
