import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { CodedError } from '#api/errors.ts';

const dockerfile = fileURLToPath(new URL('../../Dockerfile', import.meta.url));

/** The Dockerfile is not as its readers know it. */
class DockerfileError extends CodedError {
  constructor(message: string) {
    super('IMAGES_DOCKERFILE', `Dockerfile: ${message}`);
  }
}

/** With what flags of Node.js the image of a target starts its program: whoever measures one starts it the same way. */
export async function nodeFlagsOf(target: string): Promise<readonly string[]> {
  const [, stage = ''] = (await readFile(dockerfile, 'utf8')).split(new RegExp(`^FROM base AS ${target}$`, 'm'));
  const [, entrypoint] = /^ENTRYPOINT (\[.*\])$/m.exec(stage) ?? [];
  if (entrypoint === undefined) throw new DockerfileError(`it has no ENTRYPOINT for ${target}`);
  const [, ...args] = JSON.parse(entrypoint) as string[];
  return args.filter((arg) => arg.startsWith('--'));
}
